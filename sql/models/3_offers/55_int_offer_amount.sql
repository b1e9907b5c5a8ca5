-- Grain:   one row per row of int_offer_match that has an offer.
-- Reads:   int_offer_match, params
-- Columns: lookup_id; offered_headline_ticks, offered_effective_ticks, offered_standard_ticks = price x quantity per billing
--          interval at each basis, 10^-4 major units, half to even; offered_ticks = that of the study's basis.
-- Why:     money is price x quantity: what a new customer would pay for as many units. It is worked out once for each
--          row of int_offer_lookup, whose keys include the quantity.

create or replace table int_offer_amount as
with

bases as (
    select lookup_id, quantity_micros, 'headline' as basis, cast(headline_interval_ticks as hugeint) as ticks
    from int_offer_match
    union all
    select lookup_id, quantity_micros, 'effective', effective_interval_ticks from int_offer_match
    union all
    select lookup_id, quantity_micros, 'standard', standard_interval_ticks from int_offer_match
),

amounts as (
    select
        lookup_id,
        basis,
        cast((2 * ticks * quantity_micros + 1000000) // 2000000
            - case when (2 * ticks * quantity_micros + 1000000) % 4000000 = 2000000 then 1 else 0 end as bigint) as offered
    from bases
    where ticks is not null
),

final as (
    select
        lookup_id,
        max(case when basis = 'headline' then offered end) as offered_headline_ticks,
        max(case when basis = 'effective' then offered end) as offered_effective_ticks,
        max(case when basis = 'standard' then offered end) as offered_standard_ticks,
        max(case when basis = comparator_basis then offered end) as offered_ticks
    from amounts
    cross join params
    group by lookup_id
)

select * from final;
