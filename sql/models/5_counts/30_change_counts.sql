-- Grain:   one row per cell, lens combination, loyalty group, tenure band, price decision, and price and offer
--          before and after.
-- Reads:   price_counts, params
-- Columns: cell_key, lens_key, loyalty_group, band_order: as in price_ledger
--          pricing_decision, before_ticks, after_ticks, before_offer_ticks, after_offer_ticks, n_observations: as in
--            price_counts
-- Why:     serves change_gap. A customer without a prior price has no change, and is not counted here rather than
--          counted as 0 %.

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
        pricing_decision,
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
    cell_key, lens_key, loyalty_group, band_order nulls first, pricing_decision nulls first, before_ticks, after_ticks,
    before_offer_ticks nulls first, after_offer_ticks nulls first;
