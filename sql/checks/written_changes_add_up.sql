-- Healthy: no rows.
-- Reads:   price_ahead
-- Guards:  the causes of a day add up to the change of the price that is written for it, and the change of one day begins
--          where that of the day before has ended.

with

days as (
    select
        customer_id, product_id, plan_id, subscription_id, currency, interval_unit, interval_count, charged_on,
        min(old_price_ticks) as old_ticks, max(new_price_ticks) as new_ticks, sum(ticks) as ticks
    from price_ahead
    where ticks is not null
    group by all
),

followed as (
    select
        days.*,
        lag(new_ticks) over (
            partition by customer_id, product_id, plan_id, subscription_id, currency, interval_unit, interval_count order by charged_on
        ) as last_ticks
    from days
)

select customer_id, product_id, charged_on, old_ticks, new_ticks, ticks, last_ticks
from followed
where new_ticks - old_ticks <> ticks
    or last_ticks <> old_ticks
order by customer_id, product_id, charged_on;
