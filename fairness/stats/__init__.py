"""Pure statistics of pricing fairness: value counts in, frozen results out.

Nothing here reads a file, a table or a clock. Every function takes *value counts*: how many customers of a
like-for-like cell and loyalty group pay which price (against which reference, expected cost, market price or offer).
Prices are finite decimals, so these counts are exact sufficient statistics: means, variances, ranks, quantiles and
resampling equal those of the customer rows, whatever the number of customers, the order of the entries or the engine
that counted them.

Sign: positive always means that tenured customers pay more.

Assumptions
    * Cells are fixed strata; within a cell and loyalty group, prices are independent draws from the pricing process.
      Where one price decision covers many customers, use the forms clustered by offer version
      (:mod:`~fairness.stats.offer_ratio`, :func:`~fairness.stats.change.clustered_mean`).
    * t intervals are asymptotic in the number of customers (or clusters). The binomial interval is exact, and so is the
      permutation test where :func:`~fairness.stats.resampling.permutation_p_value` says so.
    * What happened is a fact without sampling error. Intervals and p-values ask whether a process blind to tenure could
      have produced it; they do not cover hidden differences between customers, the choice of comparator or wrong data.

Fix before looking at the data: cells, tenure thresholds, the primary estimand, confidence level, margin and the
families of tests. Import from the modules: this package re-exports nothing, so importing it costs nothing, and scipy is
imported only by the functions that use it.
"""
