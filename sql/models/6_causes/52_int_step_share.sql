-- Grain:   one row per change of a price and discount that changed with it.
-- Reads:   int_step_discount, int_step_price, int_price_step, int_price_side, int_step_event
-- Columns: step_id; list_share = the part of the discount's change that follows the list price, in 10^-4 major units;
--          driver, ticks = the rest of it: by how much it moves the price, and why.
-- Why:     a percentage moves with the list price: that is not a change of the discount. Where the rest falls, it
--          raises the price: at the end of the introduction, at a stated end or step, before it, or without anything
--          stated.

create or replace table int_step_share as
with

events as (
    select step_id, bool_or(is_end) as is_end
    from int_step_event
    group by step_id
),

changed as (
    select
        discount.*,
        price.old_intro and not price.new_intro as is_intro_end,
        price.old_standard, price.new_standard, price.new_standard - price.old_standard as list_move,
        new.cycle_start as new_day,
        coalesce(events.is_end, false) as is_end,
        len(list_filter(regexp_extract_all(coalesce(old.discount_steps, ''), '[0-9]{4}-[0-9]{2}-[0-9]{2}'),
            lambda day: day > cast(old.cycle_start as varchar) and day <= cast(new.cycle_start as varchar))) > 0 as is_step,
        old_ticks > 0 and new_ticks > 0 and price.new_standard <> price.old_standard and (
            coalesce(old_percent = new_percent, false)
            or abs(cast(new_ticks as hugeint) * price.old_standard - cast(old_ticks as hugeint) * price.new_standard)
                <= cast(price.coin_ticks as hugeint) * price.old_standard) as is_rate,
        old_ticks > 0 and new_ticks > 0 and old_percent <> new_percent as is_percent
    from int_step_discount as discount
    inner join int_step_price as price
        using (step_id)
    inner join int_price_step as step
        using (step_id)
    inner join int_price_side as old
        on step.old_holding = old.holding_id
        and step.old_first = old.first_month
    inner join int_price_side as new
        on step.new_holding = new.holding_id
        and step.new_first = new.first_month
    left join events
        using (step_id)
),

shared as (
    select
        changed.*,
        case
            when is_rate then new_ticks - old_ticks
            when is_percent then cast(round(list_move * (old_percent + new_percent) / 200) as bigint)
            else 0
        end as list_share
    from changed
),

final as (
    select
        step_id, list_share, list_share - (new_ticks - old_ticks) as ticks,
        case
            when list_share - (new_ticks - old_ticks) < 0 then 'discount_granted'
            when is_intro_end then 'intro_end'
            when ends_on <= new_day or is_step or is_end then 'discount_end'
            when ends_on > new_day then 'discount_withdrawn'
            else 'discount_end_unstated'
        end as driver
    from shared
)

select * from final;
