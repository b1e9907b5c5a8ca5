-- Grain:   one row per month in which something was set, product, plan, region, channel, interval, price decision and
--          prices around a change: tenured customers, currency of the study.
-- Reads:   int_grouped_span, params
-- Columns: month, product_id, plan_id, region, channel, interval_unit: as in price_ledger
--          interval_count: as in price_ledger
--          pricing_decision: as in price_counts
--          is_new_offer: True where this is the first month in which tenured customers stand against the decision
--          before_ticks: Price of a unit in the month before, in 10^-4 currency units a month; null where it did not
--            change, or where a gap or another quantity lies between
--          after_ticks: Price of a unit now, in the same unit; null where it did not change
--          paid_ticks, offered_ticks: Money paid and offered per billing interval, summed over the observations, in
--            10^-4 currency units
--          n_observations: Observations of that month with these values
-- Why:     serves monitoring, which looks at what was decided in a month: offers that are new, and prices that moved.
--          Customers for whom neither happened say nothing new about the month.

create or replace table set_price_counts as
with

spans as (
    select
        first_month as month_number, product_id, plan_id, region, channel, interval_unit, interval_count, pricing_decision,
        loyalty_group, price_ticks, paid_ticks, offered_ticks, params.as_of_number,
        case when lag(first_month + n_months) over thing = first_month and lag(quantity_micros) over thing = quantity_micros
            then lag(price_ticks) over thing end as last_ticks
    from int_grouped_span as span
    inner join params
        on span.currency = params.currency
    where role = 'billing'
    window thing as (partition by holding_id order by first_month)
),

compared as (
    select *, coalesce(last_ticks > 0 and price_ticks > 0 and last_ticks <> price_ticks, false) as has_moved
    from spans
    where loyalty_group = 'tenured'
        and offered_ticks > 0
        and paid_ticks > 0
        and month_number <= as_of_number
),

decisions as (
    select pricing_decision, min(month_number) as first_month
    from compared
    group by pricing_decision
),

final as (
    select
        make_date(month_number // 12, month_number % 12 + 1, 1) as month,
        product_id, plan_id, region, channel, interval_unit, interval_count, compared.pricing_decision,
        month_number = decisions.first_month as is_new_offer,
        case when has_moved then last_ticks end as before_ticks,
        case when has_moved then price_ticks end as after_ticks,
        cast(sum(paid_ticks) as bigint) as paid_ticks,
        cast(sum(offered_ticks) as bigint) as offered_ticks,
        count(*) as n_observations
    from compared
    inner join decisions
        on compared.pricing_decision = decisions.pricing_decision
    where month_number = decisions.first_month
        or has_moved
    group by all
)

select * from final
order by
    month, product_id, plan_id nulls first, region nulls first, channel nulls first, interval_unit, interval_count, pricing_decision,
    before_ticks nulls first, after_ticks;
