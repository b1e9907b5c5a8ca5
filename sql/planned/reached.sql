-- One row per thing held of the study's currency: what the plan does to it by the month looked at, and what is in its way.

create or replace table planned_outcome as
with

locks as (
    select letter.holding_id, max(letter.lock_until) as lock_until, min(letter.effective_day) as locked_from
    from int_told_letter as letter
    inner join planned_price as price
        using (holding_id)
    where letter.lock_until > price.first_charged and letter.effective_day <= price.charged_on
    group by letter.holding_id
),

named as (
    select holding_id, min(charged_on) as charged_on, max(line) as line from planned_match group by holding_id
),

plans as (
    select distinct product_id, plan_id from planned_match
),

final as (
    select
        held.holding_id, held.customer_id, held.product_id, held.plan_id, held.subscription_id, held.currency, held.interval_unit,
        held.interval_count, held.quantity_micros, held.price_ticks as old_ticks, held.standard_ticks as old_standard,
        coalesce(price.new_ticks, held.price_ticks) as new_ticks, coalesce(price.new_standard, held.standard_ticks) as new_standard,
        coalesce(price.charged_on, named.charged_on) as charged_on, coalesce(price.line, named.line) as line, price.told_on,
        locks.lock_until, locks.locked_from,
        case when price.holding_id is not null then 'reached' when named.holding_id is not null then 'not_yet_charged'
            when plans.product_id is not null then 'missing' else 'not_planned' end as status,
        locks.lock_until is not null
            and (price.new_standard > held.standard_ticks or price.new_ticks > held.price_ticks) as breaks_lock,
        case held.interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end
            / held.interval_count as times
    from int_running_price as held
    inner join params
        on held.currency = params.currency
    left join planned_price as price
        on held.holding_id = price.holding_id
    left join named
        on held.holding_id = named.holding_id
    left join locks
        on held.holding_id = locks.holding_id
    left join plans
        on held.product_id = plans.product_id and held.plan_id is not distinct from plans.plan_id
)

select * from final;
