-- Grain:   one row per comparable line and month whose first day it covers.
-- Reads:   int_comparable_line, month_offset
-- Columns: those of int_comparable_line; month_number = year * 12 + month - 1.
-- Why:     lines that cover the same month of a customer are found month by month.

create or replace view int_line_month as
with

final as (
    select line.*, line.first_month + month_offset.month_offset as month_number
    from int_comparable_line as line
    inner join month_offset
        on line.n_months = month_offset.n_months
)

select * from final;
