-- Grain:   one row per row of int_discount_period and month that it counts for.
-- Reads:   int_discount_period, month_offset
-- Columns: those of int_discount_period except the period; month_number = the months whose first day it covers, or the
--          one it starts in; covers_first = it covers that first day; n_days = days of the period; micros x month_times
--          / month_parts = its amount a month.
-- Why:     a yearly bonus counts as a twelfth of it a month. Whole months, give or take three days, are taken as
--          months; other periods, and those stated in weeks or days, are converted by days, x 365 / 12; nothing shorter
--          than four weeks is scaled up to a month.

create or replace table int_discount_month as
with

measured as (
    select
        int_discount_period.*,
        coalesce(cut_on, ends_on) as last,
        date_diff('day', starts_on, ends_on) as n_days,
        (48 * date_diff('day', starts_on, ends_on) + 730) // 1461 as k,
        year(starts_on) * 12 + month(starts_on) - 1 as start_month,
        year(starts_on) * 12 + month(starts_on) - 1 + case when day(starts_on) > 1 then 1 else 0 end as covered_month,
        year(last) * 12 + month(last) - 1 + case when day(last) > 1 then 1 else 0 end as end_month
    from int_discount_period
),

spread as (
    select
        measured.* exclude (cut_on, last, start_month, covered_month, end_month),
        not is_by_days and abs(date_diff('day', cast(starts_on + to_months(cast(k as integer)) as date), ends_on)) <= 3
            as is_whole,
        end_month > covered_month as covers_first,
        case when end_month > covered_month then covered_month else start_month end as first_month,
        case when end_month > covered_month then least(end_month - covered_month, (select max(n_months) from month_offset))
            else 1 end as n_months
    from measured
),

final as (
    select
        spread.* exclude (starts_on, ends_on, is_by_days, k, is_whole, first_month, n_months),
        spread.first_month + month_offset.month_offset as month_number,
        case when n_days < 28 or is_whole then 1 else 365 end as month_times,
        case when n_days < 28 then 1 when is_whole then k else 12 * n_days end as month_parts
    from spread
    inner join month_offset
        on spread.n_months = month_offset.n_months
)

select * from final;
