-- Grain:   one row per currency, cell, lens combination, loyalty group and tenure band.
-- Reads:   price_counts
-- Columns: n_observations = customers x cell; n_priced, price_ticks = those with a price and their sum; and the same for
--          those that also have an offer, a derived comparator, a market price, an expected cost, a price a year before.
-- Why:     support: who could be compared, with their money, and who could not. Nobody is dropped.

create or replace table cell_coverage as
with

paid as (
    select
        price_counts.*,
        case when price_ticks is not null then n_customers else 0 end as n_paying,
        cast(n_customers as hugeint) * price_ticks as paid_ticks,
        before_ticks > 0 and after_ticks > 0 as is_changed
    from price_counts
),

final as (
    select
        currency,
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        cast(sum(n_customers) as bigint) as n_observations,
        cast(sum(n_paying) as bigint) as n_priced,
        sum(paid_ticks) as price_ticks,
        cast(sum(case when offer_ticks is not null then n_paying else 0 end) as bigint) as n_offered,
        sum(case when offer_ticks is not null then paid_ticks end) as offered_price_ticks,
        cast(sum(case when derived_n is not null then n_paying else 0 end) as bigint) as n_derived,
        sum(case when derived_n is not null then paid_ticks end) as derived_price_ticks,
        cast(sum(case when market_ticks is not null then n_paying else 0 end) as bigint) as n_market,
        sum(case when market_ticks is not null then paid_ticks end) as market_price_ticks,
        cast(sum(case when cost_ticks is not null then n_paying else 0 end) as bigint) as n_cost,
        sum(case when cost_ticks is not null then paid_ticks end) as cost_price_ticks,
        cast(sum(case when is_changed then n_paying else 0 end) as bigint) as n_changed,
        sum(case when is_changed then paid_ticks end) as changed_price_ticks
    from paid
    group by currency, cell_key, lens_key, loyalty_group, band_order
)

select * from final
order by currency, cell_key, lens_key, loyalty_group, band_order nulls first;
