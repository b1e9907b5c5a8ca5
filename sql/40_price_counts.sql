-- Grain:   one row per currency, cell, lens combination, loyalty group, tenure band and set of prices.
-- Reads:   observation
-- Columns: *_ticks in 10^-4 major units (null where unknown); offer_version, offer_reason; pricing_month; n_customers =
--          customers x cell with exactly these.
-- Why:     prices are finite decimals, so these counts lose nothing: every mean, variance, rank and quantile of the
--          customers comes out of them. The ledger is read once, here; the models below read these counts.

create or replace table price_counts as
with

final as (
    select
        currency, cell_key, lens_key, loyalty_group, band_order, price_ticks, prior_ticks, offer_ticks, offer_version,
        offer_reason, headline_ticks, effective_ticks, standard_offer_ticks, set_offer_id, set_offer_ticks, derived_n,
        pricing_month, before_ticks, after_ticks, before_offer_ticks, after_offer_ticks, market_ticks, cost_ticks,
        count(*) as n_customers
    from observation
    group by
        currency, cell_key, lens_key, loyalty_group, band_order, price_ticks, prior_ticks, offer_ticks, offer_version,
        offer_reason, headline_ticks, effective_ticks, standard_offer_ticks, set_offer_id, set_offer_ticks, derived_n,
        pricing_month, before_ticks, after_ticks, before_offer_ticks, after_offer_ticks, market_ticks, cost_ticks
)

select * from final;
