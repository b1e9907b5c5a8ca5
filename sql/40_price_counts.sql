-- Grain:   one row per currency, cell, lens combination, loyalty group, tenure band and set of prices.
-- Reads:   price_ledger
-- Columns: price_ticks, prior_ticks, offer_ticks, market_ticks, cost_ticks in 10^-4 major units per billing interval
--          (null where unknown); n_customers = customers x cell with exactly these.
-- Why:     prices are finite decimals, so these counts lose nothing: every mean, variance, rank and quantile of the
--          customers comes out of them. The ledger is read once, here; the models below read these counts.

create or replace table price_counts as
with

final as (
    select
        currency,
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        price_ticks,
        prior_ticks,
        offer_ticks,
        market_ticks,
        cost_ticks,
        count(*) as n_customers
    from price_ledger
    group by
        currency, cell_key, lens_key, loyalty_group, band_order,
        price_ticks, prior_ticks, offer_ticks, market_ticks, cost_ticks
)

select * from final;
