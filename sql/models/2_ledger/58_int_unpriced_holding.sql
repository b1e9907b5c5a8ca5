-- Grain:   one row per thing held (customer x product x subscription x plan x currency x billing interval) and month that
--          lines without a price touch.
-- Reads:   int_unpriced_month
-- Columns: the key; n_lines; net_micros = what they come to in that month, in 10^-6; gives_way = a price of the chain
--          replaces it, as all lines were reversed or lie between two firsts; reason = why there is no price; of
--          several, the first of free_month, plan_change, partial_period, trial, then the others; controls of the
--          latest.
-- Why:     two part-period lines on two plans show that the customer changed plan within the month.

create or replace table int_unpriced_holding as
with

plans as (
    select
        customer_id, product_id, subscription_id, currency, month_number,
        min(coalesce(plan_id, chr(30))) <> max(coalesce(plan_id, chr(30))) as is_plan_change
    from int_unpriced_month
    where exclusion in ('partial_period', 'proration')
    group by customer_id, product_id, subscription_id, currency, month_number
),

explained as (
    select
        line.*,
        case
            when line.exclusion in ('fully_discounted', 'free_month') then '1free_month'
            when line.exclusion in ('partial_period', 'proration') and plans.is_plan_change then '2plan_change'
            when line.exclusion in ('partial_period', 'proration') then '3partial_period'
            when line.exclusion = 'trial' then '4trial'
            when line.exclusion = 'summary' then '8only_summary'
            when line.exclusion = 'discount' then '9only_discount'
            else concat('5', line.exclusion)
        end as ranked_reason,
        row_number() over (
            partition by line.customer_id, line.product_id, line.subscription_id, line.plan_id, line.currency,
                line.interval_unit, line.interval_count, line.month_number
            order by line.issued_on desc, line.controls_key, line.lens_key
        ) as line_rank
    from int_unpriced_month as line
    left join plans
        on line.customer_id = plans.customer_id
        and line.product_id = plans.product_id
        and line.subscription_id is not distinct from plans.subscription_id
        and line.currency = plans.currency
        and line.month_number = plans.month_number
),

final as (
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number,
        count(*) as n_lines,
        cast(sum(net_micros) as bigint) as net_micros,
        bool_and(exclusion in ('free_month', 'reversed_last', 'between_firsts')) as gives_way,
        substr(min(ranked_reason), 2) as reason,
        min(case when line_rank = 1 then controls_key end) as controls_key,
        min(case when line_rank = 1 then lens_key end) as lens_key
    from explained
    group by customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number
)

select * from final;
