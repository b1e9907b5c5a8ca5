-- Grain:   one row per accepted book row: customer x product x currency x billing interval.
-- Reads:   stg_book, int_book_repeat
-- Columns: those of stg_book that carry content; money in major units of `currency` per billing interval.
-- Why:     a key stated once is taken as it is; of identical copies, one is taken; contradictory rows are left out here
--          and listed in quarantine.

create or replace view int_book_line as
with

stated_once as (
    select stg_book.*
    from stg_book
    left join int_book_repeat
        on stg_book.customer_id = int_book_repeat.customer_id
        and stg_book.product_id = int_book_repeat.product_id
        and stg_book.currency = int_book_repeat.currency
        and stg_book.interval_unit = int_book_repeat.interval_unit
        and stg_book.interval_count = int_book_repeat.interval_count
    where stg_book.reject_reason is null
        and int_book_repeat.customer_id is null
),

copied as (
    select stg_book.*
    from stg_book
    inner join int_book_repeat
        on stg_book.customer_id = int_book_repeat.customer_id
        and stg_book.product_id = int_book_repeat.product_id
        and stg_book.currency = int_book_repeat.currency
        and stg_book.interval_unit = int_book_repeat.interval_unit
        and stg_book.interval_count = int_book_repeat.interval_count
    where stg_book.reject_reason is null
        and int_book_repeat.n_versions = 1
),

final as (
    select
        customer_id, party_id, product_id, currency, interval_unit, interval_count, cell_key, lens_key,
        as_of, tenure_start, tenure_months, price, prior_price, offer_price, market_price, expected_cost,
        price_decision
    from stated_once
    union all
    select distinct
        customer_id, party_id, product_id, currency, interval_unit, interval_count, cell_key, lens_key,
        as_of, tenure_start, tenure_months, price, prior_price, offer_price, market_price, expected_cost,
        price_decision
    from copied
)

select * from final;
