-- Grain:   one row per accepted book row.
-- Reads:   int_book_line, int_price_tick, params
-- Columns: first_month = the as-of month, the only one; *_ticks are integers of 10^-4 major units per billing interval as
--          stated, ex tax, half to even.
-- Why:     a book price stays in its stated interval and is never divided.

create or replace view int_book_span as
with

final as (
    select
        line.*,
        params.as_of_number as first_month,
        1 as n_months,
        true as covers_as_of,
        false as covers_year_before,
        paid.ticks as price_ticks,
        prior.ticks as prior_ticks,
        offer.ticks as offer_ticks,
        market.ticks as market_ticks,
        cost.ticks as cost_ticks
    from int_book_line as line
    cross join params
    left join int_price_tick as paid
        on line.price = paid.price
    left join int_price_tick as prior
        on line.prior_price = prior.price
    left join int_price_tick as offer
        on line.offer_price = offer.price
    left join int_price_tick as market
        on line.market_price = market.price
    left join int_price_tick as cost
        on line.expected_cost = cost.price
)

select * from final;
