-- Grain:   one row per distinct combination of offer keys and day that a change asks for.
-- Reads:   int_price_step, int_price_side
-- Columns: question_id; the keys; day.
-- Why:     what was offered to new customers before, at and after a change shows whether the list moved too: within an
--          interval around a change of price; on both days for both plans of a change of plan. The offer that the
--          customer joined on shows what the introduction was. Each question is answered once.

create or replace table int_step_question as
with

ends as (
    select old_holding as holding_id, old_first as first_month, step_id, kind from int_price_step
    union all
    select new_holding, new_first, step_id, kind from int_price_step
),

sides as (
    select
        ends.kind, old.cycle_start as old_day, new.cycle_start as new_day, new.day_before, new.day_after,
        side.product_id, side.plan_id, side.currency, side.region, side.channel, side.interval_unit, side.interval_count,
        side.quantity_micros, side.joined_day
    from ends
    inner join int_price_step as step
        on ends.step_id = step.step_id
    inner join int_price_side as side
        on ends.holding_id = side.holding_id
        and ends.first_month = side.first_month
    inner join int_price_side as old
        on step.old_holding = old.holding_id
        and step.old_first = old.first_month
    inner join int_price_side as new
        on step.new_holding = new.holding_id
        and step.new_first = new.first_month
),

days as (
    select sides.* exclude (old_day, new_day, day_before, day_after, joined_day, kind), new_day as day from sides
    union
    select sides.* exclude (old_day, new_day, day_before, day_after, joined_day, kind), old_day from sides
    where kind <> 'price'
    union
    select sides.* exclude (old_day, new_day, day_before, day_after, joined_day, kind), day_before from sides
    where kind = 'price'
    union
    select sides.* exclude (old_day, new_day, day_before, day_after, joined_day, kind), day_after from sides
    where kind = 'price'
    union
    select sides.* exclude (old_day, new_day, day_before, day_after, joined_day, kind), joined_day from sides
    where joined_day is not null
),

final as (
    select
        row_number() over (
            order by product_id, plan_id, currency, region, channel, interval_unit, interval_count, quantity_micros, day
        ) as question_id,
        days.*
    from days
)

select * from final;
