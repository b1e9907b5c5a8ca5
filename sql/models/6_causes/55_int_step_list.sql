-- Grain:   one row per change of a price.
-- Reads:   int_step_price, int_step_share, int_price_step, int_price_side, int_step_event, stg_cpi, params
-- Columns: step_id; the keys and days of both sides; price_move; standard_move; list_part = the part of the price's
--          move that comes from the standard price; discount_part = the part that comes from discounts; told_ticks,
--          is_standard = price told and its basis, null where none was; rate = by how much the index of the contract
--          moved in a year; n_events on file.
-- Why:     the index that counts is the one already published when the price moved: that of two months before, or of
--          the month of the year that the study names. Decision D58.
-- Options: not kept

create or replace table int_step_list as
with

shares as (
    select step_id, sum(list_share) as list_share, sum(ticks) as ticks
    from int_step_share
    group by step_id
),

indexes as (
    select later.index_code, later.month, later.value / earlier.value - 1 as rate
    from stg_cpi as later
    inner join stg_cpi as earlier
        on later.index_code = earlier.index_code
        and earlier.month = cast(later.month - to_months(12) as date)
    where later.reject_reason is null
        and earlier.reject_reason is null
),

told as (
    select
        step_id, count(*) as n_events, arg_max(told_ticks, (told_day, event_id)) filter (where is_told) as told_ticks,
        arg_max(is_standard, (told_day, event_id)) filter (where is_told) as is_standard
    from int_step_event
    group by step_id
),

final as (
    select
        price.step_id, price.kind, price.new_price - price.old_price as price_move, price.old_price, price.old_standard,
        price.new_standard - price.old_standard as standard_move, price.coin_ticks,
        cast(price.new_standard - price.old_standard - coalesce(shares.list_share, 0) as bigint) as list_part,
        coalesce(shares.ticks, 0) as discount_part,
        new.* exclude (coin_ticks), old.plan_id as old_plan, old.interval_unit as old_unit, old.interval_count as old_count,
        old.cycle_start as old_day, old.region as old_region, old.channel as old_channel, old.quantity_micros as old_quantity,
        price.is_monthly, old.month_times as old_times, old.month_parts as old_parts, coalesce(told.n_events, 0) as n_events,
        told.told_ticks, told.is_standard, indexes.rate
    from int_step_price as price
    cross join params
    inner join int_price_step as step
        using (step_id)
    inner join int_price_side as old
        on step.old_holding = old.holding_id
        and step.old_first = old.first_month
    inner join int_price_side as new
        on step.new_holding = new.holding_id
        and step.new_first = new.first_month
    left join shares
        using (step_id)
    left join told
        using (step_id)
    left join indexes
        on new.contract_index = indexes.index_code
        and indexes.month = cast(date_trunc('month', new.cycle_start)
            - to_months(case when params.index_month is null then 2
                else 1 + (month(new.cycle_start) + 11 - params.index_month) % 12 end) as date)
)

select * from final;
