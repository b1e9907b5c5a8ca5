-- Grain:   one row per currency, cell, lens combination, loyalty group, tenure band and set of prices.
-- Reads:   int_book_count, int_price_tick, int_as_of_row
-- Columns: *_ticks in 10^-4 major units (null where unknown); offer_version, offer_reason; pricing_month; n_customers =
--          customers x cell with exactly these.
-- Why:     prices are finite decimals, so these counts lose nothing: every mean, variance, rank and quantile of the
--          customers comes out of them. Customers are read for them once; the models below read these counts. A book and
--          billing lines are grouped apart: grouping a book by what it never has would double the time.

create or replace table price_counts as
with

book as (
    select
        counts.currency, counts.cell_key, counts.lens_key, counts.loyalty_group, counts.band_order,
        paid.ticks as price_ticks, prior.ticks as prior_ticks, offer.ticks as offer_ticks, market.ticks as market_ticks,
        cost.ticks as cost_ticks, cast(sum(counts.n_customers) as bigint) as n_customers
    from int_book_count as counts
    left join int_price_tick as paid
        on counts.price = paid.price
    left join int_price_tick as prior
        on counts.prior_price = prior.price
    left join int_price_tick as offer
        on counts.offer_price = offer.price
    left join int_price_tick as market
        on counts.market_price = market.price
    left join int_price_tick as cost
        on counts.expected_cost = cost.price
    group by all
),

billing as (
    select
        currency, cell_key, lens_key, loyalty_group, band_order, price_ticks, offer_ticks, offer_id as offer_version,
        offer_reason, headline_ticks, effective_ticks, standard_offer_ticks, set_offer_id, set_offer_ticks, derived_n,
        pricing_month, before_ticks, after_ticks, before_offer_ticks, after_offer_ticks,
        count(*) as n_customers
    from int_as_of_row
    group by
        currency, cell_key, lens_key, loyalty_group, band_order, price_ticks, offer_ticks, offer_version,
        offer_reason, headline_ticks, effective_ticks, standard_offer_ticks, set_offer_id, set_offer_ticks, derived_n,
        pricing_month, before_ticks, after_ticks, before_offer_ticks, after_offer_ticks
),

final as (
    select
        currency, cell_key, lens_key, loyalty_group, band_order, price_ticks, cast(null as bigint) as prior_ticks,
        offer_ticks, offer_version, offer_reason, headline_ticks, effective_ticks, standard_offer_ticks, set_offer_id,
        set_offer_ticks, derived_n, pricing_month, before_ticks, after_ticks, before_offer_ticks, after_offer_ticks,
        cast(null as bigint) as market_ticks, cast(null as bigint) as cost_ticks, n_customers
    from billing
    union all
    select
        currency, cell_key, lens_key, loyalty_group, band_order, price_ticks, prior_ticks,
        offer_ticks, null as offer_version, case when offer_ticks is null then 'no_offer' end as offer_reason,
        null as headline_ticks, null as effective_ticks,
        null as standard_offer_ticks, null as set_offer_id, null as set_offer_ticks, null as derived_n,
        null as pricing_month, prior_ticks as before_ticks,
        case when prior_ticks is not null then price_ticks end as after_ticks, null as before_offer_ticks,
        null as after_offer_ticks, market_ticks, cost_ticks, n_customers
    from book
)

select * from final;
