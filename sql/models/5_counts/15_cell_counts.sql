-- Grain:   one row per cell, lens combination, loyalty group, tenure band and price, as-of month, currency of the
--          study.
-- Reads:   price_counts, params
-- Columns: cell_key, lens_key, loyalty_group, band_order, paid_ticks: as in price_ledger
--          quantity_micros, n_observations: as in price_counts
-- Why:     amounts are finite decimals, so these counts lose nothing: every mean, variance, rank and quantile of the
--          customers can be worked out from them. Serves raw_gap and like_for_like_gap, which weight unit prices by
--          units.

create or replace table cell_counts as
with

priced as (
    select price_counts.*
    from price_counts
    inner join params
        on price_counts.currency = params.currency
    where price_counts.paid_ticks is not null
),

final as (
    select
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        paid_ticks,
        quantity_micros,
        cast(sum(n_observations) as bigint) as n_observations
    from priced
    group by cell_key, lens_key, loyalty_group, band_order, paid_ticks, quantity_micros
)

select * from final
order by cell_key, lens_key, loyalty_group, band_order nulls first, paid_ticks, quantity_micros;
