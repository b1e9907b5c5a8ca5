-- Comments on every table and column of the share file, runs/ID/share.duckdb. Ratios are fractions; null is unknown or, where
-- `withheld` is set, withheld.

comment on table study is 'One row: the study and the thresholds of this file, which holds no row and no id of a single customer';
comment on column study.run_id is 'Run that this file belongs to';
comment on column study."name" is 'Title of the study';
comment on column study.as_of is 'Month that is studied, YYYY-MM; null where the data state none';
comment on column study.currency is 'Currency of the study, ISO 4217';
comment on column study."primary" is 'Question of the headline, as configured';
comment on column study.comparator_basis is 'Reading of an offer that the study uses: headline, effective or standard';
comment on column study.margin is 'Largest gap that does not matter, a fraction';
comment on column study.confidence_level is 'Level of the intervals, a fraction';
comment on column study.new_below_months is 'Customers with fewer completed months are new';
comment on column study.tenured_from_months is 'Customers with at least as many completed months are tenured';
comment on column study.min_cell is 'Smallest count that this file shows; 0 counts as small';
comment on column study.dominance_contributors is 'Money is withheld where so many contributors hold more than dominance_share of it';
comment on column study.dominance_share is 'Largest share of an amount that dominance_contributors may hold, a fraction';
comment on column study.software_version is 'Version of the software';

comment on table cells is 'One row per cell of the headline''s question; cells that are not named come last';
comment on column cells.scope is 'Values of the cell, JSON text; null where a small cell could be somebody';
comment on column cells.n_tenured is 'Distinct tenured customers in the comparison';
comment on column cells.n_new is 'Distinct new customers in the comparison; null where none are needed';
comment on column cells.n_observations is 'Observations of tenured customers in the comparison: one of each thing held';
comment on column cells.mean_price is 'What a tenured customer of the comparison pays a year on average, currency units; null but against offers, or where few hold most of it';
comment on column cells.mean_offer is 'What the offers held against them come to a year on average, currency units; null as mean_price';
comment on column cells.estimate is 'Gap as a fraction, positive where tenured customers pay more';
comment on column cells.ci_lower is 'Lower end of the interval, a fraction';
comment on column cells.ci_upper is 'Upper end of the interval, a fraction';
comment on column cells.verdict is 'penalty, favourable, equivalent, inconclusive or not_assessable';
comment on column cells.withheld is 'Why figures are withheld: small_count (fewer than min_cell customers, or figures that would give such a count away); null where shown';

comment on table findings is 'One row per finding; finding_id 1 is the headline';
comment on column findings.finding_id is 'Number of the finding in this file; 1 is the headline';
comment on column findings.is_headline is 'True for the headline';
comment on column findings.estimand is 'Question';
comment on column findings.comparator is 'What tenured customers are held against: offer, derived, new_customers, ...';
comment on column findings.basis is 'Reading of the price: effective, headline, standard, paid, ...';
comment on column findings."level" is 'pooled (the whole book), lens or cell';
comment on column findings.scope is 'Where the finding holds, JSON text; {} is everywhere; null where a small scope could be somebody';
comment on column findings.tenure_band is 'Label of the tenure band; null = all tenured';
comment on column findings.estimate is
    'Gap as a fraction, positive where tenured customers pay more; null where the figure is money';
comment on column findings.amount is 'Money, currency units a year; null where the figure is a fraction';
comment on column findings."unit" is 'Unit of the figure: fraction or currency per year';
comment on column findings.ci_lower is 'Lower end of the interval, unit of the figure';
comment on column findings.ci_upper is 'Upper end of the interval, unit of the figure';
comment on column findings.confidence_level is 'Level of the intervals, a fraction';
comment on column findings."interval" is 'Method of the interval';
comment on column findings."test" is 'Test that decides';
comment on column findings.statistic is 'Value of the test statistic';
comment on column findings.p_value is 'Two-sided p-value';
comment on column findings.p_value_adjusted is 'p-value corrected for its family';
comment on column findings.family is 'Findings that are corrected together';
comment on column findings.effect_size is 'Effect size, as effect_size_name says';
comment on column findings.effect_size_name is 'Name of the effect size';
comment on column findings.n_tenured is 'Distinct tenured customers in the comparison; stated with the headline''s question only, because counts that differ by few would show those few';
comment on column findings.n_new is 'Distinct new customers in the comparison; null where none are needed';
comment on column findings.n_observations is 'Observations of tenured customers in the comparison: one of each thing held';
comment on column findings.n_not_compared is 'Tenured customers who were not compared; null where fewer than min_cell, and beside the headline';
comment on column findings.n_cells is 'Cells in the comparison';
comment on column findings.support_share is 'Share of tenured customers who could be compared, a fraction; null where fewer than min_cell could not, and beside the headline';
comment on column findings.minimum_detectable_gap is 'Smallest gap that this data could show, a fraction';
comment on column findings.equivalence_ci_lower is 'Lower end of the interval of the equivalence test, a fraction';
comment on column findings.equivalence_ci_upper is 'Upper end of the interval of the equivalence test, a fraction';
comment on column findings.p_value_equivalence is 'p-value of the equivalence test';
comment on column findings.p_value_equivalence_adjusted is 'The same, corrected for its family';
comment on column findings.verdict is
    'penalty, favourable, equivalent, inconclusive or not_assessable; null where nothing is decided';
comment on column findings.verdict_reason is 'Why that verdict, as a code';
comment on column findings.warnings is 'Codes, comma separated; empty text without any';
comment on column findings.withheld is
    'Why figures are withheld: small_count (fewer than min_cell customers, or figures that would give such a count away), dominated_amount (few contributors hold most of it), alternative_reading (money of another reading of the offers); null where shown';

comment on table findings_companions is 'One row per finding and companion figure';
comment on column findings_companions.finding_id is
    'Number of the finding in this file; 1 is the headline';
comment on column findings_companions."name" is 'Companion: another estimator or a figure beside the finding';
comment on column findings_companions.estimate is
    'Figure that is no money: a fraction, or a number of customers for customers_affected';
comment on column findings_companions.amount is 'Money, currency units a year; null where the figure is none';
comment on column findings_companions.ci_lower is 'Lower end of the interval, unit of the figure';
comment on column findings_companions.ci_upper is 'Upper end of the interval, unit of the figure';
comment on column findings_companions.statistic is 'Value of the test statistic';
comment on column findings_companions.p_value is 'Two-sided p-value';

comment on table findings_monthly is
    'One row per month: the gap to the offer, month by month; empty without billing lines and offers';
comment on column findings_monthly."month" is 'Month, YYYY-MM; months past the as-of month hold yearly prices only';
comment on column findings_monthly.estimate is 'Gap of the offer at the basis of the study, a fraction';
comment on column findings_monthly.ci_lower is 'Lower end of the interval, a fraction';
comment on column findings_monthly.ci_upper is 'Upper end of the interval, a fraction';
comment on column findings_monthly."interval" is 'Method of the interval';
comment on column findings_monthly.n_tenured is 'Tenured customers with an offer in that month; null in the as-of month, whose count stands with the headline';
comment on column findings_monthly.pricing_decisions is 'Effective number of price decisions behind the gap';
comment on column findings_monthly.withheld is 'small_count where fewer than min_cell customers are behind the month; null where shown';
