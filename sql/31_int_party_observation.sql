-- Grain:   one row per ledger row of a party that has several.
-- Reads:   price_ledger, int_repeated_customer, int_shared_party, params
-- Columns: party_id; party_size = its ledger rows; those of price_ledger that findings use.
-- Why:     parties with one row need no clustering and no distinct counting; these do.

create or replace table int_party_observation as
with

parties as (
    select customer_id as party_id
    from int_repeated_customer
    union
    select party_id
    from int_shared_party
),

observations as (
    select
        price_ledger.party_id,
        price_ledger.customer_id,
        price_ledger.cell_key,
        price_ledger.lens_key,
        price_ledger.loyalty_group,
        price_ledger.band_order,
        price_ledger.price_ticks,
        price_ledger.offer_ticks
    from price_ledger
    inner join parties
        on price_ledger.party_id = parties.party_id
    inner join params
        on price_ledger.currency = params.currency
),

final as (
    select
        observations.*,
        count(*) over (partition by party_id) as party_size
    from observations
)

select * from final
where party_size > 1;
