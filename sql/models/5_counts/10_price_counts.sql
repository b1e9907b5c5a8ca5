-- Grain:   one row per currency, cell, lens combination, loyalty group, tenure band and set of prices, as-of month.
-- Reads:   int_book_count, int_price_tick, int_as_of_row
-- Columns: currency, cell_key, lens_key, loyalty_group, band_order, paid_ticks: as in price_ledger
--          quantity_micros: Units billed together, in millionths
--          offered_ticks: as in price_ledger
--          pricing_decision: Price decision: the stated one, or an unbroken run of equal offer terms of a product and
--            plan; null in a book that states none: there, product, plan and offer price identify it
--          offer_reason, offered_headline_ticks, offered_effective_ticks, offered_standard_ticks: as in price_ledger
--          other_pricing_decision: That of the offer on the day on which the price was set, or at the start of the
--            cycle where prices are compared with the former; null without one
--          offered_other_ticks: What a new customer would pay for as many units by that offer, in 10^-4 currency units
--          derived_n: Customers who joined the cell in the pricing month; null below min_evidence or in a book
--          pricing_month: Month of the pricing date, as year * 12 + month - 1; null in a book
--          before_ticks: Price before discounts twelve months earlier, in 10^-4 currency units, per month where prices
--            come from billing lines, per stated interval in a book; null without a comparable one
--          after_ticks: Price before discounts now, in 10^-4 currency units, per month where prices come from billing
--            lines, per stated interval in a book
--          before_offer_ticks: Offer after its introduction twelve months earlier, in 10^-4 currency units a month;
--            null in a book
--          after_offer_ticks: Offer after its introduction now, in 10^-4 currency units a month; null in a book
--          market_ticks, cost_ticks: as in price_ledger
--          n_observations: Observations with exactly these values
-- Why:     amounts are finite decimals, so these counts lose nothing: every mean, variance, rank and quantile of the
--          customers can be worked out from them. Customers are read once, for these counts; the models below read the
--          counts. A book and billing lines are grouped separately: grouping a book by what it never has would double
--          the time. Decisions D10 and D53.

create or replace table price_counts as
with

book as (
    select
        counts.currency, counts.cell_key, counts.lens_key, counts.loyalty_group, counts.band_order,
        counts.price_decision as pricing_decision, paid.ticks as paid_ticks, prior.ticks as prior_ticks, offer.ticks as offered_ticks, market.ticks as market_ticks,
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
        pricing_decision, offer_reason, offered_headline_ticks, offered_effective_ticks, offered_standard_ticks,
        other_pricing_decision, offered_other_ticks, derived_n, pricing_month, before_ticks, after_ticks, before_offer_ticks,
        after_offer_ticks,
        count(*) as n_observations
    from int_as_of_row
    group by all
),

final as (
    select
        currency, cell_key, lens_key, loyalty_group, band_order, paid_ticks, quantity_micros, offered_ticks, pricing_decision,
        offer_reason, offered_headline_ticks, offered_effective_ticks, offered_standard_ticks, other_pricing_decision,
        offered_other_ticks, derived_n, pricing_month, before_ticks, after_ticks, before_offer_ticks,
        after_offer_ticks, cast(null as bigint) as market_ticks, cast(null as bigint) as cost_ticks, n_observations
    from billing
    union all
    select
        currency, cell_key, lens_key, loyalty_group, band_order, paid_ticks, 1000000 as quantity_micros, offered_ticks,
        pricing_decision, case when offered_ticks is null then 'no_offer' end as offer_reason,
        null as offered_headline_ticks, null as offered_effective_ticks, null as offered_standard_ticks, null as other_pricing_decision,
        null as offered_other_ticks, null as derived_n, null as pricing_month, prior_ticks as before_ticks,
        case when prior_ticks is not null then paid_ticks end as after_ticks, null as before_offer_ticks,
        null as after_offer_ticks, market_ticks, cost_ticks, n_observations
    from book
)

select * from final;
