-- Grain:   one row per decision to raise a price and tenure band.
-- Reads:   int_rise_member, int_rise_day, tenure_class
-- Columns: window_id: Number of the decision
--          product_id: as in price_ledger
--          plan_id: Plan; null where none is stated
--          region: Region; null where the offers of the product state none
--          channel: Channel; null where the offers of the product state none
--          currency, interval_unit, interval_count: as in price_ledger
--          starts_on: First day on which it was charged
--          ends_on: First day no longer part of it, one interval later
--          band_order: Tenure band on the first bill of the window; null where the tenure is only a lower bound
--          n_held: Things held with a period that starts in the window
--          n_raised: Those whose price before discounts rose
--          before_ticks: Prices before the rise of those raised, before discounts, per unit and billing interval,
--            summed
--          rise_ticks: What they rose by, likewise
--          paid_rise_ticks: What the prices paid rose by, discounts taken off, likewise
-- Why:     it shows whom a decision hit, whatever the rise is called: the first question of a regulator.

create or replace table rise_exposure as
with

windows as (
    select distinct window_id, window_key, starts_on, ends_on
    from int_rise_day
),

counted as (
    select
        member.window_id,
        case when not member.is_censored then tenure_class.band_order end as band_order,
        count(*) as n_held,
        count(*) filter (where all_ticks > 0) as n_raised,
        cast(coalesce(sum(old_standard) filter (where all_ticks > 0), 0) as bigint) as before_ticks,
        cast(sum(all_ticks) as bigint) as rise_ticks,
        cast(sum(paid_ticks) as bigint) as paid_rise_ticks
    from int_rise_member as member
    left join tenure_class
        on member.tenure_months = tenure_class.tenure_months
    group by all
),

final as (
    select
        windows.window_id,
        split_part(window_key, chr(31), 1) as product_id,
        nullif(split_part(window_key, chr(31), 2), chr(30)) as plan_id,
        nullif(nullif(split_part(window_key, chr(31), 3), chr(30)), '') as region,
        nullif(nullif(split_part(window_key, chr(31), 4), chr(30)), '') as channel,
        split_part(window_key, chr(31), 5) as currency,
        split_part(window_key, chr(31), 6) as interval_unit,
        cast(split_part(window_key, chr(31), 7) as integer) as interval_count,
        starts_on, ends_on, band_order, n_held, n_raised, before_ticks, rise_ticks, paid_rise_ticks
    from counted
    inner join windows
        on counted.window_id = windows.window_id
)

select * from final
order by window_id, band_order;
