-- Grain:   one row per row of int_offer_lookup and offer in force that fits it and that no later row replaces.
-- Reads:   int_offer_lookup, int_offer_key
-- Columns: lookup_id; offer_id, valid_from, its pricing_decision and prices; n_candidates = offers in force that fit;
--          candidate_rank = 1 for the comparator; price_rank = 1 for the cheapest with a price above zero.
-- Why:     of rows in force on the day with equal keys and kind, the one that started last counts; of different kinds,
--          the cheapest at the primary basis. Then the most keys stated wins, then the lowest price, then the least
--          offer_id. Decision D44.

create or replace table int_offer_candidate as
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

fitting as (
    select
        asked.lookup_id, offer.offer_id, offer.valid_from, offer.n_keys, offer.pricing_decision, offer.is_stated_decision,
        offer.headline_ticks, offer.effective_ticks, offer.standard_ticks, offer.primary_ticks,
        offer.headline_interval_ticks, offer.effective_interval_ticks, offer.standard_interval_ticks,
        count(*) over (partition by asked.lookup_id) as n_candidates,
        row_number() over (
            partition by asked.lookup_id, asked.offer_key, offer.qty_from, offer.qty_to, offer.kind
            order by offer.valid_from desc, offer.primary_ticks, offer.offer_id
        ) as age_rank
    from asked
    inner join int_offer_key as offer
        on asked.offer_key = offer.offer_key
        and asked.lookup_date >= offer.valid_from
        and (asked.lookup_date < offer.in_force_to or offer.in_force_to is null)
        and (cast(asked.quantity_micros as decimal(38, 0)) * 0.000001 >= offer.qty_from or offer.qty_from is null)
        and (cast(asked.quantity_micros as decimal(38, 0)) * 0.000001 < offer.qty_to or offer.qty_to is null)
),

final as (
    select
        fitting.* exclude (n_keys, age_rank),
        row_number() over (
            partition by lookup_id order by n_keys desc, primary_ticks, offer_id, valid_from
        ) as candidate_rank,
        row_number() over (
            partition by lookup_id order by primary_ticks <= 0, primary_ticks, offer_id, valid_from
        ) as price_rank
    from fitting
    where age_rank = 1
)

select * from final;
