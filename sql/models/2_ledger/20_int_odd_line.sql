-- Grain:   one row per comparable line and month of it that needs care.
-- Reads:   int_comparable_line, int_odd_month, month_offset
-- Columns: row_id of the line; month_number.
-- Why:     these lines are split by month; all others stand for their whole period as they are.
-- Options: line by line

create or replace table int_odd_line as
with

final as (
    select
        line.row_id,
        int_odd_month.month_number
    from int_comparable_line as line
    inner join month_offset
        on line.n_months = month_offset.n_months
    inner join int_odd_month
        on line.customer_id = int_odd_month.customer_id
        and line.first_month + month_offset.month_offset = int_odd_month.month_number
)

select * from final;
