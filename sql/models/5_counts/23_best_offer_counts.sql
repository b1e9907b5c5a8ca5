-- Grain:   one row per cell, lens combination, loyalty group, tenure band, offer and cheaper offer that fits as well, as-of
--          month, currency of the study.
-- Reads:   int_as_of_row, int_offer_lookup, int_offer_candidate, stg_offer, params
-- Columns: cell_key, lens_key, loyalty_group, band_order: as in price_ledger
--          offered_ticks: What a new customer would pay for as many units under the offer that serves as the
--            comparator, per billing interval in 10^-4 currency units
--          best_ticks: The same under the cheapest offer in force that fits, at the basis of the study
--          n_observations: as in price_counts
-- Why:     the most specific offer is the comparator, yet a new customer may take a cheaper one that fits everybody.
--          Only things held for which the two differ have a row.

create or replace table best_offer_counts as
with

cheaper as (
    select
        lookup.*,
        cast(case params.comparator_basis
            when 'headline' then best.headline_interval_ticks
            when 'standard' then best.standard_interval_ticks
            else best.effective_interval_ticks
        end as hugeint) as unit_ticks
    from int_offer_lookup as lookup
    cross join params
    inner join int_offer_candidate as served
        on lookup.lookup_id = served.lookup_id
        and served.candidate_rank = 1
    inner join int_offer_candidate as best
        on lookup.lookup_id = best.lookup_id
        and best.price_rank = 1
    where best.primary_ticks > 0
        and best.primary_ticks < served.primary_ticks
),

matched as (
    select
        held.cell_key, held.lens_key, held.loyalty_group, held.band_order, held.offered_ticks,
        cast((2 * unit_ticks * held.quantity_micros + 1000000) // 2000000
            - case when (2 * unit_ticks * held.quantity_micros + 1000000) % 4000000 = 2000000 then 1 else 0 end as bigint)
            as best_ticks
    from int_as_of_row as held
    inner join params
        on held.currency = params.currency
    left join (select distinct customer_id from stg_offer where customer_id is not null and reject_reason is null) as own
        on held.customer_id = own.customer_id
    inner join cheaper
        on held.product_id = cheaper.product_id
        and held.currency = cheaper.currency
        and held.interval_unit = cheaper.interval_unit
        and held.interval_count = cheaper.interval_count
        and held.pricing_date = cheaper.lookup_date
        and held.quantity_micros = cheaper.quantity_micros
        and held.plan_id is not distinct from cheaper.plan_id
        and held.region is not distinct from cheaper.region
        and held.channel is not distinct from cheaper.channel
        and own.customer_id is not distinct from cheaper.offer_customer_id
),

final as (
    select
        cell_key, lens_key, loyalty_group, band_order, offered_ticks, best_ticks, count(*) as n_observations
    from matched
    where offered_ticks is not null
    group by cell_key, lens_key, loyalty_group, band_order, offered_ticks, best_ticks
)

select * from final
order by cell_key, lens_key, loyalty_group, band_order nulls first, offered_ticks, best_ticks;
