-- Grain:   one row per thing held in the as-of month and discount on it.
-- Reads:   int_running_price, int_discount_part, stg_billing, params
-- Columns: holding_id; discount_key = its id, or what it is; ticks per unit and billing interval; percent as stated;
--          ends_on = first day without it, null where none is stated; steps as stated; is_intro = it is the introduction
--          that the customer joined on, which is a price and not an amount.
-- Why:     a discount on a line of its own keeps its own end; the rest of the difference to the price before discounts
--          belongs to the line, or to the introduction.

create or replace table int_running_discount as
with

by_line as (
    select
        held.holding_id, coalesce(part.discount_id, 'line') as discount_key,
        cast(sum(round(-part.part_micros * 10000 / cast(held.quantity_micros as double))) as bigint) as ticks,
        max(said.discount_percent) as discount_percent, max(said.discount_end) as ends_on, max(said.discount_steps) as steps,
        false as is_intro
    from int_running_price as held
    cross join params
    inner join int_discount_part as part
        on held.customer_id = part.customer_id and held.product_id = part.product_id
        and held.subscription_id is not distinct from part.subscription_id
        and held.plan_id is not distinct from part.plan_id and held.currency = part.currency
        and held.interval_unit = part.interval_unit and held.interval_count = part.interval_count
        and part.month_number = params.as_of_number and part.is_assigned
    inner join stg_billing as said
        on part.row_id = said.row_id
    where held.standard_ticks > held.price_ticks
    group by held.holding_id, part.discount_id
),

rests as (
    select
        held.*,
        held.standard_ticks - held.price_ticks
            - coalesce((select sum(ticks) from by_line where by_line.holding_id = held.holding_id), 0) as rest,
        intro_end is not null and discount_end is null and discount_steps is null and discount_percent is null as is_intro
    from int_running_price as held
    where standard_ticks > price_ticks
),

placed as (
    select * from by_line
    union all
    select
        holding_id, case when is_intro then 'introduction' else coalesce(discount_id, 'discount') end, rest as ticks, discount_percent,
        case when is_intro then intro_end else discount_end end, discount_steps, is_intro
    from rests
),

final as (
    select
        holding_id, discount_key, cast(sum(ticks) as bigint) as ticks, max(discount_percent) as discount_percent,
        max(ends_on) as ends_on, max(steps) as steps, bool_or(is_intro) as is_intro
    from placed
    group by holding_id, discount_key
    having sum(ticks) <> 0
)

select * from final;
