-- Grain:   one row per observation of a party that has several.
-- Reads:   observation, int_as_of_row, int_repeated_customer, int_shared_party, params
-- Columns: party_id; those of observation that clustering and distinct counts use.
-- Why:     parties with one observation need no clustering and no distinct counting; these do.

create or replace table int_party_observation as
with

parties as (
    select customer_id as party_id
    from int_repeated_customer
    union
    select party_id
    from int_shared_party
    union
    select party_id
    from int_as_of_row
    group by party_id
    having count(*) > 1
),

counted as (
    select
        observation.party_id,
        observation.customer_id,
        observation.cell_key,
        observation.lens_key,
        observation.loyalty_group,
        observation.band_order,
        observation.price_ticks,
        observation.offer_ticks,
        observation.headline_ticks,
        observation.effective_ticks,
        observation.standard_offer_ticks,
        observation.set_offer_ticks,
        observation.market_ticks,
        observation.cost_ticks,
        count(*) over (partition by observation.party_id) as party_size
    from observation
    inner join parties
        on observation.party_id = parties.party_id
    inner join params
        on observation.currency = params.currency
),

final as (
    select * exclude (party_size)
    from counted
    where party_size > 1
)

select * from final;
