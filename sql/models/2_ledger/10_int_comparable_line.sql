-- Grain:   one row per comparable line that covers the first day of a month.
-- Reads:   int_line_disposition, month_offset
-- Columns: those of int_line_disposition; first_month = year * 12 + month - 1 of the first such month; n_months = how many.
-- Why:     a line belongs to every month whose first day it covers: a yearly policy to twelve.

create or replace view int_comparable_line as
with

comparable as (
    select
        int_line_disposition.*,
        year(period_start) * 12 + month(period_start) - 1 + case when day(period_start) > 1 then 1 else 0 end as first_month,
        year(period_end) * 12 + month(period_end) - 1 + case when day(period_end) > 1 then 1 else 0 end as end_month
    from int_line_disposition
    where exclusion is null
),

final as (
    select comparable.*, end_month - first_month as n_months
    from comparable
    where end_month - first_month between 1 and (select max(n_months) from month_offset)
)

select * from final;
