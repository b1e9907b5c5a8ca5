-- Grain:   one row per thing held (customer x product x subscription x plan x currency x billing interval) and month that
--          needs care.
-- Reads:   int_line_month, int_folded_discount, params
-- Columns: the key; n_lines, n_discounts; net_micros (discounts taken off), standard_micros (before discounts),
--          quantity_micros in 10^-6 per billing interval; controls and dates of the latest line; reason = why they make
--          no price, null where they make one.
-- Why:     lines at equal unit prices are units of one thing, and their quantities add up. Lines at different prices
--          make no price, unless the study says that they are units or parts of one thing: nobody pays the mean of a
--          base plan and an add-on. Discounts that take off everything make a free month; discounts that take off more,
--          or raise the price, are not understood. Decisions D40 and D43.

create or replace table int_month_bill as
with

summed as (
    select
        int_line_month.*,
        count(*) over (held) as n_lines,
        sum(net_micros) over (held) as sum_net_micros,
        sum(standard_micros) over (held) as sum_standard_micros,
        sum(quantity_micros) over (held) as sum_quantity_micros,
        max(quantity_micros) over (held) = min(quantity_micros) over (held) as is_one_quantity,
        bool_and(is_same_price) over (held) as is_one_price,
        bool_or(is_repeat) over (held) as any_repeat
    from int_line_month
    window held as (
        partition by customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number
    )
),

folded as (
    select
        bill.*,
        params.several_lines,
        params.plan_in_cell,
        coalesce(discount.n_discounts, 0) as n_discounts,
        coalesce(discount.is_assigned, true) as is_assigned,
        coalesce(discount.discount_micros, 0) as discount_micros,
        coalesce(bill.discount_id, discount.discount_id) as any_discount_id,
        coalesce(bill.discount_audience, discount.discount_audience) as any_discount_audience
    from summed as bill
    cross join params
    left join int_folded_discount as discount
        on bill.customer_id = discount.customer_id
        and bill.product_id = discount.product_id
        and bill.subscription_id is not distinct from discount.subscription_id
        and bill.plan_id is not distinct from discount.plan_id
        and bill.currency = discount.currency
        and bill.interval_unit = discount.interval_unit
        and bill.interval_count = discount.interval_count
        and bill.month_number = discount.month_number
    where bill.line_rank = 1
),

final as (
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number,
        n_lines, n_discounts,
        cast(sum_net_micros + discount_micros as bigint) as net_micros,
        cast(sum_standard_micros as bigint) as standard_micros,
        cast(
            case when several_lines = 'parts' and not is_one_price and is_one_quantity then quantity_micros
                else sum_quantity_micros end as bigint
        ) as quantity_micros,
        issued_on, period_start, price_set_on, tenure_start, price_version_id, channel, region,
        any_discount_id as discount_id, any_discount_audience as discount_audience, contract_end, controls_key, lens_key,
        case
            when has_two_intervals then 'two_intervals'
            when has_several_plans and not plan_in_cell then 'several_plans'
            when any_repeat then 'repeat_or_units'
            when not is_one_price and several_lines = 'not_compared' then 'several_prices'
            when not is_one_price and several_lines = 'parts' and not is_one_quantity then 'several_prices'
            when not is_assigned or discount_micros > 0 or sum_net_micros + discount_micros < 0 then 'discount_not_assigned'
            when sum_net_micros + discount_micros = 0 then 'free_month'
        end as reason
    from folded
)

select * from final;
