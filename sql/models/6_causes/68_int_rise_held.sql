-- Grain:   one row per decision to raise a price and thing held under its key with a period that starts in its window.
-- Reads:   int_rise_day, int_ledger_span, offers
-- Columns: window_id; holding_id; first_day = first day of its first period that starts in the window; tenure_start =
--          the earliest of its spans in the window, is_censored = that of any of them, both as in price_ledger.
-- Why:     the key is that of the offers: it is spelt out once for each of the few kinds of things held, not once for
--          each span.

create or replace view int_rise_held as
with

windows as (
    select distinct window_key, window_id, starts_on, ends_on from int_rise_day
),

keys as (
    select product_id, bool_or(region is not null) as has_region, bool_or(channel is not null) as has_channel
    from offers where is_new_customer_offer group by product_id
),

combinations as (
    select
        kind.*,
        concat(kind.product_id, chr(31), coalesce(kind.plan_id, chr(30)), chr(31),
            case when keys.has_region then coalesce(kind.region, chr(30)) else '' end, chr(31),
            case when keys.has_channel then coalesce(kind.channel, chr(30)) else '' end, chr(31),
            kind.currency, chr(31), kind.interval_unit, chr(31), cast(kind.interval_count as varchar)) as window_key
    from (
        select distinct product_id, plan_id, region, channel, currency, interval_unit, interval_count from int_ledger_span
    ) as kind
    left join keys
        using (product_id)
),

final as (
    select
        windows.window_id, span.holding_id,
        min(span.cycle_start) as first_day, min(span.tenure_start) as tenure_start, bool_or(span.is_censored) as is_censored
    from int_ledger_span as span
    inner join combinations
        using (product_id, currency, interval_unit, interval_count)
    inner join windows
        on combinations.window_key = windows.window_key
        and span.cycle_start >= windows.starts_on and span.cycle_start < windows.ends_on
    where span.plan_id is not distinct from combinations.plan_id
        and span.region is not distinct from combinations.region and span.channel is not distinct from combinations.channel
    group by windows.window_id, span.holding_id
)

select * from final;
