-- Healthy: no rows.
-- Guards:  every input row has exactly one disposition.

with

came_in as (
    select sum(n_rows) as n_rows
    from inputs
    where role = 'book'
),

went_somewhere as (
    select sum(n_rows) as n_rows
    from reconciliation
    where role = 'book'
)

select
    came_in.n_rows as rows_in,
    went_somewhere.n_rows as rows_with_a_disposition
from came_in
cross join went_somewhere
where came_in.n_rows is distinct from went_somewhere.n_rows;
