-- Grain:   one row per observation of a party that has several.
-- Reads:   observation, int_as_of_row, int_unpriced_observation, int_repeated_customer, int_shared_party, params
-- Columns: party_id; the columns of observation that clustering and distinct counts use; derived_month = month of
--          pricing of those with a derived comparator, else null; change_known = 2 where prices and offers of a year
--          ago are known, 1 where only prices are, else 0.
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
    union
    select party_id
    from int_unpriced_observation
),

counted as (
    select
        observation.party_id,
        observation.customer_id,
        observation.cell_key,
        observation.lens_key,
        observation.loyalty_group,
        observation.band_order,
        observation.reason,
        observation.paid_ticks,
        observation.quantity_micros,
        observation.offered_ticks,
        observation.offered_headline_ticks,
        observation.offered_effective_ticks,
        observation.offered_standard_ticks,
        observation.offered_other_ticks,
        observation.market_ticks,
        observation.cost_ticks,
        case when observation.derived_n is not null then observation.pricing_month end as derived_month,
        case
            when observation.before_ticks > 0 and observation.after_ticks > 0
                then case when observation.before_offer_ticks > 0 and observation.after_offer_ticks > 0 then 2 else 1 end
            else 0
        end as change_known,
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
