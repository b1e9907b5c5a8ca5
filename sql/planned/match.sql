-- One row per planned price and thing held that it concerns, with the first day on which it is charged: that of the first
-- period that starts on its day or later. Single customers are found by their ids, so that long files stay fast.

create or replace table planned_match as
with

named as (
    select planned.line, held.*
    from int_running_price as held
    inner join planned_row as planned
        on held.customer_id = planned.customer_id
    where planned.subscription_id is null or planned.subscription_id = held.subscription_id
    union all
    select planned.line, held.*
    from int_running_price as held
    inner join planned_row as planned
        on held.subscription_id = planned.subscription_id
    where planned.customer_id is null
    union all
    select planned.line, held.*
    from int_running_price as held
    inner join planned_row as planned
        on coalesce(planned.product_id, held.product_id) = held.product_id
        and coalesce(planned.plan_id, held.plan_id, '') = coalesce(held.plan_id, '')
    where planned.customer_id is null and planned.subscription_id is null
),

fitting as (
    select planned.*  exclude (customer_id, subscription_id, product_id, plan_id, region, channel, interval_unit, interval_count),
        named.* exclude (line)
    from named
    inner join planned_row as planned
        using (line)
    inner join params
        on named.currency = params.currency
    where coalesce(planned.product_id, named.product_id) = named.product_id
        and coalesce(planned.plan_id, named.plan_id, '') = coalesce(named.plan_id, '')
        and coalesce(planned.region, named.region, '') = coalesce(named.region, '')
        and coalesce(planned.channel, named.channel, '') = coalesce(named.channel, '')
        and coalesce(planned.interval_unit, named.interval_unit) = named.interval_unit
        and coalesce(planned.interval_count, named.interval_count) = named.interval_count
),

counted as (
    select
        fitting.*,
        greatest(1, case when month_step > 0 then -((-date_diff('month', cycle_start, effective_on)) // month_step)
            else -((-date_diff('day', cycle_start, effective_on)) // day_step) end) as n_periods
    from fitting
),

final as (
    select
        line, level_rank, holding_id, customer_id, subscription_id, product_id, plan_id, interval_unit, interval_count, effective_on,
        told_on, new_standard, new_percent, new_amount, standard_ticks, price_ticks, coin_ticks,
        cast(case when cycle_start + to_months(cast(n_periods * month_step as integer)) + to_days(cast(n_periods * day_step as integer))
                < effective_on
            then cycle_start + to_months(cast((n_periods + 1) * month_step as integer)) + to_days(cast((n_periods + 1) * day_step as integer))
            else cycle_start + to_months(cast(n_periods * month_step as integer)) + to_days(cast(n_periods * day_step as integer)) end
            as date) as charged_on
    from counted
)

select * from final;
