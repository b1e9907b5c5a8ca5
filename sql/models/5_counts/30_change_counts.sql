-- Grain:   one row per cell, lens combination, loyalty group, tenure band, price before and after, offer before and after.
-- Reads:   price_counts, params
-- Columns: before_ticks, after_ticks = prices twelve months apart; before_offer_ticks, after_offer_ticks = the offers in
--          force then (null in a book); offer_version = the later offer; 10^-4 major units; n_observations.
-- Why:     serves change_gap. A customer without a prior price has no change: not counted here, never 0 %.

create or replace table change_counts as
with

changed as (
    select price_counts.*
    from price_counts
    inner join params
        on price_counts.currency = params.currency
    where price_counts.before_ticks > 0
        and price_counts.after_ticks > 0
),

final as (
    select
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        offer_version,
        before_ticks,
        after_ticks,
        before_offer_ticks,
        after_offer_ticks,
        cast(sum(n_observations) as bigint) as n_observations
    from changed
    group by all
)

select * from final
order by
    cell_key, lens_key, loyalty_group, band_order nulls first, offer_version nulls first, before_ticks, after_ticks,
    before_offer_ticks nulls first, after_offer_ticks nulls first;
