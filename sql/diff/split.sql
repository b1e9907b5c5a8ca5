-- Grain:   one row per part of the change between two runs, billing interval and role.
-- Reads:   price_ledger and params of the attached databases before and after
-- Columns: part = stayed (same plan, cell and quantity), mix (the same customer holds something else), entrants, leavers,
--          before (all of the first run), after (all of the second, by the first run's definition), defined (all of the second
--          by its own); role, interval_unit, interval_count = what a price is per; n_customers = customers x product;
--          price_before, price_after, offer_before, offer_after = sums in ticks of 10^-4 major units.
-- Why:     money above the offer changes because prices changed, offers changed, customers hold something else, came or
--          left, or because the definition changed. Each observation is in one part, so the parts add up exactly.

with

definition as (
    select
        first.tenured_from_months as first_tenured_from,
        first.comparator_basis as first_basis,
        second.tenured_from_months as second_tenured_from
    from before.params as first
    cross join after.params as second
),

first as (
    select price_ledger.*
    from before.price_ledger as price_ledger
    cross join before.params as params
    cross join definition
    where price_ledger.month_number is not distinct from coalesce(params.as_of_number, price_ledger.month_number)
        and price_ledger.currency = params.currency
        and price_ledger.tenure_months >= definition.first_tenured_from
        and price_ledger.price_ticks is not null
        and price_ledger.offer_ticks > 0
),

second as (
    select
        price_ledger.*,
        case
            when price_ledger.role = 'book' then price_ledger.offer_ticks
            when definition.first_basis = 'headline' then price_ledger.headline_ticks
            when definition.first_basis = 'standard' then price_ledger.standard_offer_ticks
            else price_ledger.effective_ticks
        end as first_offer_ticks,
        definition.first_tenured_from,
        definition.second_tenured_from
    from after.price_ledger as price_ledger
    cross join after.params as params
    cross join definition
    where price_ledger.month_number is not distinct from coalesce(params.as_of_number, price_ledger.month_number)
        and price_ledger.currency = params.currency
        and price_ledger.price_ticks is not null
),

alike as (
    select *
    from second
    where tenure_months >= first_tenured_from and first_offer_ticks > 0
),

paired as (
    select
        coalesce(first.role, alike.role) as role,
        coalesce(first.interval_unit, alike.interval_unit) as interval_unit,
        coalesce(first.interval_count, alike.interval_count) as interval_count,
        case
            when first.customer_id is not null and alike.customer_id is not null
                and first.plan_id is not distinct from alike.plan_id
                and first.cell_key = alike.cell_key
                and first.quantity = alike.quantity
                then 'stayed'
            when first.customer_id is not null and alike.customer_id is not null then 'mix'
            when first.customer_id is not null
                and first.customer_id in (select customer_id from alike) then 'mix'
            when alike.customer_id is not null
                and alike.customer_id in (select customer_id from first) then 'mix'
            when first.customer_id is not null then 'leavers'
            else 'entrants'
        end as part,
        coalesce(first.price_ticks, 0) as price_before,
        coalesce(alike.price_ticks, 0) as price_after,
        coalesce(first.offer_ticks, 0) as offer_before,
        coalesce(alike.first_offer_ticks, 0) as offer_after
    from first
    full join alike
        on first.customer_id = alike.customer_id
        and first.product_id = alike.product_id
        and first.interval_unit = alike.interval_unit
        and first.interval_count = alike.interval_count
),

parts as (
    select part, role, interval_unit, interval_count, price_before, price_after, offer_before, offer_after
    from paired
    union all
    select 'before', role, interval_unit, interval_count, price_ticks, 0, offer_ticks, 0
    from first
    union all
    select 'after', role, interval_unit, interval_count, 0, price_ticks, 0, first_offer_ticks
    from alike
    union all
    select 'defined', role, interval_unit, interval_count, 0, price_ticks, 0, offer_ticks
    from second
    where tenure_months >= second_tenured_from and offer_ticks > 0
),

final as (
    select
        part,
        role,
        interval_unit,
        interval_count,
        count(*) as n_customers,
        cast(sum(price_before) as decimal(38, 0)) as price_before,
        cast(sum(price_after) as decimal(38, 0)) as price_after,
        cast(sum(offer_before) as decimal(38, 0)) as offer_before,
        cast(sum(offer_after) as decimal(38, 0)) as offer_after
    from parts
    group by part, role, interval_unit, interval_count
)

select * from final
order by part, role, interval_unit, interval_count;
