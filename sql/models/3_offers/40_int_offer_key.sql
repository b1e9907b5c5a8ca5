-- Grain:   one row per new-customer offer version.
-- Reads:   offers, int_offer_decision
-- Columns: pattern = which of customer (c), product (d), plan (p), region (r), channel (h) the offer states; offer_key
--          = their values; n_keys = number of keys stated, the two of the interval and the quantity bounds included.
-- Why:     a key that an offer leaves open matches anything. Offers are looked up by the keys that they state, so that
--          a wildcard costs one more look-up rather than a cross product.

create or replace view int_offer_key as
with

decided as (
    select offers.*, decision.pricing_decision, decision.is_stated as is_stated_decision
    from offers
    inner join int_offer_decision as decision
        on offers.offer_id = decision.offer_id
        and offers.valid_from = decision.valid_from
        and offers.currency = decision.currency
        and offers.interval_unit = decision.interval_unit
        and offers.interval_count = decision.interval_count
        and offers.primary_ticks = decision.primary_ticks
        and offers.headline_interval_ticks = decision.headline_interval_ticks
        and offers.standard_interval_ticks = decision.standard_interval_ticks
        and offers.product_id is not distinct from decision.product_id
        and offers.plan_id is not distinct from decision.plan_id
        and offers.price_decision is not distinct from decision.price_decision
    where is_new_customer_offer
),

final as (
    select
        decided.*,
        concat(
            case when customer_id is not null then 'c' else '' end,
            case when product_id is not null then 'd' else '' end,
            case when plan_id is not null then 'p' else '' end,
            case when region is not null then 'r' else '' end,
            case when channel is not null then 'h' else '' end
        ) as pattern,
        concat(
            coalesce(customer_id, chr(30)), chr(31), coalesce(plan_id, chr(30)), chr(31), coalesce(region, chr(30)), chr(31),
            coalesce(channel, chr(30)), chr(31), coalesce(product_id, chr(30)), chr(31), currency, chr(31),
            interval_unit, chr(31), cast(interval_count as varchar)
        ) as offer_key,
        2 + case when customer_id is not null then 1 else 0 end
            + case when product_id is not null then 1 else 0 end
            + case when plan_id is not null then 1 else 0 end
            + case when region is not null then 1 else 0 end
            + case when channel is not null then 1 else 0 end
            + case when qty_from is not null then 1 else 0 end
            + case when qty_to is not null then 1 else 0 end as n_keys
    from decided
)

select * from final;
