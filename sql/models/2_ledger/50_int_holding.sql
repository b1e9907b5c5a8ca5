-- Grain:   one row per thing held: customer x product x subscription x plan x currency x billing interval.
-- Reads:   int_span_amount, int_month_bill, int_unpriced_month
-- Columns: holding_id; the key; an unknown subscription or plan is a value of its own.
-- Why:     an observation is one thing held in one month. Later models find it by one number instead of seven values,
--          two of which may be null.

create or replace table int_holding as
with

held as (
    select customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count
    from int_span_amount
    union
    select customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count
    from int_month_bill
    union
    select customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count
    from int_unpriced_month
),

final as (
    select
        row_number() over (
            order by customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count
        ) as holding_id,
        held.*
    from held
)

select * from final;
