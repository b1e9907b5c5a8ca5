-- Grain:   one row per cell, lens combination, loyalty group, tenure band and price.
-- Reads:   price_counts, params
-- Columns: price_ticks in 10^-4 major units per billing interval; n_customers = customers at that price.
-- Why:     prices are finite decimals, so these counts lose nothing: every mean, variance, rank and quantile of the
--          customers comes out of them. Serves raw_gap and like_for_like_gap.

create or replace table cell_counts as
with

priced as (
    select price_counts.*
    from price_counts
    inner join params
        on price_counts.currency = params.currency
    where price_counts.price_ticks is not null
),

final as (
    select
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        price_ticks,
        cast(sum(n_customers) as bigint) as n_customers
    from priced
    group by cell_key, lens_key, loyalty_group, band_order, price_ticks
)

select * from final
order by cell_key, lens_key, loyalty_group, band_order nulls first, price_ticks;
