-- Healthy: no rows.
-- Reads:   inputs, reconciliation
-- Guards:  every input row has exactly one disposition.

with

came_in as (
    select role, sum(n_rows) as n_rows
    from inputs
    group by role
),

went_somewhere as (
    select role, sum(n_rows) as n_rows
    from reconciliation
    group by role
)

select
    came_in.role,
    came_in.n_rows as rows_in,
    went_somewhere.n_rows as rows_with_a_disposition
from came_in
left join went_somewhere
    on came_in.role = went_somewhere.role
where came_in.n_rows is distinct from coalesce(went_somewhere.n_rows, 0)
order by came_in.role;
