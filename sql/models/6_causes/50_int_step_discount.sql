-- Grain:   one row per change of a price and discount on either side of it.
-- Reads:   int_price_step, int_step_price, int_price_side, int_discount_part, stg_billing
-- Columns: step_id; discount_key; old_ticks, new_ticks = discount per unit and interval, 0 where there is none;
--          old_percent, new_percent as stated; ends_on = the end that the bill before the change states.
-- Why:     discounts with ids are told apart: one may end while another goes on. Where the lines themselves are below
--          the standard price and no discount line explains it, the difference is one discount with the id of the line.

create or replace table int_step_discount as
with

ends as (
    select step_id, 'old' as side, old_holding as holding_id, old_first as first_month from int_price_step
    union all
    select step_id, 'new', new_holding, new_first from int_price_step
),

prices as (
    select step_id, 'old' as side, is_monthly, old_standard - old_price as discount from int_step_price
    union all
    select step_id, 'new', is_monthly, new_standard - new_price from int_step_price
),

needed as (
    select prices.*, side.*
    from prices
    inner join ends
        using (step_id, side)
    inner join int_price_side as side
        on ends.holding_id = side.holding_id
        and ends.first_month = side.first_month
    where prices.discount <> 0
),

by_line as (
    select
        needed.step_id, needed.side, coalesce(part.discount_id, chr(30)) as discount_key,
        cast(sum(round(-part.part_micros * 10000 / cast(needed.quantity_micros as double))) as bigint) as ticks,
        max(said.discount_percent) as discount_percent,
        max(said.discount_end) as discount_end
    from needed
    inner join int_discount_part as part
        on needed.customer_id = part.customer_id
        and needed.product_id = part.product_id
        and needed.subscription_id is not distinct from part.subscription_id
        and needed.plan_id is not distinct from part.plan_id
        and needed.currency = part.currency
        and needed.interval_unit = part.interval_unit
        and needed.interval_count = part.interval_count
        and needed.first_month = part.month_number
    inner join stg_billing as said
        on part.row_id = said.row_id
    where not needed.is_monthly
    group by all
),

of_lines as (
    select step_id, side, sum(ticks) as ticks
    from by_line
    group by step_id, side
),

rest as (
    select
        needed.step_id, needed.side, coalesce(needed.discount_id, chr(30)) as discount_key,
        needed.discount - coalesce(of_lines.ticks, 0) as ticks, needed.discount_percent, needed.discount_end
    from needed
    left join of_lines
        using (step_id, side)
),

final as (
    select
        step_id, discount_key,
        cast(coalesce(sum(ticks) filter (where side = 'old'), 0) as bigint) as old_ticks,
        cast(coalesce(sum(ticks) filter (where side = 'new'), 0) as bigint) as new_ticks,
        max(discount_percent) filter (where side = 'old') as old_percent,
        max(discount_percent) filter (where side = 'new') as new_percent,
        max(discount_end) filter (where side = 'old') as ends_on
    from (from by_line union all select * from rest where ticks <> 0)
    group by step_id, discount_key
)

select * from final;
