-- Grain:   one row per decision to raise a price and thing held under its key with a period that starts in its window.
-- Reads:   int_rise_held, int_rise_day, int_step_left, int_holding, stg_price_event
-- Columns: window_id; holding_id; tenure_months completed on the first such day, null where unknown; is_other = past
--          the first 12 months and any lock: one of those whose rises show what was common; rise_ticks = its rise
--          before discounts, as far as neither index nor letter explains it; all_ticks = the whole of it; paid_ticks =
--          how much more is paid, 0 without a rise; old_standard; share = the rise plus a coin, the most that it can
--          be, as a share of old_standard.
-- Why:     customers whom a decision left alone count as much as those whom it hit. Decision D57.
-- Options: not kept

create or replace table int_rise_member as
with

rises as (
    select
        day.window_id, step.holding_id, max(greatest(left_standard, 0)) as rise_ticks, max(standard_move) as all_ticks,
        max(greatest(price_move, 0)) as paid_ticks, max(old_standard) as old_standard, max(coin_ticks) as coin_ticks
    from int_step_left as step
    inner join int_rise_day as day
        using (window_key, new_day)
    where step.kind = 'price' and step.list_part > 0
    group by day.window_id, step.holding_id
),

locks as (
    select subscription_id, customer_id, lock_until from stg_price_event where lock_until is not null and reject_reason is null
),

locked as (
    select holding_id, max(lock_until) as lock_until
    from (
        select thing.holding_id, locks.lock_until
        from int_holding as thing
        inner join locks
            on thing.subscription_id = locks.subscription_id
        union all
        select thing.holding_id, locks.lock_until
        from int_holding as thing
        inner join locks
            on thing.customer_id = locks.customer_id
        where locks.subscription_id is null
    )
    group by holding_id
),

final as (
    select
        held.window_id, held.holding_id,
        greatest(0, 12 * (year(first_day) - year(tenure_start)) + month(first_day) - month(tenure_start)
            - case when day(first_day) < day(tenure_start) then 1 else 0 end) as tenure_months,
        is_censored,
        coalesce(tenure_start <= first_day - to_months(12) or is_censored, false) and coalesce(locked.lock_until <= first_day, true) as is_other,
        coalesce(rises.rise_ticks, 0) as rise_ticks, coalesce(rises.all_ticks, 0) as all_ticks,
        coalesce(rises.paid_ticks, 0) as paid_ticks, rises.old_standard,
        coalesce((rises.rise_ticks + case when rises.rise_ticks > 0 then rises.coin_ticks else 0 end)
            / cast(nullif(rises.old_standard, 0) as double), 0) as share
    from int_rise_held as held
    left join rises
        using (window_id, holding_id)
    left join locked using (holding_id)
)

select * from final;
