-- Grain:   one row per customer x product x currency x billing interval x month that several comparable lines cover.
-- Reads:   int_line_month
-- Columns: the key; n_lines = comparable lines of it.
-- Why:     nearly every month of a customer has one line. Finding the others once keeps sums and ranks of lines off all
--          the rest, where they would take most of the memory.
-- Options: line by line

create or replace table int_month_repeat as
with

final as (
    select
        customer_id,
        product_id,
        currency,
        interval_unit,
        interval_count,
        month_number,
        count(*) as n_lines
    from int_line_month
    group by customer_id, product_id, currency, interval_unit, interval_count, month_number
    having count(*) > 1
)

select * from final;
