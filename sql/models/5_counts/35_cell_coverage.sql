-- Grain:   one row per currency, cell, lens combination, loyalty group and tenure band.
-- Reads:   price_counts
-- Columns: n_observations; n_priced, paid_ticks = those with a price and what they pay together; and the same for those that
--          also have an offer, a derived comparator, a market price, an expected cost, a price a year before.
-- Why:     support: who could be compared, with their money, and who could not. Nobody is dropped.

create or replace table cell_coverage as
with

paid as (
    select
        price_counts.*,
        case when paid_ticks is not null then n_observations else 0 end as n_paying,
        cast(n_observations as hugeint) * paid_ticks as sum_ticks,
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
        cast(sum(n_observations) as bigint) as n_observations,
        cast(sum(n_paying) as bigint) as n_priced,
        sum(sum_ticks) as paid_ticks,
        cast(sum(case when offered_ticks is not null then n_paying else 0 end) as bigint) as n_offered,
        sum(case when offered_ticks is not null then sum_ticks end) as paid_offered_ticks,
        cast(sum(case when derived_n is not null then n_paying else 0 end) as bigint) as n_derived,
        sum(case when derived_n is not null then sum_ticks end) as paid_derived_ticks,
        cast(sum(case when market_ticks is not null then n_paying else 0 end) as bigint) as n_market,
        sum(case when market_ticks is not null then sum_ticks end) as paid_market_ticks,
        cast(sum(case when cost_ticks is not null then n_paying else 0 end) as bigint) as n_cost,
        sum(case when cost_ticks is not null then sum_ticks end) as paid_cost_ticks,
        cast(sum(case when is_changed then n_paying else 0 end) as bigint) as n_changed,
        sum(case when is_changed then sum_ticks end) as paid_changed_ticks
    from paid
    group by currency, cell_key, lens_key, loyalty_group, band_order
)

select * from final
order by currency, cell_key, lens_key, loyalty_group, band_order nulls first;
