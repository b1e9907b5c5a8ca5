-- Grain:   one row per cell, lens combination, loyalty group, tenure band, month of pricing and price, for observations
--          with a derived comparator.
-- Reads:   price_counts, params
-- Columns: cell_key, lens_key, loyalty_group, band_order: as in price_ledger
--          pricing_month: as in price_counts
--          paid_ticks: as in price_ledger
--          quantity_micros, n_observations: as in price_counts
-- Why:     customers whose cell had enough joiners in the month their price was set are compared with what those
--          joiners paid.

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
