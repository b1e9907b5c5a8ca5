-- Grain:   one row per change and driver that has a part in it.
-- Reads:   int_step_left, int_step_share, int_rise_day, int_rise_reach, int_rise_member,
--          params
-- Columns: step_id; driver; ticks per unit and interval, 10^-4 major units.
-- Why:     the rise that reached 95 % of the other customers is common: a list rise as far as the price offered to new
--          customers moved too, a rise of the back book for the rest. Without a price book that covers the day and
--          without any event for the key, no reason is on file. What a customer pays above the common rise is
--          unexplained where a price book covers the day or the events are complete; else no reason is on file.
-- Options: not kept

create or replace view int_step_driver as
with

events as (
    select window_key, bool_or(n_events > 0) as has_events
    from int_step_left
    group by window_key
),

rises as (
    select
        step.*, params.events_complete, events.has_events,
        case when reach.reached is null and reach.reached_from_outside is null then null
            when not coalesce(member.is_other, false) then coalesce(reached_from_outside, 0)
            when member.share >= reach.reached then reach.next_reached else reach.reached end as reached
    from int_step_left as step
    cross join params
    inner join events
        using (window_key)
    left join int_rise_day as day
        using (window_key, new_day)
    left join int_rise_reach as reach
        using (window_id)
    left join int_rise_member as member
        using (window_id, holding_id)
    where step.left_part > 0
),

split as (
    select
        rises.*,
        cast(least(left_part, case when reached is null then greatest(0, coalesce(offer_move, 0))
            when left_standard <= round(old_standard * reached) then left_part
            else greatest(0, round(part * (old_standard * reached - coin_ticks))) end) as bigint) as common_part
    from rises
),

listed as (
    select
        split.*,
        least(common_part, greatest(0, coalesce(offer_move, 0))) as list_rise,
        is_offered or events_complete as is_known
    from split
),

falls as (
    select
        step_id, -least(-left_part, greatest(0, -coalesce(offer_move, 0))) as list_fall, left_part
    from int_step_left
    where left_part < 0
),

causes as (
    select step_id, driver, ticks from int_step_share
    union all select step_id, 'index_linked', index_linked from int_step_left
    union all select step_id, 'announced', announced from int_step_left
    union all select step_id, kind, plan_part from int_step_left
    union all select step_id, case when with_list < 0 then 'list_fall' else 'list_rise' end, with_list from int_step_left
    union all select step_id, 'list_rise', list_rise from listed
    union all select step_id, case when is_known or has_events then 'back_book_rise' else 'no_reason_on_file' end, common_part - list_rise from listed
    union all select step_id, case when is_known then 'unexplained' else 'no_reason_on_file' end, left_part - common_part from listed
    union all select step_id, 'list_fall', list_fall from falls
    union all select step_id, 'price_cut', left_part - list_fall from falls
),

final as (
    select step_id, driver, cast(sum(ticks) as bigint) as ticks
    from causes
    group by step_id, driver
    having sum(ticks) <> 0
)

select * from final;
