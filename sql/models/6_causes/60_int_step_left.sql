-- Grain:   one row per change of a price.
-- Reads:   int_step_move, offers, params
-- Columns: step_id; window_key = product, plan, the keys that its offers state, currency and interval; window_interval
--          = one interval, 12 months where the interval is yearly or the study sets anniversaries; holding_id, new_day;
--          index_linked, announced, with_list, plan_part = parts of list_part; left = the rest of it; left_standard =
--          the same before discounts.
-- Why:     each driver takes what is left of the move, in its direction and no more. What a contract sets by its index
--          comes before what a letter said.
-- Options: not kept

create or replace table int_step_left as
with

keys as (
    select
        product_id,
        bool_or(region is not null) as has_region,
        bool_or(channel is not null) as has_channel
    from offers
    where is_new_customer_offer
    group by product_id
),

clipped as (
    select
        step.*,
        concat(step.product_id, chr(31), coalesce(step.plan_id, chr(30)), chr(31),
            case when keys.has_region then coalesce(step.region, chr(30)) else '' end, chr(31),
            case when keys.has_channel then coalesce(step.channel, chr(30)) else '' end, chr(31),
            step.currency, chr(31), step.interval_unit, chr(31), cast(step.interval_count as varchar)) as window_key,
        case when step.interval_unit = 'year' then to_years(step.interval_count) when params.anniversaries then to_months(12)
            when step.interval_unit = 'month' then to_months(step.interval_count)
            when step.interval_unit = 'week' then to_days(7 * step.interval_count) else to_days(step.interval_count) end
            as window_interval,
        case when kind <> 'price' or sign(index_move) <> sign(list_part) then 0
            else sign(list_part) * least(abs(index_move), abs(list_part)) end as index_linked,
        case when kind = 'price' or sign(offer_move) <> sign(list_part) then 0
            else sign(list_part) * least(abs(offer_move), abs(list_part)) end as with_list
    from int_step_move as step
    cross join params
    left join keys
        on step.product_id = keys.product_id
),

told as (
    select
        clipped.*,
        case when kind <> 'price' or sign(letter_move) <> sign(list_part - index_linked) then 0
            else sign(list_part) * least(abs(letter_move), abs(list_part - index_linked)) end as announced
    from clipped
),

final as (
    select
        step_id, kind, holding_id, cycle_start as new_day, window_key, window_interval, price_move, old_standard, coin_ticks,
        standard_move, cast(list_part as bigint) as list_part, cast(index_linked as bigint) as index_linked,
        cast(announced as bigint) as announced, cast(with_list as bigint) as with_list,
        cast(case when kind <> 'price' then list_part - with_list else 0 end as bigint) as plan_part,
        cast(case when kind = 'price' then list_part - index_linked - announced else 0 end as bigint) as left_part,
        case when kind = 'price' and list_part <> 0
            then cast(round((list_part - index_linked - announced) / part) as bigint) else 0 end as left_standard,
        offer_move, part, is_offered, n_events
    from told
)

select * from final;
