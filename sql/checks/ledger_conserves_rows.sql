-- Healthy: no rows.
-- Guards:  every accepted book row is in the ledger once, and every comparable billing line as often as it covers months:
--          no join multiplies or loses customers.

with

expected as (
    select count(*) as n_rows, 'book' as role
    from int_book_line
    union all
    select count(*) as n_rows, 'billing' as role
    from int_ledger_amount
),

found as (
    select count(*) as n_rows, role
    from price_ledger
    group by role
)

select
    expected.role,
    expected.n_rows as rows_expected,
    found.n_rows as rows_found
from expected
left join found
    on expected.role = found.role
where expected.n_rows is distinct from coalesce(found.n_rows, 0)
order by expected.role;
