-- Grain:   one row per ledger key (customer, product, currency, interval) that the book states more than once.
-- Reads:   stg_book, int_repeated_customer
-- Columns: the key; n_rows = rows with that key; n_versions = distinct contents among them.
-- Why:     one version means copies of one row: the first counts, the others are duplicates. Several versions
--          contradict each other, and nothing shows which is right, so all of them are rejected (DUP_BOOK_ROW).
--          Decision D11.

create or replace table int_book_repeat as
with

repeated as (
    select stg_book.*
    from stg_book
    inner join int_repeated_customer
        on stg_book.customer_id = int_repeated_customer.customer_id
    where stg_book.reject_reason is null
),

keys as (
    select
        customer_id,
        product_id,
        currency,
        interval_unit,
        interval_count,
        count(*) as n_rows
    from repeated
    group by customer_id, product_id, currency, interval_unit, interval_count
    having count(*) > 1
),

versions as (
    select distinct
        customer_id,
        product_id,
        currency,
        interval_unit,
        interval_count,
        party_id,
        cell_key,
        lens_key,
        as_of,
        tenure_start,
        tenure_months,
        price,
        prior_price,
        offer_price,
        market_price,
        expected_cost,
        price_decision
    from repeated
),

final as (
    select
        keys.customer_id,
        keys.product_id,
        keys.currency,
        keys.interval_unit,
        keys.interval_count,
        keys.n_rows,
        count(*) as n_versions
    from keys
    inner join versions
        on keys.customer_id = versions.customer_id
        and keys.product_id = versions.product_id
        and keys.currency = versions.currency
        and keys.interval_unit = versions.interval_unit
        and keys.interval_count = versions.interval_count
    group by all
)

select * from final;
