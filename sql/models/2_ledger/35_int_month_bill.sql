-- Grain:   one row per thing held (customer x product x subscription x plan x currency x billing interval) and month that
--          needs care.
-- Reads:   int_line_month, params
-- Columns: the key; n_lines; net_micros, standard_micros (before discounts), quantity_micros = exact sums in 10^-6;
--          controls and dates of the latest line; reason = why they make no price, null where they make one.
-- Why:     equal unit prices are units, and quantities add. Different ones are no price: a mean of a base plan and an
--          add-on is what nobody pays, unless the study says that they are units or parts of one thing.

create or replace table int_month_bill as
with

summed as (
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number,
        count(*) as n_lines,
        sum(net_micros) as net_micros,
        sum(standard_micros) as standard_micros,
        sum(quantity_micros) as sum_quantity_micros,
        max(quantity_micros) as most_quantity_micros,
        min(quantity_micros) as least_quantity_micros,
        bool_and(is_same_price) as is_one_price,
        bool_or(has_two_intervals) as has_two_intervals,
        bool_or(has_several_plans) as has_several_plans,
        bool_or(is_repeat) as is_repeat
    from int_line_month
    group by all
),

judged as (
    select
        summed.*,
        not is_one_price and several_lines = 'parts' as is_parts,
        case
            when has_two_intervals then 'two_intervals'
            when has_several_plans and not plan_in_cell then 'several_plans'
            when is_repeat then 'repeat_or_units'
            when is_one_price or several_lines = 'units' then null
            when several_lines = 'parts' and most_quantity_micros = least_quantity_micros then null
            else 'several_prices'
        end as reason
    from summed
    cross join (select several_lines, plan_in_cell from params) as study
),

final as (
    select
        judged.customer_id, judged.product_id, judged.subscription_id, judged.plan_id, judged.currency,
        judged.interval_unit, judged.interval_count, judged.month_number, judged.n_lines,
        cast(judged.net_micros as bigint) as net_micros,
        cast(judged.standard_micros as bigint) as standard_micros,
        cast(case when is_parts then most_quantity_micros else sum_quantity_micros end as bigint) as quantity_micros,
        latest.issued_on, latest.period_start, latest.price_set_on, latest.tenure_start, latest.price_version_id,
        latest.channel, latest.region, latest.discount_id, latest.discount_audience, latest.contract_end,
        latest.controls_key, latest.lens_key, judged.reason
    from judged
    inner join int_line_month as latest
        on judged.customer_id = latest.customer_id
        and judged.product_id = latest.product_id
        and judged.subscription_id is not distinct from latest.subscription_id
        and judged.plan_id is not distinct from latest.plan_id
        and judged.currency = latest.currency
        and judged.interval_unit = latest.interval_unit
        and judged.interval_count = latest.interval_count
        and judged.month_number = latest.month_number
        and latest.line_rank = 1
)

select * from final;
