-- Grain:   one row per cell, lens combination, loyalty group, tenure band, price and offer.
-- Reads:   price_counts, params
-- Columns: price_ticks, offer_ticks in 10^-4 major units per billing interval; n_customers.
-- Why:     the book states each customer's new-customer offer; the offer version is the (cell, offer price) pair.
--          Serves offer_gap and overpayment.

create or replace table offer_counts as
with

offered as (
    select price_counts.*
    from price_counts
    inner join params
        on price_counts.currency = params.currency
    where price_counts.price_ticks is not null
        and price_counts.offer_ticks is not null
),

final as (
    select
        cell_key,
        lens_key,
        loyalty_group,
        band_order,
        price_ticks,
        offer_ticks,
        cast(sum(n_customers) as bigint) as n_customers
    from offered
    group by cell_key, lens_key, loyalty_group, band_order, price_ticks, offer_ticks
)

select * from final
order by cell_key, lens_key, loyalty_group, band_order nulls first, price_ticks, offer_ticks;
