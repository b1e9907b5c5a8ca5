-- Healthy: no rows.
-- Reads:   int_ledger_span
-- Guards:  a thing held has one price a month: no two of its spans overlap.

select
    holding_id,
    first_month,
    next_month
from (
    select
        holding_id,
        first_month,
        n_months,
        lead(first_month) over (partition by holding_id order by first_month, n_months) as next_month
    from int_ledger_span
) as span
where next_month < first_month + n_months
order by holding_id, first_month;
