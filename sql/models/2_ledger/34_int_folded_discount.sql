-- Grain:   one row per thing held and month that discounts fall on.
-- Reads:   int_discount_part
-- Columns: the thing held; month_number; discount_micros = what falls on it per billing interval, in 10^-6; n_discounts;
--          is_assigned = all of them are known to belong there; discount_id, discount_audience of one of them.
-- Why:     the price is what remains once all discounts are taken off.

create or replace table int_folded_discount as
with

final as (
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number,
        cast(sum(part_micros) as bigint) as discount_micros,
        count(*) as n_discounts,
        bool_and(is_assigned) as is_assigned,
        min(discount_id) as discount_id,
        min(discount_audience) as discount_audience
    from int_discount_part
    group by customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number
)

select * from final;
