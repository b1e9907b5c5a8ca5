-- Grain:   one row per comparable line that covers the first day of a month.
-- Reads:   int_line_disposition, int_continued_line, month_offset
-- Columns: those of int_line_disposition; net_micros, standard_micros (before discounts) = amounts per billing
--          interval, quantity_micros, in 10^-6; half_coin_micros = half a coin of the line, per billing interval;
--          first_month = year * 12 + month - 1 of the first month whose first day the line covers; n_months = how many.
-- Why:     a line belongs to every month whose first day it covers: a yearly policy to twelve. A line for the
--          rest of a term is priced by its days: x 365 / days a year, x 365 / 12 / days a month, half to even.
-- Options: not kept

create or replace view int_comparable_line as
with

lines as (
    select
        line.* exclude (interval_unit, interval_count),
        coalesce(part.interval_unit, line.interval_unit) as interval_unit,
        coalesce(part.interval_count, line.interval_count) as interval_count,
        cast(net_amount * 1000000 as bigint) as net,
        cast(coalesce(gross_amount, net_amount + coalesce(discount_amount, 0)) * 1000000 as bigint) as standard,
        part.interval_count
            * case part.interval_unit when 'year' then 4380 when 'month' then 365 when 'week' then 84 else 12 end as times,
        cast(12 * part.n_days as hugeint) as d
    from int_line_disposition as line
    left join int_continued_line as part
        on line.row_id = part.row_id
    where line.exclusion is null
        or part.row_id is not null
),

covering as (
    select
        lines.* exclude (net, standard, times, d),
        case
            when d is null then net
            else cast((2 * net * times + d) // (2 * d) - case when (2 * net * times + d) % (4 * d) = 2 * d then 1 else 0 end
                as bigint)
        end as net_micros,
        case when d is null then standard else cast((2 * standard * times + d) // (2 * d) as bigint) end as standard_micros,
        cast(quantity * 1000000 as bigint) as quantity_micros,
        case when d is null then 5000 else cast(5000 * times // d + 1 as bigint) end as half_coin_micros,
        year(period_start) * 12 + month(period_start) - 1 + case when day(period_start) > 1 then 1 else 0 end as first_month,
        year(covered_until) * 12 + month(covered_until) - 1 + case when day(covered_until) > 1 then 1 else 0 end as end_month
    from lines
),

final as (
    select covering.* exclude (end_month), end_month - first_month as n_months
    from covering
    where end_month - first_month between 1 and (select max(n_months) from month_offset)
)

select * from final;
