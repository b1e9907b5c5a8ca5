-- Grain:   one row per reference, cell, lens combination, loyalty group, tenure band, price and reference amount, as-of
--          month, currency of the study.
-- Reads:   price_counts, params
-- Columns: reference: What the price is compared with: market_price or expected_cost
--          cell_key, lens_key, loyalty_group, band_order, paid_ticks: as in price_ledger
--          reference_ticks: That reference, in 10^-4 currency units, per month where prices come from billing lines,
--            per stated interval in a book
--          n_observations: as in price_counts
-- Why:     ratios of price to reference are formed from these counts in Python, unrounded. Serves market_gap and
--          cost_gap.

create or replace table reference_counts as
with

referenced as (
    select 'market_price' as reference, price_counts.*, price_counts.market_ticks as reference_ticks
    from price_counts
    inner join params
        on price_counts.currency = params.currency
    where price_counts.paid_ticks is not null
        and price_counts.market_ticks is not null
    union all
    select 'expected_cost' as reference, price_counts.*, price_counts.cost_ticks as reference_ticks
    from price_counts
    inner join params
        on price_counts.currency = params.currency
    where price_counts.paid_ticks is not null
        and price_counts.cost_ticks is not null
),

final as (
    select
        reference,
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        paid_ticks,
        reference_ticks,
        cast(sum(n_observations) as bigint) as n_observations
    from referenced
    group by reference, cell_key, lens_key, loyalty_group, band_order, paid_ticks, reference_ticks
)

select * from final
order by reference, cell_key, lens_key, loyalty_group, band_order nulls first, paid_ticks, reference_ticks;
