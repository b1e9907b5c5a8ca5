-- Grain:   one row per change of a price.
-- Reads:   int_step_list, int_step_offer
-- Columns: those of int_step_list; is_offered = offers cover the days; offer_move = by how much the standard
--          price offered to new customers moved within one interval; for a change of plan or interval, the mean of
--          both; index_move, letter_move = what the index and the letter account for; 10^-4 major units, scaled to the
--          list part.
-- Why:     a list that moves a cycle after the bills still moved with them; a yearly one did not.
-- Options: not kept

create or replace view int_step_move as
with

wanted as (
    select step_id, kind, 'new' as side, product_id, plan_id, currency, region, channel, interval_unit, interval_count,
        quantity_micros, month_times, month_parts, is_monthly,
        unnest(case when kind = 'price' then [day_before, cycle_start, day_after] else [old_day, cycle_start] end) as day,
        unnest(case when kind = 'price' then ['before', 'at', 'after'] else ['before', 'at'] end) as place
    from int_step_list
    union all
    select step_id, kind, 'old', product_id, old_plan, currency, old_region, old_channel, old_unit, old_count,
        old_quantity, old_times, old_parts, is_monthly, unnest([old_day, cycle_start]), unnest(['before', 'at'])
    from int_step_list
    where kind <> 'price'
),

found as (
    select
        wanted.step_id, wanted.side, wanted.place, wanted.interval_unit,
        offer.standard_ticks * case when is_monthly then month_times / month_parts else 1 end as ticks
    from wanted
    inner join int_step_offer as offer
        using (product_id, currency, interval_unit, interval_count, quantity_micros, day)
    where wanted.plan_id is not distinct from offer.plan_id
        and wanted.region is not distinct from offer.region
        and wanted.channel is not distinct from offer.channel
),

placed as (
    select
        step_id, side,
        max(ticks) filter (where place = 'before') as before,
        max(ticks) filter (where place = 'at') as at_day,
        max(ticks) filter (where place = 'after' and interval_unit <> 'year') as after
    from found
    group by step_id, side
),

moves as (
    select
        step.step_id,
        avg(case when step.list_part > 0 then greatest(at_day, after) else least(at_day, after) end - before) as list_move,
        coalesce(bool_or(side = 'new' and before is not null and at_day is not null), false) as is_offered
    from int_step_list as step
    left join placed
        using (step_id)
    group by step.step_id
),

sized as (
    select
        step.*, cast(round(moves.list_move) as bigint) as list_move, moves.is_offered,
        case when standard_move = 0 then 0.0 else list_part / standard_move end as part,
        greatest(coin_ticks, coalesce(cast(round(contract_rounding * 10000) as bigint), 0)) as rounding,
        case when told_ticks is null or is_monthly then 0 when is_standard then told_ticks - old_standard
            else told_ticks - old_price - discount_part end as told_move
    from int_step_list as step
    inner join moves
        using (step_id)
),

final as (
    select
        sized.*,
        case when rate is null or is_monthly then 0 else cast(round(part
            * (rounding * round(old_standard * (1 + rate + coalesce(contract_x, 0) / 100) / rounding) - old_standard)) as bigint)
        end as index_move,
        cast(round(case when is_standard then part * told_move else told_move end) as bigint) as letter_move,
        cast(round(part * list_move) as bigint) as offer_move
    from sized
)

select * from final;
