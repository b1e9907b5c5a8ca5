-- Healthy: no rows.
-- Reads:   int_book_line, int_line_month_count, int_month_bill, price_ledger
-- Guards:  every accepted book row is in the ledger once, and every comparable billing line as often as it covers months,
--          but where several make one price, or none:
--          no join multiplies or loses customers.

with

expected as (
    select count(*) as n_rows, 'book' as role
    from int_book_line
    union all
    select lines.n_line_months - coalesce(repeats.n, 0) as n_rows, 'billing' as role
    from int_line_month_count as lines
    cross join (select sum(case when reason is null then n_lines - 1 else n_lines end) as n from int_month_bill) as repeats
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
