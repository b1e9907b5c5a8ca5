-- Grain:   one row per basis, cell, lens combination, loyalty group, tenure band, offer version, price and offer.
-- Reads:   price_counts, params
-- Columns: basis in primary, headline, effective, standard, at_price_set; offer_version (null in a book, where the pair of
--          cell and offer price is the version); price_ticks, offer_ticks in 10^-4 major units; n_customers.
-- Why:     one price against one offer under each reading of that offer. Serves offer_gap and overpayment.

create or replace table offer_counts as
with

readings as (
    select 'primary' as basis, price_counts.*, offer_ticks as reading_ticks, offer_version as version from price_counts
    union all
    select 'headline', price_counts.*, headline_ticks, offer_version from price_counts
    union all
    select 'effective', price_counts.*, effective_ticks, offer_version from price_counts
    union all
    select 'standard', price_counts.*, standard_offer_ticks, offer_version from price_counts
    union all
    select 'at_price_set', price_counts.*, set_offer_ticks, set_offer_id from price_counts
),

final as (
    select
        readings.basis,
        readings.cell_key,
        readings.lens_key,
        readings.loyalty_group,
        readings.band_order,
        readings.version as offer_version,
        readings.price_ticks,
        readings.reading_ticks as offer_ticks,
        cast(sum(readings.n_customers) as bigint) as n_customers
    from readings
    inner join params
        on readings.currency = params.currency
    where readings.price_ticks is not null
        and readings.reading_ticks > 0
    group by all
)

select * from final
order by basis, cell_key, lens_key, loyalty_group, band_order nulls first, offer_version nulls first, price_ticks, offer_ticks;
