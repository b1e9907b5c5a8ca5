-- Grain:   one row per row of int_discount_line; one for each line that takes a part of its own.
-- Reads:   int_discount_line, int_discount_share, int_discount_term, int_comparable_line
-- Columns: those of int_discount_line except dates and interval; line_row_id = the line that takes this part; named_* =
--          the thing held whose line it names; is_by_days = its interval is in weeks or days; starts_on, ends_on
--          (exclusive) = the period that it counts for.
-- Why:     a discount counts for its own period. One that is as long as the line it names or the lines of its bill, or
--          that states no period, counts for theirs: it may carry the date on which it was written.

create or replace table int_discount_period as
with

asked as (
    select
        discount.* replace (coalesce(share.micros, discount.micros) as micros),
        share.line_row_id,
        discount.period_start is null or discount.period_end is null as is_undated
    from int_discount_line as discount
    left join int_discount_share as share
        on discount.row_id = share.row_id
),

named as (
    select
        discount.row_id, discount.line_row_id,
        line.product_id, line.subscription_id, line.plan_id, line.interval_unit, line.interval_count, line.period_start,
        line.period_end
    from asked as discount
    inner join int_comparable_line as line
        on discount.customer_id = line.customer_id
        and coalesce(discount.line_row_id = line.row_id, discount.named_line_id = line.line_id)
),

placed as (
    select
        discount.* exclude (period_start, period_end, interval_unit, interval_count),
        named.product_id as named_product_id, named.subscription_id as named_subscription_id,
        named.plan_id as named_plan_id, named.interval_unit as named_interval_unit,
        named.interval_count as named_interval_count,
        discount.interval_unit in ('week', 'day') as is_by_days,
        coalesce(discount.period_start, discount.issued_on) as own_start,
        case
            when discount.period_start is not null and discount.period_end > discount.period_start then discount.period_end
            when discount.interval_unit = 'year' then cast(discount.issued_on + to_years(discount.interval_count) as date)
            when discount.interval_unit = 'month' then cast(discount.issued_on + to_months(discount.interval_count) as date)
            when discount.interval_unit = 'week' then cast(discount.issued_on + to_days(7 * discount.interval_count) as date)
            else cast(discount.issued_on + to_days(discount.interval_count) as date)
        end as own_end,
        coalesce(named.period_start, term.period_start) as line_start,
        coalesce(named.period_end, term.period_end) as line_end
    from asked as discount
    left join named
        on discount.row_id = named.row_id
        and discount.line_row_id is not distinct from named.line_row_id
    left join int_discount_term as term
        on discount.row_id = term.row_id
),

final as (
    select
        placed.* exclude (own_start, own_end, line_start, line_end, is_undated, follows_line),
        case when follows_line then line_start else own_start end as starts_on,
        case when follows_line then line_end else own_end end as ends_on
    from (
        select
            placed.*,
            line_start is not null
                and (
                    is_undated
                    or line_row_id is not null
                    or abs(date_diff('day', own_start, own_end) - date_diff('day', line_start, line_end)) <= 3
                ) as follows_line
        from placed
    ) as placed
)

select * from final;
