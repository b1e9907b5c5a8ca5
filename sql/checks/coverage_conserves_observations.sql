-- Healthy: no rows.
-- Guards:  every observation of the as-of month is in the coverage once, so that nobody is missing from the support.

with

expected as (
    select count(*) as n_observations
    from observation
),

covered as (
    select coalesce(sum(n_observations), 0) as n_observations
    from cell_coverage
)

select
    expected.n_observations as observations,
    covered.n_observations as covered
from expected
cross join covered
where expected.n_observations is distinct from covered.n_observations;
