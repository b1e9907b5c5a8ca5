-- Grain:   one row per currency, cell, lens combination, loyalty group and tenure band.
-- Reads:   price_ledger
-- Columns: n_observations = customers x cell; n_priced, price_ticks = those with a price and their sum; and the same for
--          those that also have an offer, a market price, an expected cost, a prior price.
-- Why:     support: who could be compared, with their money, and who could not. Nobody is dropped.

create or replace table cell_coverage as
with

final as (
    select
        currency,
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        count(*) as n_observations,
        count(price_ticks) as n_priced,
        sum(price_ticks) as price_ticks,
        sum(case when price_ticks is not null and offer_ticks is not null then 1 else 0 end) as n_offered,
        sum(case when offer_ticks is not null then price_ticks end) as offered_price_ticks,
        sum(case when price_ticks is not null and market_ticks is not null then 1 else 0 end) as n_market,
        sum(case when market_ticks is not null then price_ticks end) as market_price_ticks,
        sum(case when price_ticks is not null and cost_ticks is not null then 1 else 0 end) as n_cost,
        sum(case when cost_ticks is not null then price_ticks end) as cost_price_ticks,
        sum(case when price_ticks is not null and prior_ticks is not null then 1 else 0 end) as n_changed,
        sum(case when prior_ticks is not null then price_ticks end) as changed_price_ticks
    from price_ledger
    group by currency, cell_key, lens_key, loyalty_group, band_order
)

select * from final
order by currency, cell_key, lens_key, loyalty_group, band_order nulls first;
