-- Grain:   one row per customer x product x plan.
-- Reads:   int_line_disposition
-- Columns: plan_start = start of the first comparable period on that plan.
-- Why:     plan age is a clock of its own: a loyal customer may be on a new plan.
-- Options: line by line

create or replace table int_plan_start as
with

final as (
    select
        customer_id,
        product_id,
        plan_id,
        min(period_start) as plan_start
    from int_line_disposition
    where exclusion is null
    group by customer_id, product_id, plan_id
)

select * from final;
