-- Grain:   one row per percent discount and line of its bill that takes a part of it of its own.
-- Reads:   int_discount_line, int_percent_discount, int_comparable_line
-- Columns: row_id of the discount; line_row_id; micros = the part of the line, in 10^-6, below zero.
-- Why:     a percentage lowers each line of its bill for as long as that line runs: a yearly line for its year, a monthly
--          one for its month. Where a stated percentage is that of one line, to a coin, and not that of several, it is a
--          discount on that line. The bill is the invoice; without one, what was issued on the same day.

create or replace table int_discount_share as
with

discounts as (
    select discount.*
    from int_discount_line as discount
    left join int_percent_discount as percent
        on discount.discount_id = percent.discount_id
        and discount.currency = percent.currency
    where discount.named_line_id is null
        and discount.micros < 0
        and (discount.discount_percent is not null or percent.discount_id is not null)
),

lines as (
    select
        discount.row_id,
        line.row_id as line_row_id,
        cast(discount.micros as hugeint) as micros,
        cast(line.standard_micros as hugeint) as gross,
        discount.discount_percent,
        concat_ws(' ', line.interval_unit, line.interval_count, line.period_start, line.period_end) as term
    from discounts as discount
    inner join int_comparable_line as line
        on discount.customer_id = line.customer_id
        and discount.currency = line.currency
    where line.standard_micros > 0
        and case
            when discount.invoice_id is not null then discount.invoice_id = line.invoice_id
            else discount.issued_on = line.issued_on and coalesce(discount.subscription_id = line.subscription_id, true)
        end
),

weighed as (
    select
        lines.*,
        sum(gross) over (partition by row_id) as total,
        min(term) over (partition by row_id) <> max(term) over (partition by row_id) as has_several_terms,
        count(*) over (partition by row_id) = 1 as is_only_line,
        -- 10,000 millionths are a coin.
        abs(discount_percent * gross + 100 * micros) <= 1000000 as fits_line
    from lines
),

judged as (
    select
        weighed.*,
        coalesce(abs(discount_percent * total + 100 * micros) <= 1000000, true) as fits_bill,
        coalesce(fits_line, false) and count(*) filter (where fits_line) over (partition by row_id) = 1 as is_its_line
    from weighed
),

final as (
    select
        row_id,
        line_row_id,
        cast(case when fits_bill then -((-2 * micros * gross + total) // (2 * total)) else micros end as bigint) as micros
    from judged
    where fits_bill and has_several_terms
        or (not fits_bill or is_only_line) and is_its_line
)

select * from final;
