-- Grain:   one row per basis, cell, lens combination, loyalty group, tenure band, price decision, price and offer, as-of
--          month, currency of the study.
-- Reads:   price_counts, params
-- Columns: basis: Basis of the offer price: primary (that of the study), headline, effective, standard, and
--            at_price_set (on the day the price was set) or, where that is primary, at_cycle_start
--          cell_key, lens_key, loyalty_group, band_order: as in price_ledger
--          pricing_decision: as in price_counts
--          paid_ticks: as in price_ledger
--          quantity_micros: as in price_counts
--          offered_ticks: What a new customer would pay for as many units per billing interval, at that basis, in 10^-4
--            currency units
--          n_observations: as in price_counts
-- Why:     one amount against one offer at each basis of the offer price. Serves offer_gap and overpayment: the gap is
--          the ratio of the same sums whose difference is the money.

create or replace table offer_counts as
with

readings as (
    select 'primary' as basis, price_counts.*, offered_ticks as reading_ticks, pricing_decision as decision from price_counts
    union all
    select 'headline', price_counts.*, offered_headline_ticks, pricing_decision from price_counts
    union all
    select 'effective', price_counts.*, offered_effective_ticks, pricing_decision from price_counts
    union all
    select 'standard', price_counts.*, offered_standard_ticks, pricing_decision from price_counts
    union all
    select
        case (select comparator_date from params) when 'price_set' then 'at_cycle_start' else 'at_price_set' end, price_counts.*,
        offered_other_ticks, other_pricing_decision
    from price_counts
),

final as (
    select
        readings.basis,
        readings.cell_key,
        readings.lens_key,
        readings.loyalty_group,
        readings.band_order,
        readings.decision as pricing_decision,
        readings.paid_ticks,
        readings.reading_ticks as offered_ticks,
        readings.quantity_micros,
        cast(sum(readings.n_observations) as bigint) as n_observations
    from readings
    inner join params
        on readings.currency = params.currency
    where readings.paid_ticks is not null
        and readings.reading_ticks > 0
    group by all
)

select * from final
order by
    basis, cell_key, lens_key, loyalty_group, band_order nulls first, pricing_decision nulls first, paid_ticks, offered_ticks,
    quantity_micros;
