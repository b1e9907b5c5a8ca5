-- Grain:   one row per currency, cell, lens combination, loyalty group, tenure band and reason: who could be compared, with
--          their money.
-- Reads:   price_counts, int_unpriced_observation
-- Columns: currency, cell_key, lens_key, loyalty_group, band_order: as in price_ledger
--          reason: Why there is no price or no offer; null where there are both
--          n_observations: Observations, with or without a price
--          n_priced: Of those, with a price
--          paid_ticks: What n_priced pay together per billing interval, in 10^-4 currency units
--          n_billed: Of the others, those whose amount is known
--          month_ticks: What n_billed come to a month together, in 10^-4 currency units
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

observed as (
    select
        currency, cell_key, lens_key, loyalty_group, band_order, n_observations,
        case when paid_ticks is null then 'no_price' else offer_reason end as reason,
        case when paid_ticks is not null then n_observations else 0 end as n_paying,
        cast(n_observations as hugeint) * paid_ticks as sum_ticks,
        cast(null as hugeint) as month_ticks,
        offered_ticks is not null as is_offered,
        derived_n is not null as is_derived,
        market_ticks is not null as has_market,
        cost_ticks is not null as has_cost,
        coalesce(before_ticks > 0 and after_ticks > 0, false) as is_changed
    from price_counts
    union all
    select
        currency, cell_key, lens_key, loyalty_group, band_order, 1, reason, 0, null, month_ticks, false, false, false, false, false
    from int_unpriced_observation
),

final as (
    select
        currency,
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        reason,
        cast(sum(n_observations) as bigint) as n_observations,
        cast(sum(n_paying) as bigint) as n_priced,
        sum(sum_ticks) as paid_ticks,
        count(month_ticks) as n_billed,
        sum(month_ticks) as month_ticks,
        cast(sum(case when is_offered then n_paying else 0 end) as bigint) as n_offered,
        sum(case when is_offered then sum_ticks end) as paid_offered_ticks,
        cast(sum(case when is_derived then n_paying else 0 end) as bigint) as n_derived,
        sum(case when is_derived then sum_ticks end) as paid_derived_ticks,
        cast(sum(case when has_market then n_paying else 0 end) as bigint) as n_market,
        sum(case when has_market then sum_ticks end) as paid_market_ticks,
        cast(sum(case when has_cost then n_paying else 0 end) as bigint) as n_cost,
        sum(case when has_cost then sum_ticks end) as paid_cost_ticks,
        cast(sum(case when is_changed then n_paying else 0 end) as bigint) as n_changed,
        sum(case when is_changed then sum_ticks end) as paid_changed_ticks
    from observed
    group by currency, cell_key, lens_key, loyalty_group, band_order, reason
)

select * from final
order by currency, cell_key, lens_key, loyalty_group, band_order nulls first, reason nulls first;
