-- Grain:   one row per discount whose bill has lines of a single period.
-- Reads:   int_discount_line, int_comparable_line
-- Columns: row_id; period_start, period_end of these lines.
-- Why:     a discount often carries the date on which it was written, or none. Its bill is its invoice; for a discount
--          without invoice and period, what was issued on the same day. Where a line of the bill has the plan that the
--          discount states, the others do not count.

create or replace table int_discount_term as
with

bills as (
    select
        discount.row_id, line.period_start, line.period_end,
        coalesce(discount.plan_id = line.plan_id, false) as has_plan,
        bool_or(coalesce(discount.plan_id = line.plan_id, false)) over (partition by discount.row_id) as any_plan
    from int_discount_line as discount
    inner join int_comparable_line as line
        on discount.customer_id = line.customer_id
    where discount.invoice_id = line.invoice_id
        or discount.invoice_id is null
        and (discount.period_start is null or discount.period_end is null)
        and discount.issued_on = line.issued_on
        and coalesce(discount.subscription_id = line.subscription_id, true)
),

final as (
    select row_id, min(period_start) as period_start, min(period_end) as period_end
    from bills
    where has_plan or not any_plan
    group by row_id
    having min(period_start) = max(period_start)
        and min(period_end) = max(period_end)
)

select * from final;
