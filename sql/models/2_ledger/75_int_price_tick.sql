-- Grain:   one row per price that a book states.
-- Reads:   int_book_count
-- Columns: price = decimal as stated, in major units; ticks = the same in integers of 10^-4, half to even.
-- Why:     n = (2a + d) // 2d with a in 10^-6 and d = 100, less one on a tie where n is odd, is the same on every
--          engine. It is done once, here, for every column that holds a price.

create or replace table int_price_tick as
with

stated as (
    select price from int_book_count
    union
    select prior_price from int_book_count
    union
    select offer_price from int_book_count
    union
    select market_price from int_book_count
    union
    select expected_cost from int_book_count
),

exact as (
    select
        price,
        cast(cast(price as decimal(24, 6)) * 1000000 as bigint) as micros
    from stated
    where price is not null
),

final as (
    select
        price,
        cast((2 * micros + 100) // 200 - case when (2 * micros + 100) % 400 = 200 then 1 else 0 end as bigint) as ticks
    from exact
)

select * from final;
