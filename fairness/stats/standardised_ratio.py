"""The standardised ratio: one estimator for like_for_like_gap, cost_gap and market_gap.

R = P_T / sum_c X_Tc (P_Nc / X_Nc): what the tenured pay over what they would pay at the ratio of price to reference of
the new customers of their own cell. The reference is 1 (like for like), expected cost or market price; the weights are
the tenured customers' own. R - 1 above 0 means that tenured customers pay more.

Cells are fixed strata, each with customers in both arms; prices within a cell and arm are independent draws. The t
distribution is asymptotic. Which cells qualify (``min_per_group``), the margin and alpha are fixed before looking.

Decision D19.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fairness.stats.checks import LOG_NOISE, FloatArray, fraction, not_empty, without_noise
from fairness.stats.distributions import chi2_upper, f_upper
from fairness.stats.log_ratio import LogRatio
from fairness.stats.value_counts import CellArms

# Range assumed where no cell shows a range of prices, and the variance given to a cell gap that shows none: a standard
# error of one in a million, small enough to make any real difference enormous, large enough not to overwhelm floating
# point.
_UNKNOWN_RANGE = 0.5
_VARIANCE_FLOOR = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class CellRatios:
    """The standardised ratio of every cell on its own; every array has shape (cells,).

    Attributes:
        log_ratio: log of (P_T / X_T) / (P_N / X_N); above 0, tenured customers of the cell pay more.
        se: Its standard error; NaN where an arm has fewer than two customers.
        df: Satterthwaite degrees of freedom; inf where ``se`` is 0, NaN where it is NaN.
    """

    log_ratio: FloatArray
    se: FloatArray
    df: FloatArray

    def at(self, position: int) -> LogRatio:
        """Return one cell in the common result form."""
        return LogRatio(
            log_ratio=float(self.log_ratio[position]), se=float(self.se[position]), df=float(self.df[position])
        )


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """How much the cell gaps differ beyond chance.

    Attributes:
        q: Inverse-variance weighted sum of squared deviations of the cells' log ratios from their mean.
        df: Cells with a standard error, minus 1; 0 when fewer than two.
        p_value: P(chi-squared with df > q); None when fewer than two cells.
        tau: DerSimonian-Laird standard deviation of the true cell gaps, log scale (0.1 is about 10 %).
    """

    q: float
    df: int
    p_value: float | None
    tau: float


ONE_CELL = Heterogeneity(q=0.0, df=0, p_value=None, tau=0.0)
"""With one cell there is nothing to differ."""


def standardised_ratio(arms: CellArms) -> LogRatio:
    """Estimate the ratio of what tenured customers pay to what new customers of the same cells would pay.

    R = A / B with A = sum_c P_Tc, B = sum_c X_Tc P_Nc / X_Nc. With s2 the n - 1 variance of the residuals p - (P/X) x,
    var(log R) = sum_c n_Tc s2_Tc / A^2 + sum_c X_Tc^2 n_Nc s2_Nc / (X_Nc^2 B^2), with Satterthwaite degrees of freedom
    (sum V)^2 / sum(V_k^2 / (n_k - 1)). R - 1 = 0 means equal prices like for like, above 0 that tenured pay more.

    Args:
        arms: Qualified cells, each with customers in both arms.

    Returns:
        LogRatio; ``se`` is None when an arm of a cell has a single customer.

    Raises:
        ValueError: No cells, or a cell without customers in both arms.

    References:
        Satterthwaite, Biometrics Bulletin 2 (1946) 110-114; Cochran, Sampling Techniques (1977), chapter 6.

    Example:
        >>> from fairness.stats.value_counts import CountTable, summarise
        >>> table = CountTable(cell=[0, 0, 0, 0], tenured=[True, True, False, False], price=[10.0, 12.0, 9.0, 11.0],
        ...                    reference=[1.0] * 4, n=[5, 5, 5, 5], n_cells=1)
        >>> round(standardised_ratio(summarise(table)).estimate, 6)
        0.1
    """
    _both_arms(arms)
    a = arms.price_tenured.sum()
    b = (arms.reference_tenured * arms.price_new / arms.reference_new).sum()
    v_tenured = arms.n_tenured * arms.s2_tenured / a**2
    v_new = arms.reference_tenured**2 * arms.n_new * arms.s2_new / (arms.reference_new**2 * b**2)
    variances = np.concatenate((v_tenured, v_new))
    sizes = np.concatenate((arms.n_tenured, arms.n_new))
    total = float(variances.sum())
    if math.isnan(total):
        return LogRatio(log_ratio=without_noise(math.log(a / b)), se=None, df=None)
    spread = float((variances**2 / (sizes - 1)).sum())
    return LogRatio(
        log_ratio=without_noise(math.log(a / b)), se=math.sqrt(total), df=total**2 / spread if spread else math.inf
    )


def cell_ratios(arms: CellArms) -> CellRatios:
    """Estimate the standardised ratio of every cell on its own, vectorised.

    Entry c equals ``standardised_ratio(arms.select([c]))``. Above 0, tenured customers of the cell pay more.

    Args:
        arms: Cells, each with customers in both arms.

    Returns:
        CellRatios of arrays with shape (cells,).

    Raises:
        ValueError: No cells, or a cell without customers in both arms.

    Example:
        >>> from fairness.stats.value_counts import CountTable, summarise
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[11.0, 10.0], reference=[1.0, 1.0],
        ...                    n=[5, 5], n_cells=1)
        >>> round(cell_ratios(summarise(table)).at(0).estimate, 6)
        0.1
    """
    _both_arms(arms)
    tenured, new = arms.price_tenured / arms.reference_tenured, arms.price_new / arms.reference_new
    log_ratio = np.log(tenured / new)
    log_ratio[np.abs(log_ratio) < LOG_NOISE] = 0.0
    v_tenured = arms.n_tenured * arms.s2_tenured / arms.price_tenured**2
    v_new = arms.n_new * arms.s2_new / arms.price_new**2
    total = v_tenured + v_new
    # Where an arm has one customer, its variance is NaN and so is the total: this only keeps the divisor from being 0.
    spread = v_tenured**2 / np.maximum(arms.n_tenured - 1, 1) + v_new**2 / np.maximum(arms.n_new - 1, 1)
    df = np.divide(total**2, spread, out=np.full(total.shape[0], np.inf), where=spread != 0)
    return CellRatios(log_ratio=log_ratio, se=np.sqrt(total), df=df)


def geometric_gap(arms: CellArms) -> float:
    """Return the gap of the typical customer: exp(sum_c n_Tc (mean log r_T - mean log r_N) / n_T) - 1, r = p/x.

    Ratios count equally, not by money, so a few very dear customers move it little. Above 0, tenured customers pay
    more.

    Args:
        arms: Cells, each with customers in both arms.

    Raises:
        ValueError: No cells, or a cell without customers in both arms.

    Example:
        >>> from fairness.stats.value_counts import CountTable, summarise
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[11.0, 10.0], reference=[1.0, 1.0],
        ...                    n=[5, 5], n_cells=1)
        >>> round(geometric_gap(summarise(table)), 6)
        0.1
    """
    _both_arms(arms)
    difference = arms.mean_log_tenured - arms.mean_log_new
    return math.expm1(without_noise(float((arms.n_tenured * difference).sum() / arms.n_tenured.sum())))


def effective_new(arms: CellArms) -> float:
    """Return how many new customers the comparison rests on: (sum_c n_Tc)^2 / sum_c(n_Tc^2 / n_Nc).

    It equals the number of new customers when both arms have the same mix, and falls when many tenured customers are
    compared with a few new ones.

    Args:
        arms: Cells, each with customers in both arms.

    Raises:
        ValueError: No cells, or a cell without customers in both arms.

    Example:
        >>> from fairness.stats.value_counts import CountTable, summarise
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[11.0, 10.0], reference=[1.0, 1.0],
        ...                    n=[1000, 10], n_cells=1)
        >>> effective_new(summarise(table))
        10.0
    """
    _both_arms(arms)
    tenured = arms.n_tenured.astype(np.float64)
    return float(tenured.sum() ** 2 / (tenured**2 / arms.n_new).sum())


def largest_relative_range(arms: CellArms) -> float | None:
    """Return the largest (max - min) / mean of p/x within a cell, None when there is no cell."""
    return float(arms.relative_range.max()) if arms.relative_range.size else None


def needed_new(*, relative_range: float | None, margin: float, alpha: float) -> float:
    """Return the effective number of new customers that equivalence needs: ln(alpha) / ln(1 - margin / r).

    On a price list, ten equal new prices prove nothing: a share q of new customers at a price further away by r would
    move the mean by q r, and is missed by n draws with probability (1 - q)^n. With n at least this number, a hidden
    share that would move the gap by the margin is missed with probability at most alpha.

    Args:
        relative_range: Largest relative price range r within a cell; raised to 2 * margin when smaller, 0.5
            when None or 0: equal prices do not show their range.
        margin: Margin of equivalence, a fraction.
        alpha: 1 - confidence level.

    Raises:
        ValueError: ``margin`` or ``alpha`` outside (0, 1), or a negative or non-finite range.

    Example:
        >>> round(needed_new(relative_range=0.16029, margin=0.01, alpha=0.05), 1)
        46.5
    """
    margin, alpha = fraction("margin", margin), fraction("alpha", alpha)
    if relative_range is not None and not 0.0 <= relative_range < math.inf:
        raise ValueError(f"relative_range = {relative_range!r}: must be None or finite and at least 0")
    # Prices that are all equal do not show the range from which the next one could come.
    r = max(relative_range or _UNKNOWN_RANGE, 2.0 * margin)
    return math.log(alpha) / math.log1p(-margin / r)


def heterogeneity(cells: CellRatios, *, few_draws: bool = False) -> Heterogeneity:
    """Test whether the cells have one common gap, on the log scale.

    Q = sum_c w_c (L_c - mean)^2 with w_c the inverse variance of the cell's log ratio L_c, against chi-squared with
    cells - 1 degrees of freedom; tau^2 = max(0, (Q - df) / sum_c w_c (1 - w_c / W)). Q is 0 when all cells have the
    same gap; tau is a spread and has no sign. Cells without variance get a standard error of 1e-6. The chi-squared
    distribution is asymptotic in the customers of each cell. With ``few_draws`` it is Welch's F, which knows that each
    standard error is itself estimated: with S = sum_c (1 - w_c / W)^2 / df_c and k cells,
    Q / (k - 1) / (1 + 2 (k - 2) S / (k^2 - 1)) has k - 1 and (k^2 - 1) / (3 S) degrees of freedom.

    Args:
        cells: The gap of every cell, whatever it is measured against; cells without a standard error do not count.
        few_draws: Whether the standard errors rest on few draws, such as the price decisions of a cell.

    References:
        DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177-188; Welch, Biometrika 38 (1951) 330-336.

    Example:
        >>> from fairness.stats.value_counts import CountTable, summarise
        >>> table = CountTable(cell=[0, 0, 1, 1], tenured=[True, False] * 2, price=[11.0, 10.0, 9.0, 10.0],
        ...                    reference=[1.0] * 4, n=[50] * 4, n_cells=2)
        >>> result = heterogeneity(cell_ratios(summarise(table)))
        >>> result.df, result.p_value, round(result.tau, 4)
        (1, 0.0, 0.1419)
    """
    known = ~np.isnan(cells.se)
    log_ratio = cells.log_ratio[known]
    df = max(log_ratio.size - 1, 0)
    if not df:
        return ONE_CELL
    weight = 1.0 / np.maximum(cells.se[known] ** 2, _VARIANCE_FLOOR)
    total = float(weight.sum())
    # Deviations from the first cell: equal cells then have a mean of exactly 0 and a Q of exactly 0.
    log_ratio = log_ratio - log_ratio[0]
    q = float((weight * (log_ratio - (weight * log_ratio).sum() / total) ** 2).sum())
    # sum_c w_c (1 - w_c / W) as twice the sum over pairs: one dominating weight would cancel in W - w_c.
    ascending = np.sort(weight)
    scale = 2.0 * float((ascending[1:] * np.cumsum(ascending)[:-1]).sum()) / total
    estimated = float(((1.0 - weight / total) ** 2 / cells.df[known]).sum()) if few_draws else 0.0
    return Heterogeneity(q=q, df=df, p_value=_welch_p(q, df, estimated), tau=math.sqrt(max(0.0, (q - df) / scale)))


def _welch_p(q: float, df: int, estimated: float) -> float:
    """Return the p-value of Q when the weights are estimated; ``estimated`` is Welch's S, 0 for known weights."""
    if not estimated:
        return chi2_upper(q, df)
    k = df + 1
    inflation = 1.0 + 2.0 * (k - 2) * estimated / (k**2 - 1)
    return f_upper(q / df / inflation, df, (k**2 - 1) / (3.0 * estimated))


def reversal_gap(*, covered_tenured: float, covered_comparator: float, uncovered_tenured: float) -> float | None:
    """Return the gap that the money without a comparator would need to bring the overall gap to 0.

    With P and B the tenured money and comparator money where covered and U the uncovered tenured money, the uncovered
    comparator money would have to be U + P - B, hence a gap of U / (U + P - B) - 1. Negative when the covered tenured
    pay more: the uncovered would have to pay less by that fraction.

    Args:
        covered_tenured: P, tenured money in cells with a comparison, at least 0.
        covered_comparator: B, the same customers at the comparator, at least 0.
        uncovered_tenured: U, tenured money without a comparison, at least 0.

    Returns:
        The gap as a fraction, or None when nothing is uncovered or no gap of the uncovered could do it.

    Raises:
        ValueError: A negative amount.

    Example:
        >>> reversal_gap(covered_tenured=110.0, covered_comparator=100.0, uncovered_tenured=40.0)
        -0.2
    """
    amounts = {
        "covered_tenured": covered_tenured,
        "covered_comparator": covered_comparator,
        "uncovered_tenured": uncovered_tenured,
    }
    for name, amount in amounts.items():
        if not amount >= 0:
            raise ValueError(f"{name} = {amount!r}: must be at least 0")
    needed = uncovered_tenured + covered_tenured - covered_comparator
    if uncovered_tenured == 0 or needed <= 0:
        return None
    # U / needed - 1 without subtracting near-equal numbers.
    return (covered_comparator - covered_tenured) / needed


def _both_arms(arms: CellArms) -> None:
    not_empty("arms", arms.cell)
    missing = (arms.n_tenured == 0) | (arms.n_new == 0)
    if missing.any():
        cell = int(arms.cell[np.argmax(missing)])
        raise ValueError(f"arms: cell {cell} has an empty arm; must have customers in both (select qualified cells)")
