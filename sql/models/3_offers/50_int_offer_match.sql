-- Grain:   one row per row of int_offer_lookup.
-- Reads:   int_offer_lookup, int_offer_candidate, int_offer_key
-- Columns: the keys and date; offer_id, its pricing_decision (per product and plan unless stated) and its prices in
--          ticks per month and per interval, null where no offer can be used; n_candidates = offers that fit;
--          offer_reason = why there is no comparator, null where there is one.
-- Why:     millions of ledger rows ask the same few questions: each has its answer here, or the reason why there is
--          none. Decisions D13 and D44.

create or replace table int_offer_match as
with

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
    left join int_offer_candidate as best
        on lookup.lookup_id = best.lookup_id
        and best.candidate_rank = 1
    left join offered_products
        on lookup.product_id = offered_products.product_id
    left join offered_plans
        on lookup.product_id = offered_plans.product_id
        and lookup.plan_id = offered_plans.plan_id
)

select * from final;
