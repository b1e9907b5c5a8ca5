-- Grain:   one row per comparable line and month whose first day it covers.
-- Reads:   int_line_disposition, month_offset
-- Columns: those of int_line_disposition; month_number = year * 12 + month - 1.
-- Why:     a line belongs to every month whose first day it covers: a yearly policy to twelve. Reading
--          the lines once keeps them out of memory.

create or replace view int_line_month as
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
    select comparable.*, comparable.first_month + month_offset.month_offset as month_number
    from comparable
    inner join month_offset
        on comparable.end_month - comparable.first_month = month_offset.n_months
)

select * from final;
