-- Grain:   one row per accepted book row.
-- Reads:   int_book_line, params
-- Columns: *_ticks are integers of 10^-4 major units per billing interval as stated, ex tax, half to even.
-- Why:     a book price stays in its stated period and is never divided. n = (2a + d) // 2d with a in 10^-6 and d = 100,
--          one less on a tie with n odd, is the same on every engine.

create or replace view int_book_ledger as
with

micros as (
    select
        int_book_line.*,
        cast(cast(price as decimal(24, 6)) * 1000000 as bigint) as price_micros,
        cast(cast(prior_price as decimal(24, 6)) * 1000000 as bigint) as prior_micros,
        cast(cast(offer_price as decimal(24, 6)) * 1000000 as bigint) as offer_micros,
        cast(cast(market_price as decimal(24, 6)) * 1000000 as bigint) as market_micros,
        cast(cast(expected_cost as decimal(24, 6)) * 1000000 as bigint) as cost_micros
    from int_book_line
),

final as (
    select
        micros.* exclude (price_micros, prior_micros, offer_micros, market_micros, cost_micros),
        params.as_of_month as month,
        params.as_of_number as month_number,
        (2 * price_micros + 100) // 200 - case when (2 * price_micros + 100) % 400 = 200 then 1 else 0 end as price_ticks,
        (2 * prior_micros + 100) // 200 - case when (2 * prior_micros + 100) % 400 = 200 then 1 else 0 end as prior_ticks,
        (2 * offer_micros + 100) // 200 - case when (2 * offer_micros + 100) % 400 = 200 then 1 else 0 end as offer_ticks,
        (2 * market_micros + 100) // 200
            - case when (2 * market_micros + 100) % 400 = 200 then 1 else 0 end as market_ticks,
        (2 * cost_micros + 100) // 200 - case when (2 * cost_micros + 100) % 400 = 200 then 1 else 0 end as cost_ticks
    from micros
    cross join params
)

select * from final;
