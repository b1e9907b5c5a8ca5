-- Grain:   one row per recurring line of a negative quantity that takes units off another line.
-- Reads:   int_line_disposition
-- Columns: row_id.
-- Why:     two of ten seats taken off at the price of the ten leave eight seats at that price: they are no discount on the
--          ten. Both lines bill the same thing for the same period, and their unit prices are equal to a coin.

create or replace table int_removed_unit as
with

final as (
    select distinct removed.row_id
    from int_line_disposition as removed
    inner join int_line_disposition as line
        on removed.customer_id = line.customer_id
        and removed.product_id = line.product_id
        and removed.subscription_id is not distinct from line.subscription_id
        and removed.plan_id is not distinct from line.plan_id
        and removed.currency = line.currency
        and removed.interval_unit = line.interval_unit
        and removed.interval_count = line.interval_count
        and removed.period_start = line.period_start
        and removed.period_end = line.period_end
    where removed.exclusion = 'negative_quantity'
        and removed.net_amount < 0
        and line.exclusion is null
        and line.quantity + removed.quantity > 0
        and abs(removed.net_amount * line.quantity - line.net_amount * removed.quantity)
            < 0.005 * (line.quantity - removed.quantity)
)

select * from final;
