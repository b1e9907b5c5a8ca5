-- Grain:   one row per input role, disposition, reason and currency.
-- Reads:   stg_book, stg_unreadable, int_book_repeat, int_book_line
-- Columns: role; disposition in rejected, duplicate, excluded, accepted; reason (null where accepted); currency (null
--          where the row states none); n_rows; amount = sum of the parsed price, major units; n_amount = rows summed.
-- Why:     every input row has exactly one disposition, so rows and amounts add up to what came in. checks/ proves it.

create or replace table reconciliation as
with

repeated as (
    select
        stg_book.currency,
        stg_book.price,
        int_book_repeat.n_rows,
        int_book_repeat.n_versions,
        row_number() over (
            partition by stg_book.customer_id, stg_book.product_id, stg_book.currency,
                stg_book.interval_unit, stg_book.interval_count
            order by stg_book.price
        ) as copy_number
    from stg_book
    inner join int_book_repeat
        on stg_book.customer_id = int_book_repeat.customer_id
        and stg_book.product_id = int_book_repeat.product_id
        and stg_book.currency = int_book_repeat.currency
        and stg_book.interval_unit = int_book_repeat.interval_unit
        and stg_book.interval_count = int_book_repeat.interval_count
    where stg_book.reject_reason is null
),

dispositions as (
    select 'accepted' as disposition, null as reason, currency, price
    from int_book_line
    union all
    select 'rejected' as disposition, reject_reason as reason, currency, price
    from stg_book
    where reject_reason is not null
    union all
    select 'rejected' as disposition, 'DUP_BOOK_ROW' as reason, currency, price
    from repeated
    where n_versions > 1
    union all
    select 'duplicate' as disposition, 'IDENTICAL_ROW' as reason, currency, price
    from repeated
    where n_versions = 1 and copy_number > 1
    union all
    select 'rejected' as disposition, reason, null as currency, null as price
    from stg_unreadable
),

final as (
    select
        'book' as role,
        disposition,
        reason,
        currency,
        count(*) as n_rows,
        sum(price) as amount,
        count(price) as n_amount
    from dispositions
    group by disposition, reason, currency
)

select * from final
order by disposition, reason nulls first, currency nulls first;
