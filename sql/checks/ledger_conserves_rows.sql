-- Healthy: no rows.
-- Guards:  every accepted input row is in the ledger's coverage once: no join multiplies or loses customers.

with

accepted as (
    select sum(n_rows) as n_rows
    from reconciliation
    where disposition = 'accepted'
),

covered as (
    select sum(n_observations) as n_rows
    from cell_coverage
)

select
    accepted.n_rows as rows_accepted,
    covered.n_rows as rows_covered
from accepted
cross join covered
where coalesce(accepted.n_rows, 0) is distinct from coalesce(covered.n_rows, 0);
