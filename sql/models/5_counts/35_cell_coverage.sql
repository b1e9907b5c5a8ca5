-- Grain:   one row per currency, cell, lens combination, loyalty group and tenure band: who could be compared, with
--          their money.
-- Reads:   price_counts
-- Columns: currency, cell_key, lens_key, loyalty_group, band_order: as in price_ledger
--          n_observations: Observations, with or without a price
--          n_priced: Of those, with a price
--          paid_ticks: What n_priced pay together per billing interval, in 10^-4 currency units
--          n_offered: Of those with a price, with an offer
--          paid_offered_ticks: What n_offered pay together per billing interval, in 10^-4 currency units
--          n_derived: Of those with a price, with a derived comparator
--          paid_derived_ticks: What n_derived pay together per billing interval, in 10^-4 currency units
--          n_market: Of those with a price, with a market price
--          paid_market_ticks: What n_market pay together per billing interval, in 10^-4 currency units
--          n_cost: Of those with a price, with an expected cost
--          paid_cost_ticks: What n_cost pay together per billing interval, in 10^-4 currency units
--          n_changed: Of those with a price, with a comparable price a year earlier
--          paid_changed_ticks: What n_changed pay together per billing interval, in 10^-4 currency units
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
