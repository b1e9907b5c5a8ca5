-- Grain:   one row per currency, cell, lens combination, loyalty group, tenure band and set of amounts.
-- Reads:   int_book_count, int_price_tick, int_as_of_row
-- Columns: paid_ticks, offered_*_ticks, market_ticks, cost_ticks = money per billing interval, price x quantity, 10^-4 major
--          units (null where unknown); quantity_micros = units in 10^-6; offer_version, offer_reason; pricing_month;
--          before_ticks ... = unit prices of the change; n_observations = observations with exactly these.
-- Why:     amounts are finite decimals, so these counts lose nothing: every mean, variance, rank and quantile of the
--          customers comes out of them. Customers are read for them once; the models below read these counts. A book and
--          billing lines are grouped apart: grouping a book by what it never has would double the time.

create or replace table price_counts as
with

book as (
    select
        counts.currency, counts.cell_key, counts.lens_key, counts.loyalty_group, counts.band_order,
        paid.ticks as paid_ticks, prior.ticks as prior_ticks, offer.ticks as offered_ticks, market.ticks as market_ticks,
        cost.ticks as cost_ticks, cast(sum(counts.n_customers) as bigint) as n_observations
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
        currency, cell_key, lens_key, loyalty_group, band_order, paid_ticks, quantity_micros, offered_ticks,
        offer_id as offer_version, offer_reason, offered_headline_ticks, offered_effective_ticks, offered_standard_ticks,
        set_offer_id, offered_at_price_set_ticks, derived_n, pricing_month, before_ticks, after_ticks, before_offer_ticks,
        after_offer_ticks,
        count(*) as n_observations
    from int_as_of_row
    group by all
),

final as (
    select
        currency, cell_key, lens_key, loyalty_group, band_order, paid_ticks, quantity_micros, offered_ticks, offer_version,
        offer_reason, offered_headline_ticks, offered_effective_ticks, offered_standard_ticks, set_offer_id,
        offered_at_price_set_ticks, derived_n, pricing_month, before_ticks, after_ticks, before_offer_ticks,
        after_offer_ticks, cast(null as bigint) as market_ticks, cast(null as bigint) as cost_ticks, n_observations
    from billing
    union all
    select
        currency, cell_key, lens_key, loyalty_group, band_order, paid_ticks, 1000000 as quantity_micros, offered_ticks,
        null as offer_version, case when offered_ticks is null then 'no_offer' end as offer_reason,
        null as offered_headline_ticks, null as offered_effective_ticks, null as offered_standard_ticks, null as set_offer_id,
        null as offered_at_price_set_ticks, null as derived_n, null as pricing_month, prior_ticks as before_ticks,
        case when prior_ticks is not null then paid_ticks end as after_ticks, null as before_offer_ticks,
        null as after_offer_ticks, market_ticks, cost_ticks, n_observations
    from book
)

select * from final;
