-- Grain:   one row per row of int_offer_lookup.
-- Reads:   int_offer_lookup, int_offer_key
-- Columns: the keys and date; offer_id, its pricing_decision (per product and plan unless stated) and its prices in ticks per
--          month and per interval, null where none serves; n_candidates = offers that fit; offer_reason = why there is no comparator, null where there is one.
-- Why:     most keys stated wins, then the lowest price at the primary basis, then the least offer_id.

create or replace table int_offer_match as
with

asked as (
    select
        int_offer_lookup.*,
        concat(
            case when patterns.pattern like '%c%' then offer_customer_id else chr(30) end, chr(31),
            case when patterns.pattern like '%p%' then plan_id else chr(30) end, chr(31),
            case when patterns.pattern like '%r%' then region else chr(30) end, chr(31),
            case when patterns.pattern like '%h%' then channel else chr(30) end, chr(31),
            case when patterns.pattern like '%d%' then product_id else chr(30) end, chr(31), currency, chr(31),
            interval_unit, chr(31), cast(interval_count as varchar)
        ) as offer_key
    from int_offer_lookup
    cross join (select distinct pattern from int_offer_key) as patterns
),

candidates as (
    select
        asked.lookup_id,
        offer.offer_id,
        offer.pricing_decision,
        offer.is_stated_decision,
        offer.headline_ticks, offer.effective_ticks, offer.standard_ticks, offer.primary_ticks,
        offer.headline_interval_ticks, offer.effective_interval_ticks, offer.standard_interval_ticks,
        count(*) over (partition by asked.lookup_id) as n_candidates,
        row_number() over (
            partition by asked.lookup_id
            order by offer.n_keys desc, offer.primary_ticks, offer.offer_id, offer.valid_from
        ) as candidate_rank
    from asked
    inner join int_offer_key as offer
        on asked.offer_key = offer.offer_key
        and asked.lookup_date >= offer.valid_from
        and (asked.lookup_date < offer.valid_to or offer.valid_to is null)
        and (cast(asked.quantity_micros as decimal(38, 0)) * 0.000001 >= offer.qty_from or offer.qty_from is null)
        and (cast(asked.quantity_micros as decimal(38, 0)) * 0.000001 < offer.qty_to or offer.qty_to is null)
),

offered_products as (
    select
        product_id,
        bool_or(plan_id is null) as any_plan
    from int_offer_key
    group by product_id
),

offered_plans as (
    select distinct product_id, plan_id
    from int_offer_key
    where plan_id is not null
),

final as (
    select
        lookup.*,
        case when best.primary_ticks > 0 then best.offer_id end as offer_id,
        case
            when best.primary_ticks > 0 and best.is_stated_decision then best.pricing_decision
            when best.primary_ticks > 0
                then concat(lookup.product_id, '/', coalesce(lookup.plan_id, ''), '/', best.pricing_decision)
        end as pricing_decision,
        case when best.primary_ticks > 0 then best.headline_ticks end as headline_ticks,
        case when best.primary_ticks > 0 then best.effective_ticks end as effective_ticks,
        case when best.primary_ticks > 0 then best.standard_ticks end as standard_offer_ticks,
        case when best.primary_ticks > 0 then best.primary_ticks end as offer_ticks,
        case when best.primary_ticks > 0 then best.headline_interval_ticks end as headline_interval_ticks,
        case when best.primary_ticks > 0 then best.effective_interval_ticks end as effective_interval_ticks,
        case when best.primary_ticks > 0 then best.standard_interval_ticks end as standard_interval_ticks,
        coalesce(best.n_candidates, 0) as n_candidates,
        case
            when best.primary_ticks > 0 then null
            when best.primary_ticks <= 0 then 'offer_not_positive'
            when offered_products.product_id is null and not exists (select 1 from int_offer_key where product_id is null)
                then 'no_offer'
            when lookup.plan_id is not null and offered_products.product_id is not null and not offered_products.any_plan
                and offered_plans.plan_id is null and not exists (select 1 from int_offer_key where product_id is null)
                then 'plan_not_offered'
            else 'no_offer_in_force'
        end as offer_reason
    from int_offer_lookup as lookup
    left join candidates as best
        on lookup.lookup_id = best.lookup_id
        and best.candidate_rank = 1
    left join offered_products
        on lookup.product_id = offered_products.product_id
    left join offered_plans
        on lookup.product_id = offered_plans.product_id
        and lookup.plan_id = offered_plans.plan_id
)

select * from final;
