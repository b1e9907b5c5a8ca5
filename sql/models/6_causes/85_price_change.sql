-- Grain:   one row per change of what a customer pays for one product, subscription and currency, from one price to the next.
-- Reads:   int_price_step, int_price_side, int_step_price, int_step_left, int_rise_day, tenure_class
-- Columns: change_id: Number of the change
--          kind: price (the same thing), interval_change, plan_change, line_added or line_dropped
--          customer_id, product_id, subscription_id, currency: as in price_ledger
--          old_plan_id: Plan before
--          plan_id: Plan after; the plan before where the line was dropped
--          region, channel: as in price_ledger
--          interval_unit, interval_count: Billing interval of the prices and amounts; 1 month where it changed
--          charged_before: First day of the period billed before; null for a line added
--          changed_on: First day of the first period billed after; for a line dropped, of the last one billed before
--          across_gap: True where months without a price lie between
--          tenure_months: Completed months of tenure on changed_on
--          loyalty_group: as in price_ledger, on changed_on
--          band_order: Tenure band on changed_on; null where the tenure is only a lower bound
--          old_price_ticks: Price before, discounts taken off, per unit and billing interval, 10^-4 currency units
--          new_price_ticks: Price after, likewise
--          old_standard_ticks: Price before discounts, before the change, likewise
--          new_standard_ticks: Price before discounts, after the change, likewise
--          old_quantity: Units before
--          new_quantity: Units after
--          old_paid_ticks: Paid for all units before, per billing interval, 10^-4 currency units; 0 for a line added
--          new_paid_ticks: Paid for all units after, likewise; 0 for a line dropped
--          n_events: Price events on file for the change
--          window_id: Decision to raise a price that it belongs to; joins rise_exposure, null for none
-- Why:     every driver of a change refers to one row here, and the drivers add up to it.

create or replace table price_change as
with

ends as (
    select
        step.*,
        coalesce(new.cycle_start, old.cycle_start) as changed_on,
        coalesce(new.customer_id, old.customer_id) as customer_id,
        coalesce(new.product_id, old.product_id) as product_id,
        coalesce(new.subscription_id, old.subscription_id) as subscription_id,
        coalesce(new.currency, old.currency) as currency,
        old.plan_id as old_plan_id,
        case when new.holding_id is null then old.plan_id else new.plan_id end as plan_id,
        case when new.holding_id is null then old.region else new.region end as region,
        case when new.holding_id is null then old.channel else new.channel end as channel,
        coalesce(new.interval_unit, old.interval_unit) as interval_unit,
        coalesce(new.interval_count, old.interval_count) as interval_count,
        old.cycle_start as charged_before, new.cycle_start as charged_after,
        coalesce(new.tenure_start, old.tenure_start) as tenure_start,
        coalesce(new.is_censored, old.is_censored) as is_censored,
        old.interval_ticks as old_ticks, new.interval_ticks as new_ticks,
        old.quantity_micros as old_micros, new.quantity_micros as new_micros,
        cast(round(coalesce(old.net_micros, 0) / 100) as bigint) as old_money,
        cast(round(coalesce(new.net_micros, 0) / 100) as bigint) as new_money
    from int_price_step as step
    left join int_price_side as old
        on step.old_holding = old.holding_id
        and step.old_first = old.first_month
    left join int_price_side as new
        on step.new_holding = new.holding_id
        and step.new_first = new.first_month
),

aged as (
    select
        ends.*,
        greatest(0, 12 * (year(changed_on) - year(tenure_start)) + month(changed_on) - month(tenure_start)
            - case when day(changed_on) < day(tenure_start) then 1 else 0 end) as tenure_months
    from ends
),

final as (
    select
        aged.step_id as change_id, aged.kind, customer_id, product_id, subscription_id, currency, old_plan_id, plan_id, region,
        channel, case when price.is_monthly then 'month' else interval_unit end as interval_unit,
        case when price.is_monthly then 1 else interval_count end as interval_count, charged_before, changed_on, across_gap,
        cast(aged.tenure_months as integer) as tenure_months,
        case when is_censored and tenure_class.loyalty_group <> 'tenured' then 'unknown'
            else coalesce(tenure_class.loyalty_group, 'unknown') end as loyalty_group,
        case when not is_censored then tenure_class.band_order end as band_order,
        coalesce(price.old_price, old_ticks) as old_price_ticks, coalesce(price.new_price, new_ticks) as new_price_ticks,
        price.old_standard as old_standard_ticks, price.new_standard as new_standard_ticks,
        cast(old_micros as decimal(38, 0)) * 0.000001 as old_quantity,
        cast(new_micros as decimal(38, 0)) * 0.000001 as new_quantity,
        coalesce(price.old_paid, old_money) as old_paid_ticks, coalesce(price.new_paid, new_money) as new_paid_ticks,
        coalesce(step.n_events, 0) as n_events, day.window_id
    from aged
    left join int_step_price as price
        on aged.step_id = price.step_id
    left join int_step_left as step
        on aged.step_id = step.step_id
    left join int_rise_day as day
        on step.list_part > 0 and step.kind = 'price'
        and step.window_key = day.window_key
        and step.new_day = day.new_day
    left join tenure_class
        on aged.tenure_months = tenure_class.tenure_months
)

select * from final
order by change_id;
