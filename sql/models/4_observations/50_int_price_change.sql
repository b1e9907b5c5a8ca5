-- Grain:   one row per row of int_price_pair.
-- Reads:   int_price_pair, stg_price_event
-- Columns: the ledger key; before_ticks, after_ticks = standard prices; before_offer_ticks, after_offer_ticks = standard
--          offers in force on both pricing dates, null where there is none.
-- Why:     a mid-term change replaces the earlier price with the one it led to, so that its effect is not taken for a
--          rise at renewal.

create or replace table int_price_change as
with

events as (
    select
        pairs.holding_id,
        arg_max(cast(event.new_price * 1000000 as hugeint), (event.changed_on, event.new_price)) as micros
    from int_price_pair as pairs
    inner join stg_price_event as event
        on pairs.subscription_id = event.subscription_id
    where event.reject_reason is null
        and event.new_price is not null
        and event.changed_on > pairs.before_date
        and event.changed_on < pairs.pricing_date
    group by all
),

final as (
    select
        pairs.holding_id,
        coalesce(
            cast((2 * events.micros * md + 100 * mn) // (200 * mn)
                - case when (2 * events.micros * md + 100 * mn) % (400 * mn) = 200 * mn then 1 else 0 end as bigint),
            pairs.before_ticks
        ) as before_ticks,
        pairs.standard_ticks as after_ticks,
        pairs.before_offer_ticks,
        pairs.standard_offer_ticks as after_offer_ticks
    from (
        select
            pairs.*,
            interval_count * case interval_unit when 'month' then 1 when 'week' then 84 else 12 end as mn,
            case when interval_unit in ('week', 'day') then 365 else 1 end as md
        from int_price_pair as pairs
    ) as pairs
    left join events
        using (holding_id)
)

select * from final;
