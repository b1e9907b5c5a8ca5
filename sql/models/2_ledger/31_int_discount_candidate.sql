-- Grain:   one row per discount, month and thing held that the discount may belong to in that month.
-- Reads:   int_discount_month, int_line_month
-- Columns: row_id of the discount; line_row_id as in int_discount_period; month_number; the thing held; n_candidates = things held that it may belong to.
-- Why:     the line that it names shows where it belongs; failing that the invoice, then the subscription, then the
--          customer. Among several things held, the product, plan and subscription that the discount states count where
--          any of them matches. Decision D42.

create or replace table int_discount_candidate as
with

levels as (
    select distinct
        discount.row_id, discount.line_row_id, discount.month_number,
        line.customer_id, line.product_id, line.subscription_id, line.plan_id, line.currency, line.interval_unit,
        line.interval_count,
        case
            when discount.named_product_id is not null then 1
            when discount.invoice_id = line.invoice_id then 2
            when discount.subscription_id = line.subscription_id then 3
            else 4
        end as level,
        coalesce(discount.product_id = line.product_id, false) as has_product,
        coalesce(discount.plan_id = line.plan_id, false) as has_plan,
        coalesce(discount.subscription_id = line.subscription_id, false) as has_subscription
    from int_discount_month as discount
    inner join int_line_month as line
        on discount.customer_id = line.customer_id
        and discount.currency = line.currency
        and discount.month_number = line.month_number
    where case
        when discount.named_product_id is not null
            then discount.named_product_id = line.product_id
                and discount.named_subscription_id is not distinct from line.subscription_id
                and discount.named_plan_id is not distinct from line.plan_id
                and discount.named_interval_unit = line.interval_unit
                and discount.named_interval_count = line.interval_count
        when discount.invoice_id = line.invoice_id then true
        else coalesce(discount.subscription_id = line.subscription_id, true)
    end
),

closest as (
    select
        levels.*,
        min(level) over (partition by row_id, line_row_id, month_number) as closest_level
    from levels
),

by_product as (
    select closest.*, bool_or(has_product) over (partition by row_id, line_row_id, month_number) as any_product
    from closest
    where level = closest_level
),

by_plan as (
    select by_product.*, bool_or(has_plan) over (partition by row_id, line_row_id, month_number) as any_plan
    from by_product
    where has_product or not any_product
),

by_subscription as (
    select by_plan.*, bool_or(has_subscription) over (partition by row_id, line_row_id, month_number) as any_subscription
    from by_plan
    where has_plan or not any_plan
),

final as (
    select
        row_id, line_row_id, month_number, customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count,
        count(*) over (partition by row_id, line_row_id, month_number) as n_candidates
    from by_subscription
    where has_subscription or not any_subscription
)

select * from final;
