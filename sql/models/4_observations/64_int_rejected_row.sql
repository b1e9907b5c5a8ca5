-- Grain:   one row per rejected line that names a customer and belongs to the as-of month, or per rejected key of a
--          book.
-- Reads:   int_rejected_line, stg_book, int_book_repeat, int_unknown_cell, cell_column, lens_column, params
-- Columns: those of int_rejected_line; tenure_months where a book states it.
-- Why:     a book has no lines: its rejected rows, and keys that occur several times, count alongside those of billing.
--          A key that holds the separator of keys cannot be split, whatever else its row is rejected for: it is
--          unknown.

create or replace table int_rejected_row as
with

repeated as (
    select
        stg_book.customer_id, stg_book.product_id, stg_book.currency, stg_book.interval_unit, stg_book.interval_count,
        min(stg_book.party_id) as party_id,
        min(stg_book.cell_key) as cell_key,
        min(stg_book.lens_key) as lens_key,
        max(stg_book.tenure_months) as tenure_months,
        max(stg_book.price) as price
    from stg_book
    inner join int_book_repeat
        using (customer_id, product_id, currency, interval_unit, interval_count)
    where stg_book.reject_reason is null
        and int_book_repeat.n_versions > 1
    group by all
),

books as (
    select
        customer_id, party_id, currency, cell_key, lens_key, tenure_months, price, interval_unit, interval_count
    from repeated
    union all
    select
        book.customer_id, book.party_id,
        case when length(book.currency) = 3 then book.currency else params.currency end,
        case
            when book.reject_reason <> 'CONTROL_CHARACTER' and length(book.currency) = 3
                and coalesce(book.interval_unit, 'month') in ('day', 'week', 'month', 'year') then book.cell_key
            else int_unknown_cell.cell_key
        end,
        case when book.reject_reason <> 'CONTROL_CHARACTER' then book.lens_key end, book.tenure_months, book.price,
        case when book.interval_unit in ('day', 'week', 'year') then book.interval_unit else 'month' end,
        greatest(coalesce(book.interval_count, 1), 1)
    from stg_book as book
    cross join params
    cross join int_unknown_cell
    where book.reject_reason <> 'FILTERED'
        and book.customer_id is not null
),

listed as (
    select
        customer_id, party_id, currency, cell_key, lens_key, tenure_start, is_censored,
        cast(null as integer) as tenure_months, covers, micros, interval_unit, interval_count
    from int_rejected_line
    union all
    select
        customer_id, party_id, currency, cell_key, lens_key, cast(null as date), false, tenure_months, true,
        cast(price * 1000000 as hugeint), interval_unit, interval_count
    from books
),

sizes as (
    select
        (select count(*) from cell_column) as n_columns,
        (select greatest(1, count(*)) from lens_column) as n_lenses
),

final as (
    select
        listed.* exclude (cell_key, lens_key),
        case when len(string_split(listed.cell_key, chr(31))) = sizes.n_columns then listed.cell_key
            else int_unknown_cell.cell_key end as cell_key,
        case when len(string_split(listed.lens_key, chr(31))) = sizes.n_lenses then listed.lens_key end as lens_key
    from listed
    cross join sizes
    cross join int_unknown_cell
)

select * from final;
