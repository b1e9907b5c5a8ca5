-- Grain:   one row per basis, cell, lens combination, loyalty group, tenure band, offer version, amounts and quantity.
-- Reads:   price_counts, params
-- Columns: basis in primary, headline, effective, standard, at_price_set; offer_version (null in a book, where the pair of
--          cell and offer price is the version); paid_ticks, offered_ticks = price x quantity per billing interval, as billed
--          and as a new customer would be, 10^-4 major units; quantity_micros = units in 10^-6; n_observations.
-- Why:     one amount against one offer under each reading of that offer. Serves offer_gap and overpayment: the gap is the
--          ratio of the very sums whose difference is the money.

create or replace table offer_counts as
with

readings as (
    select 'primary' as basis, price_counts.*, offered_ticks as reading_ticks, offer_version as version from price_counts
    union all
    select 'headline', price_counts.*, offered_headline_ticks, offer_version from price_counts
    union all
    select 'effective', price_counts.*, offered_effective_ticks, offer_version from price_counts
    union all
    select 'standard', price_counts.*, offered_standard_ticks, offer_version from price_counts
    union all
    select 'at_price_set', price_counts.*, offered_at_price_set_ticks, set_offer_id from price_counts
),

final as (
    select
        readings.basis,
        readings.cell_key,
        readings.lens_key,
        readings.loyalty_group,
        readings.band_order,
        readings.version as offer_version,
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
    basis, cell_key, lens_key, loyalty_group, band_order nulls first, offer_version nulls first, paid_ticks, offered_ticks,
    quantity_micros;
