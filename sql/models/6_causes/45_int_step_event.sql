-- Grain:   one row per change of a price and event on file for its customer or plan.
-- Reads:   int_price_step, int_price_side, stg_price_event
-- Columns: step_id; event_id; told_day = day on which the customer was told, null where none is stated; is_told = it
--          states a price, a change or a percentage; is_standard = it refers to the price before discounts; told_ticks
--          = the price told, per unit and interval, ex tax; is_end = it names the end of an introduction or discount;
--          is_index = it names an index.
-- Why:     an event belongs to the first change in a period that starts within one interval of its day. It names a
--          subscription, a customer, or a plan or product: then it concerns all who held it when it was announced.

create or replace table int_step_event as
with

steps as (
    select
        step.step_id, new.customer_id, new.subscription_id, new.product_id, new.plan_id, new.cycle_start as new_day, new.day_before,
        old.interval_ticks as old_price, new.coin_ticks, new.tax_share, new.holding_id,
        greatest(old.interval_ticks, coalesce(old.list_ticks, old.gross_ticks, old.interval_ticks)) as old_standard,
        old.held_since
    from int_price_step as step
    inner join int_price_side as old
        on step.old_holding = old.holding_id
        and step.old_first = old.first_month
    inner join int_price_side as new
        on step.new_holding = new.holding_id
        and step.new_first = new.first_month
),

events as (
    select
        event.*, row_id as event_id, coalesce(notice_on, told_on, announced_on) as told_day,
        coalesce(effective_on, changed_on, told_on) as event_day
    from stg_price_event as event
    where reject_reason is null
),

matched as (
    select steps.*, events.* exclude (customer_id, subscription_id, product_id, plan_id)
    from steps
    inner join events
        on steps.subscription_id = events.subscription_id
    where events.product_id is null or events.product_id = steps.product_id
    union all
    select steps.*, events.* exclude (customer_id, subscription_id, product_id, plan_id)
    from steps
    inner join events
        on steps.customer_id = events.customer_id
    where events.subscription_id is null
        and (events.product_id is null or events.product_id = steps.product_id)
        and (events.plan_id is null or events.plan_id = steps.plan_id)
    union all
    select steps.*, events.* exclude (customer_id, subscription_id, product_id, plan_id)
    from steps
    inner join events
        on coalesce(events.product_id, steps.product_id) = steps.product_id
        and coalesce(events.plan_id, steps.plan_id) is not distinct from steps.plan_id
    where events.subscription_id is null
        and events.customer_id is null
        and steps.held_since <= coalesce(events.told_day, events.event_day)
),

dated as (
    select
        matched.*,
        lower(coalesce(cause, '')) as said,
        row_number() over (partition by event_id, holding_id order by new_day) as order_of_step,
        case when told_tax_included then 1 + tax_share else 1 end as tax_factor,
        case when told_basis = 'standard' then old_standard else old_price end as base
    from matched
    where event_day > day_before
        and event_day <= new_day
),

final as (
    select
        step_id, event_id, told_day,
        coalesce(told_price, told_change, told_percent) is not null as is_told,
        coalesce(told_basis = 'standard', false) as is_standard,
        cast(round(case
            when told_price is not null then told_price * 10000 / tax_factor
            when told_change is not null then base + told_change * 10000 / tax_factor
            else coin_ticks * round(base * (100 + told_percent) / (100 * coin_ticks)) end) as bigint) as told_ticks,
        said in ('promo_expiry', 'intro_end', 'discount_end', 'discount_expiry') as is_end,
        said in ('index', 'index_linked', 'cpi', 'rpi', 'inflation') as is_index
    from dated
    where order_of_step = 1
)

select * from final;
