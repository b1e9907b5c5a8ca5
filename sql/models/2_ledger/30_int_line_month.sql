-- Grain:   one row per comparable line and month of it that needs care.
-- Reads:   int_comparable_line, int_odd_line, stg_billing
-- Columns: those of int_comparable_line; month_number; line_rank = 1 for the latest line of the thing held;
--          has_two_intervals = lines of another billing interval cover the month for the same product, subscription and
--          plan; has_several_plans = lines of another plan are in the same cell for the same subscription; is_repeat =
--          an equal line without an id is in another file; is_same_price = its unit price is that of the line with the
--          most units, apart from the rounding of amounts to a coin.
-- Why:     how the lines of one month bear on each other is worked out for these few only.

create or replace table int_line_month as
with

lines as (
    select
        line.*,
        int_odd_line.month_number,
        stg_billing.content_key,
        concat(line.interval_unit, ' ', cast(line.interval_count as varchar)) as interval_text
    from int_comparable_line as line
    inner join int_odd_line
        on line.row_id = int_odd_line.row_id
    inner join stg_billing
        on line.row_id = stg_billing.row_id
),

compared as (
    select
        lines.*,
        row_number() over (held order by issued_on desc, line_id desc nulls last, content_key desc) as line_rank,
        first_value(net_micros) over (held order by quantity_micros desc, net_micros) as most_net_micros,
        first_value(quantity_micros) over (held order by quantity_micros desc, net_micros) as most_quantity_micros,
        first_value(half_coin_micros) over (held order by quantity_micros desc, net_micros) as most_half_coin_micros,
        min(interval_text) over (thing) as first_interval,
        max(interval_text) over (thing) as last_interval,
        min(coalesce(plan_id, chr(30))) over (cell) as first_plan,
        max(coalesce(plan_id, chr(30))) over (cell) as last_plan,
        min(source_index) over (content) as first_source,
        max(source_index) over (content) as last_source
    from lines
    window
        held as (
            partition by customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number
        ),
        cell as (
            partition by customer_id, product_id, subscription_id, currency, interval_unit, interval_count, controls_key, month_number
        ),
        thing as (partition by customer_id, product_id, subscription_id, plan_id, currency, month_number),
        content as (partition by content_key, month_number)
),

final as (
    select
        compared.* exclude (
            content_key, interval_text, most_net_micros, most_quantity_micros, most_half_coin_micros, first_interval, last_interval, first_plan,
            last_plan, first_source, last_source
        ),
        first_interval <> last_interval as has_two_intervals,
        first_plan <> last_plan as has_several_plans,
        line_id is null and first_source <> last_source as is_repeat,
        abs(cast(net_micros as hugeint) * most_quantity_micros - cast(most_net_micros as hugeint) * quantity_micros)
            < cast(half_coin_micros as hugeint) * most_quantity_micros
                + cast(most_half_coin_micros as hugeint) * abs(quantity_micros) as is_same_price
    from compared
)

select * from final;
