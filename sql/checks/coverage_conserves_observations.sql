-- Healthy: no rows.
-- Reads:   observation, cell_coverage
-- Guards:  every observation of the as-of month is in the coverage once, in its group and tenure band, so that nobody is
--          missing from the support and a book's counts class customers as its ledger does.

with

expected as (
    select
        loyalty_group,
        band_order,
        count(*) as n_observations
    from observation
    group by loyalty_group, band_order
),

covered as (
    select
        loyalty_group,
        band_order,
        sum(n_observations) as n_observations
    from cell_coverage
    group by loyalty_group, band_order
)

select
    coalesce(expected.loyalty_group, covered.loyalty_group) as loyalty_group,
    coalesce(expected.band_order, covered.band_order) as band_order,
    coalesce(expected.n_observations, 0) as observations,
    coalesce(covered.n_observations, 0) as covered
from expected
full join covered
    on expected.loyalty_group = covered.loyalty_group
    and coalesce(expected.band_order, 0) = coalesce(covered.band_order, 0)
where expected.n_observations is distinct from covered.n_observations
order by loyalty_group, band_order;
