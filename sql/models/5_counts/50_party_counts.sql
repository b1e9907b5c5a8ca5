-- Grain:   one row per distinct set of observations that parties with several have, and observation in it.
-- Reads:   int_party_observation
-- Columns: pattern = number of the set; n_parties = parties with exactly this set; then the observation: cell_key,
--          lens_key, loyalty_group, band_order, price_ticks, the offers at each basis, market price and expected cost;
--          customer_number = which of the party's customers it belongs to (1, 2, ...).
-- Why:     clustering by party and counting distinct customers need to know which observations belong together, not
--          whose they are. No id leaves this model.

create or replace table party_counts as
with

numbered as (
    select
        int_party_observation.*,
        dense_rank() over (partition by party_id order by customer_id) as customer_number
    from int_party_observation
),

described as (
    select
        party_id,
        concat_ws(chr(29), cell_key, lens_key, loyalty_group, coalesce(cast(band_order as varchar), '-'),
            coalesce(cast(price_ticks as varchar), '-'), coalesce(cast(offer_ticks as varchar), '-'),
            coalesce(cast(headline_ticks as varchar), '-'), coalesce(cast(effective_ticks as varchar), '-'),
            coalesce(cast(standard_offer_ticks as varchar), '-'), coalesce(cast(set_offer_ticks as varchar), '-'),
            coalesce(cast(market_ticks as varchar), '-'), coalesce(cast(cost_ticks as varchar), '-'),
            cast(customer_number as varchar)) as observation,
        cell_key, lens_key, loyalty_group, band_order, price_ticks, offer_ticks, headline_ticks, effective_ticks, standard_offer_ticks, set_offer_ticks,
        market_ticks, cost_ticks, customer_number
    from numbered
),

parties as (
    select
        party_id,
        string_agg(observation, chr(28) order by observation) as observations
    from described
    group by party_id
),

patterns as (
    select
        observations,
        min(party_id) as example_party,
        count(*) as n_parties,
        row_number() over (order by observations) as pattern
    from parties
    group by observations
),

final as (
    select
        patterns.pattern,
        patterns.n_parties,
        described.cell_key, described.lens_key, described.loyalty_group, described.band_order,
        described.price_ticks, described.offer_ticks, described.headline_ticks, described.effective_ticks,
        described.standard_offer_ticks, described.set_offer_ticks, described.market_ticks,
        described.cost_ticks, described.customer_number
    from patterns
    inner join described
        on patterns.example_party = described.party_id
)

select * from final
order by pattern, customer_number, cell_key, lens_key, loyalty_group, price_ticks nulls first, offer_ticks nulls first;
