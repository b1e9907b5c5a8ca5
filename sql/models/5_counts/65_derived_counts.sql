-- Grain:   one row per cell, lens combination, loyalty group, tenure band, month of pricing and price.
-- Reads:   price_counts, params
-- Columns: pricing_month = year * 12 + month - 1; paid_ticks in 10^-4 major units per month; n_observations.
-- Why:     customers whose cell had enough joiners in the month their price was set are held against what those paid.

create or replace table derived_counts as
with

final as (
    select
        price_counts.cell_key,
        price_counts.lens_key,
        price_counts.loyalty_group,
        price_counts.band_order,
        price_counts.pricing_month,
        price_counts.paid_ticks,
        price_counts.quantity_micros,
        cast(sum(price_counts.n_observations) as bigint) as n_observations
    from price_counts
    inner join params
        on price_counts.currency = params.currency
    where price_counts.derived_n is not null
        and price_counts.paid_ticks is not null
    group by all
)

select * from final
order by cell_key, lens_key, loyalty_group, band_order nulls first, pricing_month, paid_ticks, quantity_micros;
