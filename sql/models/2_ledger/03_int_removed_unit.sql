-- Grain:   one row per recurring line of a negative quantity that takes units off another line.
-- Reads:   int_line_disposition
-- Columns: row_id.
-- Why:     two of ten seats taken off at the price of the ten leave eight seats at that price: they are no discount on the
--          ten. Both lines bill the same thing for the same period, or the one for the last 28 days or more of the
--          other's, and their unit prices, by days, are equal to a coin.

create or replace table int_removed_unit as
with

fewer as (
    select
        removed.row_id, removed.net_amount, removed.quantity, line.net_amount as line_amount, line.quantity as line_quantity,
        date_diff('day', removed.period_start, removed.period_end) as n_days,
        date_diff('day', line.period_start, line.period_end) as n_line_days
    from int_line_disposition as removed
    inner join int_line_disposition as line
        on removed.customer_id = line.customer_id
        and removed.product_id = line.product_id
        and removed.subscription_id is not distinct from line.subscription_id
        and removed.plan_id is not distinct from line.plan_id
        and removed.currency = line.currency
        and removed.interval_unit = line.interval_unit
        and removed.interval_count = line.interval_count
        and removed.period_end = line.period_end
    where removed.line_kind = 'recurring'
        and removed.quantity < 0
        and removed.net_amount < 0
        and line.exclusion is null
        and line.quantity + removed.quantity > 0
        and (
            removed.exclusion = 'negative_quantity' and removed.period_start = line.period_start
            or removed.exclusion = 'partial_period' and removed.period_start > line.period_start
            and line.covered_until > removed.period_start
        )
),

final as (
    select distinct row_id
    from fewer
    where (n_days = n_line_days or n_days >= 28)
        and abs(net_amount * line_quantity * n_line_days - line_amount * quantity * n_days)
            < 0.005 * (line_quantity * n_line_days - quantity * n_days)
)

select * from final;
