-- Grain:   one row per row of int_discount_line.
-- Reads:   int_discount_line, int_comparable_line
-- Columns: those of int_discount_line except dates and interval; named_* = the thing held whose line it names;
--          starts_on, ends_on (exclusive) = the period that it counts for.
-- Why:     a discount counts for its own period. One that is as long as the line it names or the lines of its invoice,
--          or that states no period, counts for theirs: it may carry the date on which it was written.

create or replace table int_discount_period as
with

named as (
    select
        discount.row_id,
        line.product_id, line.subscription_id, line.plan_id, line.interval_unit, line.interval_count, line.period_start,
        line.period_end
    from int_discount_line as discount
    inner join int_comparable_line as line
        on discount.customer_id = line.customer_id
        and discount.named_line_id = line.line_id
),

invoices as (
    select
        discount.row_id,
        min(line.period_start) as period_start,
        min(line.period_end) as period_end
    from int_discount_line as discount
    inner join int_comparable_line as line
        on discount.customer_id = line.customer_id
        and discount.invoice_id = line.invoice_id
    group by discount.row_id
    having min(line.period_start) = max(line.period_start)
        and min(line.period_end) = max(line.period_end)
),

placed as (
    select
        discount.* exclude (period_start, period_end, interval_unit, interval_count),
        named.product_id as named_product_id, named.subscription_id as named_subscription_id,
        named.plan_id as named_plan_id, named.interval_unit as named_interval_unit,
        named.interval_count as named_interval_count,
        coalesce(discount.period_start, discount.issued_on) as own_start,
        case
            when discount.period_start is not null and discount.period_end > discount.period_start then discount.period_end
            when discount.interval_unit = 'year' then cast(discount.issued_on + to_years(discount.interval_count) as date)
            when discount.interval_unit = 'month' then cast(discount.issued_on + to_months(discount.interval_count) as date)
            when discount.interval_unit = 'week' then cast(discount.issued_on + to_days(7 * discount.interval_count) as date)
            else cast(discount.issued_on + to_days(discount.interval_count) as date)
        end as own_end,
        discount.period_start is null or discount.period_end is null as is_undated,
        coalesce(named.period_start, invoices.period_start) as line_start,
        coalesce(named.period_end, invoices.period_end) as line_end
    from int_discount_line as discount
    left join named
        on discount.row_id = named.row_id
    left join invoices
        on discount.row_id = invoices.row_id
),

compared as (
    select
        placed.*,
        line_start is not null
            and (is_undated or abs(date_diff('day', own_start, own_end) - date_diff('day', line_start, line_end)) <= 3)
            as follows_line
    from placed
),

final as (
    select
        compared.* exclude (own_start, own_end, line_start, line_end, is_undated, follows_line),
        case when follows_line then line_start else own_start end as starts_on,
        case when follows_line then line_end else own_end end as ends_on
    from compared
)

select * from final;
