-- Grain:   one row per part of the change between two runs and billing interval.
-- Reads:   compared (compared.sql runs before)
-- Columns: part = stayed (same plan, cell and quantity), mix (the same customer holds something else), entrants, leavers,
--          before (all of the first run), after (all of the second, by the first run's definition), defined (all of the second
--          by its own); interval_unit, interval_count = what amounts are per; n_customers = observations;
--          price_before, price_after, offer_before, offer_after = sums in ticks of 10^-4 major units.
-- Why:     money above the offer changes because prices changed, offers changed, customers hold something else, came or
--          left, or because the definition changed. Each observation is in one part, so the parts add up exactly.

with

alike as (
    select *, min(run) over (partition by customer_id) <> max(run) over (partition by customer_id) as is_in_both
    from compared
    where alike_ticks is not null
),

paired as (
    select
        coalesce(first.interval_unit, second.interval_unit) as interval_unit,
        coalesce(first.interval_count, second.interval_count) as interval_count,
        case
            when first.cell_key = second.cell_key
                and first.quantity = second.quantity
                then 'stayed'
            when coalesce(first.is_in_both, second.is_in_both) then 'mix'
            when first.customer_id is not null then 'leavers'
            else 'entrants'
        end as part,
        coalesce(first.paid_ticks, 0) as price_before,
        coalesce(second.paid_ticks, 0) as price_after,
        coalesce(first.alike_ticks, 0) as offer_before,
        coalesce(second.alike_ticks, 0) as offer_after
    from (select * from alike where run = 'before') as first
    full join (select * from alike where run = 'after') as second
        on first.customer_id = second.customer_id
        and first.product_id = second.product_id
        and coalesce(first.subscription_id, chr(30)) = coalesce(second.subscription_id, chr(30))
        and coalesce(first.plan_id, chr(30)) = coalesce(second.plan_id, chr(30))
        and first.interval_unit = second.interval_unit
        and first.interval_count = second.interval_count
),

parts as (
    select part, interval_unit, interval_count, price_before, price_after, offer_before, offer_after
    from paired
    union all
    select 'before', interval_unit, interval_count, paid_ticks, 0, offered_ticks, 0
    from compared
    where run = 'before'
    union all
    select 'after', interval_unit, interval_count, 0, paid_ticks, 0, alike_ticks
    from compared
    where run = 'after' and alike_ticks is not null
    union all
    select 'defined', interval_unit, interval_count, 0, paid_ticks, 0, offered_ticks
    from compared
    where run = 'after' and offered_ticks is not null
),

final as (
    select
        part, interval_unit, interval_count,
        count(*) as n_customers,
        cast(sum(price_before) as decimal(38, 0)) as price_before,
        cast(sum(price_after) as decimal(38, 0)) as price_after,
        cast(sum(offer_before) as decimal(38, 0)) as offer_before,
        cast(sum(offer_after) as decimal(38, 0)) as offer_after
    from parts
    group by part, interval_unit, interval_count
)

select * from final
order by part, interval_unit, interval_count;
