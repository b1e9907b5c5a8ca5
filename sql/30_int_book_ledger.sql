-- Grain:   one row per accepted book row.
-- Reads:   int_book_line, params
-- Columns: *_ticks are integers of 10^-4 major units per billing interval as stated, ex tax, half to even.
-- Why:     a book price stays in its stated period and is never divided. n = (2a + d) // 2d with a in 10^-6 and d = 100,
--          one less on a tie with n odd, is the same on every engine. That arithmetic is wide and slow, and most prices
--          have at most four decimals: those are taken as they are.

create or replace view int_book_ledger as
with

final as (
    select
        int_book_line.*,
        params.as_of_month as month,
        params.as_of_number as month_number,
        case
            when price < 1000000000 and cast(price as decimal(18, 4)) = price
                then cast(cast(price as decimal(18, 4)) * 10000 as bigint)
            else (2 * cast(cast(price as decimal(24, 6)) * 1000000 as bigint) + 100) // 200
                - case when (2 * cast(cast(price as decimal(24, 6)) * 1000000 as bigint) + 100) % 400 = 200 then 1 else 0 end
        end as price_ticks,
        case
            when prior_price < 1000000000 and cast(prior_price as decimal(18, 4)) = prior_price
                then cast(cast(prior_price as decimal(18, 4)) * 10000 as bigint)
            else (2 * cast(cast(prior_price as decimal(24, 6)) * 1000000 as bigint) + 100) // 200
                - case when (2 * cast(cast(prior_price as decimal(24, 6)) * 1000000 as bigint) + 100) % 400 = 200 then 1 else 0 end
        end as prior_ticks,
        case
            when offer_price < 1000000000 and cast(offer_price as decimal(18, 4)) = offer_price
                then cast(cast(offer_price as decimal(18, 4)) * 10000 as bigint)
            else (2 * cast(cast(offer_price as decimal(24, 6)) * 1000000 as bigint) + 100) // 200
                - case when (2 * cast(cast(offer_price as decimal(24, 6)) * 1000000 as bigint) + 100) % 400 = 200 then 1 else 0 end
        end as offer_ticks,
        case
            when market_price < 1000000000 and cast(market_price as decimal(18, 4)) = market_price
                then cast(cast(market_price as decimal(18, 4)) * 10000 as bigint)
            else (2 * cast(cast(market_price as decimal(24, 6)) * 1000000 as bigint) + 100) // 200
                - case when (2 * cast(cast(market_price as decimal(24, 6)) * 1000000 as bigint) + 100) % 400 = 200 then 1 else 0 end
        end as market_ticks,
        case
            when expected_cost < 1000000000 and cast(expected_cost as decimal(18, 4)) = expected_cost
                then cast(cast(expected_cost as decimal(18, 4)) * 10000 as bigint)
            else (2 * cast(cast(expected_cost as decimal(24, 6)) * 1000000 as bigint) + 100) // 200
                - case when (2 * cast(cast(expected_cost as decimal(24, 6)) * 1000000 as bigint) + 100) % 400 = 200 then 1 else 0 end
        end as cost_ticks
    from int_book_line
    cross join params
)

select * from final;
