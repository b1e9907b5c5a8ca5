-- Healthy: no rows.
-- Reads:   cell_coverage, params, cell_counts, offer_counts, reference_counts, change_counts
-- Guards:  the count tables hold every priced observation of the study's currency once: nobody lost, nobody twice.

with

expected as (
    select
        sum(cell_coverage.n_priced) as n_priced,
        sum(cell_coverage.n_offered) as n_offered,
        sum(cell_coverage.n_market) + sum(cell_coverage.n_cost) as n_referenced,
        sum(cell_coverage.n_changed) as n_changed,
        sum(cell_coverage.paid_ticks) as paid_ticks
    from cell_coverage
    inner join params
        on cell_coverage.currency = params.currency
),

counted as (
    select
        (select sum(n_observations) from cell_counts) as n_priced,
        (select sum(n_observations) from offer_counts where basis = 'primary') as n_offered,
        (select sum(n_observations) from reference_counts) as n_referenced,
        (select sum(n_observations) from change_counts) as n_changed,
        (select sum(cast(n_observations as hugeint) * paid_ticks) from cell_counts) as paid_ticks
)

select expected.*, counted.*
from expected
cross join counted
where coalesce(expected.n_priced, 0) is distinct from coalesce(counted.n_priced, 0)
    or coalesce(expected.n_offered, 0) is distinct from coalesce(counted.n_offered, 0)
    or coalesce(expected.n_referenced, 0) is distinct from coalesce(counted.n_referenced, 0)
    or coalesce(expected.n_changed, 0) is distinct from coalesce(counted.n_changed, 0)
    or coalesce(expected.paid_ticks, 0) is distinct from coalesce(counted.paid_ticks, 0);
