-- Grain:   one row per cell, lens combination, loyalty group, tenure band, price before and price after.
-- Reads:   price_counts, params
-- Columns: before_ticks = the prior price, after_ticks = the price, 10^-4 major units per billing interval;
--          n_customers.
-- Why:     serves change_gap. A customer without a prior price has no change: not counted here, never 0 %.

create or replace table change_counts as
with

changed as (
    select price_counts.*
    from price_counts
    inner join params
        on price_counts.currency = params.currency
    where price_counts.price_ticks is not null
        and price_counts.prior_ticks is not null
),

final as (
    select
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        prior_ticks as before_ticks,
        price_ticks as after_ticks,
        cast(sum(n_customers) as bigint) as n_customers
    from changed
    group by cell_key, lens_key, loyalty_group, band_order, prior_ticks, price_ticks
)

select * from final
order by cell_key, lens_key, loyalty_group, band_order nulls first, before_ticks, after_ticks;
