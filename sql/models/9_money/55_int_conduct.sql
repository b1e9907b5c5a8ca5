-- Grain:   one row per thing held in the as-of month by tenured customers with a price and an offer.
-- Reads:   int_party_row, int_as_of_row, int_running_discount, int_ledger_span, price_change, price_change_driver
-- Columns: holding_id; is_negotiated = a discount runs that was granted after the first twelve months and that no customer
--          of fewer than twelve months has, null where a discount runs whose beginning nobody has seen; rise_a_year = rises of
--          the price before discounts since joining, for all units, currency units a year, null where bills since joining
--          are missing; years = years since joining.
-- Why:     who asks gets a lower price; who does not pays for it. Discounts that new customers have too show nothing of it.

create or replace table int_conduct as
with

with_new as (
    select distinct discount.discount_key
    from int_running_discount as discount
    inner join int_as_of_row as held
        using (holding_id)
    where held.tenure_months < 12
        and discount.discount_key not in ('discount', 'line')
),

changes as (
    select
        change.customer_id, change.product_id, change.subscription_id, change.plan_id, change.interval_unit, change.interval_count,
        bool_or(driver.driver = 'discount_granted' and change.tenure_months >= 12) as is_late,
        bool_or(driver.driver = 'discount_granted') as is_seen
    from price_change as change
    inner join price_change_driver as driver
        using (change_id)
    where change.kind = 'price'
    group by all
),

rises as (
    select customer_id, product_id, subscription_id, currency,
        sum(greatest(0, new_standard_ticks - old_standard_ticks) * new_quantity) as rise_ticks
    from price_change
    where kind = 'price'
    group by all
),

firsts as (
    select customer_id, product_id, subscription_id, currency, min(cycle_start) as first_start
    from int_ledger_span
    group by all
),

running as (
    select
        holding_id, bool_or(not is_intro and discount_key not in (select discount_key from with_new)) as has_own
    from int_running_discount
    group by holding_id
),

final as (
    select
        held_row.holding_id,
        case
            when not coalesce(running.has_own, false) then false
            when held.discount_audience = 'existing_only' then true
            when changes.is_late then true
            when changes.is_seen then false
        end as is_negotiated,
        case when not held.is_censored and firsts.first_start < held.tenure_start + to_days(46)
            then coalesce(rises.rise_ticks, 0) * held_row.times / 10000 end as rise_a_year,
        held.tenure_months / 12.0 as years
    from int_party_row as held_row
    inner join int_as_of_row as held
        on held_row.holding_id = held.holding_id
    inner join firsts
        on held.customer_id = firsts.customer_id and held.product_id = firsts.product_id
        and held.subscription_id is not distinct from firsts.subscription_id and held.currency = firsts.currency
    left join running
        on held_row.holding_id = running.holding_id
    left join changes
        on held.customer_id = changes.customer_id and held.product_id = changes.product_id
        and held.subscription_id is not distinct from changes.subscription_id and held.plan_id is not distinct from changes.plan_id
        and held.interval_unit = changes.interval_unit and held.interval_count = changes.interval_count
    left join rises
        on held.customer_id = rises.customer_id and held.product_id = rises.product_id
        and held.subscription_id is not distinct from rises.subscription_id and held.currency = rises.currency
)

select * from final;
