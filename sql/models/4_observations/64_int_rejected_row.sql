-- Grain:   one row per rejected line that names a customer and belongs to the as-of month, or rejected key of a book.
-- Reads:   stg_billing, stg_book, int_book_repeat, int_customer, cell_column, params
-- Columns: customer_id, party_id, currency, cell_key, lens_key; tenure_start, is_censored, tenure_months (where a book states
--          it); covers = whether its period covers the first day of the month, or nobody can tell; micros = its amount per
--          billing interval in 10^-6; interval_unit, interval_count.
-- Why:     a customer whose bill cannot be read is a customer who cannot be compared. Lines of kinds that make nobody a
--          customer, and drafts, do not count. A key that holds a control character is replaced by an unknown one, a
--          currency that is none by the study's.

create or replace table int_rejected_row as
with

unknown_cell as (
    select string_agg(
        case column_name when 'currency' then params.currency when 'interval_unit' then 'month' when 'interval_count' then '1'
            else chr(30) end, chr(31) order by column_order
    ) as cell_key
    from cell_column
    cross join params
),

lines as (
    select
        line.customer_id,
        int_customer.party_id,
        case when length(line.currency) = 3 then line.currency else params.currency end as currency,
        case
            when line.reject_reason = 'CONTROL_CHARACTER' then unknown_cell.cell_key
            else concat(coalesce(line.product_id, chr(30)), chr(31),
                case when length(line.currency) = 3 then line.currency else params.currency end, chr(31),
                coalesce(line.interval_unit, 'month'), chr(31), cast(coalesce(line.interval_count, 1) as varchar),
                case when params.plan_in_cell then concat(chr(31), coalesce(line.plan_id, chr(30))) else '' end,
                line.controls_key, coalesce(int_customer.controls_key, params.unknown_customer_controls))
        end as cell_key,
        case
            when line.reject_reason = 'CONTROL_CHARACTER' then null
            else substr(concat(line.lens_key, coalesce(int_customer.lens_key, params.unknown_customer_lenses)), 2)
        end as lens_key,
        int_customer.tenure_start,
        coalesce(int_customer.is_censored, false) as is_censored,
        case
            when line.period_start is not null and line.period_end is not null
                then line.period_start <= params.as_of_month and line.period_end > params.as_of_month
            else true
        end as covers,
        cast(line.net_amount * 1000000 as hugeint) as micros,
        coalesce(line.interval_unit, 'month') as interval_unit,
        coalesce(line.interval_count, 1) as interval_count
    from stg_billing as line
    cross join params
    cross join unknown_cell
    left join int_customer
        on line.customer_id = int_customer.customer_id
    where line.reject_reason is not null
        and line.customer_id is not null
        and coalesce(line.line_kind, 'recurring') in ('recurring', 'trial', 'proration', 'discount', 'summary')
        and coalesce(line.invoice_status, 'final') = 'final'
        and coalesce(line.livemode, true)
        and not coalesce(int_customer.is_test, false)
        and case
            when line.period_start is not null and line.period_end is not null
                then line.period_start < cast(params.as_of_month + to_months(1) as date) and line.period_end > params.as_of_month
            when coalesce(line.period_start, line.issued_on) is not null
                then year(coalesce(line.period_start, line.issued_on)) = year(params.as_of_month)
                    and month(coalesce(line.period_start, line.issued_on)) = month(params.as_of_month)
            else true
        end
),

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
            when book.reject_reason <> 'CONTROL_CHARACTER' and length(book.currency) = 3 then book.cell_key
            else unknown_cell.cell_key
        end,
        case when book.reject_reason <> 'CONTROL_CHARACTER' then book.lens_key end, book.tenure_months, book.price,
        coalesce(book.interval_unit, 'month'), coalesce(book.interval_count, 1)
    from stg_book as book
    cross join params
    cross join unknown_cell
    where book.reject_reason is not null
        and book.customer_id is not null
),

final as (
    select
        customer_id, party_id, currency, cell_key, lens_key, tenure_start, is_censored,
        cast(null as integer) as tenure_months, covers, micros, interval_unit, interval_count
    from lines
    union all
    select
        customer_id, party_id, currency, cell_key, lens_key, cast(null as date), false, tenure_months, true,
        cast(price * 1000000 as hugeint), interval_unit, interval_count
    from books
)

select * from final;
