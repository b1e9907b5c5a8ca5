-- Grain:   one row per customer and month whose bill needs care.
-- Reads:   int_comparable_line, int_discount_month, month_offset, params
-- Columns: customer_id; month_number = year * 12 + month - 1.
-- Why:     nearly every month of a customer has one comparable line for each thing held, and nothing that affects it.
--          Finding the others once spares all the rest the sums, ranks and other work that odd bills need.
-- Options: line by line

create or replace table int_odd_month as
with

monthly as (
    select
        line.customer_id, line.product_id, line.subscription_id, line.currency,
        case when params.plan_in_cell then line.plan_id end as plan_id,
        line.first_month + month_offset.month_offset as month_number
    from int_comparable_line as line
    cross join params
    inner join month_offset
        on line.n_months = month_offset.n_months
),

several as (
    select customer_id, month_number
    from monthly
    group by customer_id, product_id, subscription_id, plan_id, currency, month_number
    having count(*) > 1
),

final as (
    select customer_id, month_number
    from several
    union
    select customer_id, month_number
    from int_discount_month
)

select * from final;
