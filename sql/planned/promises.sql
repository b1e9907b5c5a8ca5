-- What rules read, with the planned prices in it: the as-of month seen from the month looked at, the changes that the plan
-- makes, the letters that it names, and the locks and letters that it keeps or breaks.

create or replace view price_ledger as
select rows.*, 'billing' as role, params.as_of_number as month_number
from int_as_of_row as rows
cross join params;

create or replace table planned_change as
select
    1000000000 + row_number() over (order by plan.holding_id) as change_id, 'price' as kind, plan.customer_id, plan.product_id,
    plan.subscription_id, plan.currency, plan.plan_id as old_plan_id, plan.plan_id, rows.region, rows.channel,
    plan.interval_unit, plan.interval_count, rows.cycle_start as charged_before, plan.charged_on as changed_on,
    false as across_gap, cast(rows.tenure_months as integer) as tenure_months, rows.loyalty_group, rows.band_order,
    plan.old_ticks as old_price_ticks, plan.new_ticks as new_price_ticks, plan.old_standard as old_standard_ticks,
    plan.new_standard as new_standard_ticks, rows.quantity as old_quantity, rows.quantity as new_quantity,
    cast(round(plan.old_ticks * rows.quantity) as bigint) as old_paid_ticks,
    cast(round(plan.new_ticks * rows.quantity) as bigint) as new_paid_ticks,
    case when plan.told_on is null then 0 else 1 end as n_events, 1000000000 + plan.line as window_id, plan.told_on
from planned_outcome as plan
inner join int_as_of_row as rows
    using (holding_id)
where plan.status = 'reached'
    and (plan.new_ticks <> plan.old_ticks or plan.new_standard <> plan.old_standard);

create or replace view price_change as
select * from base.price_change
union all by name
select * exclude (told_on) from planned_change;

create or replace view price_change_driver as
select change_id, driver from base.price_change_driver
union all
select change_id, 'announced' from planned_change;

create or replace view int_step_event as
select step_id, told_day from base.int_step_event
union all
select change_id, told_on from planned_change where told_on is not null;

create or replace view told_outcome as
with

due as (
    -- What a letter told for a day that the plan now charges.
    select
        plan.customer_id, plan.product_id, plan.subscription_id, plan.plan_id, day.day as effective_on, plan.new_ticks,
        day.told_ticks - case when day.is_paid then 0 else plan.new_standard - plan.new_ticks end as told_ticks, params.currency,
        (plan.new_ticks - day.told_ticks + case when day.is_paid then 0 else plan.new_standard - plan.new_ticks end)
            * plan.quantity_micros / 1000000 as over_ticks,
        case when plan.currency in ('JPY', 'KRW', 'CLP', 'ISK', 'VND', 'XAF', 'XOF') then 5000 else 50 end as half_coin
    from int_written_day as day
    inner join planned_outcome as plan
        on day.holding_id = plan.holding_id and plan.status = 'reached' and plan.charged_on = day.charged_on
    cross join params
    where day.cause = 'told' and day.told_ticks is not null
),

locked as (
    select customer_id, product_id, subscription_id, plan_id, lock_until from planned_outcome where breaks_lock
)

select
    told.* replace (
        case when locked.customer_id is not null then 'broken_lock' when due.customer_id is null then told.outcome
            when abs(over_ticks) <= half_coin then 'kept' when over_ticks > 0 then 'more' else 'less' end as outcome,
        case when locked.customer_id is null and due.customer_id is null then told.reason end as reason,
        coalesce(due.told_ticks, told.told_ticks) as told_ticks,
        coalesce(due.new_ticks, told.charged_ticks) as charged_ticks
    )
from base.told_outcome as told
left join locked
    on told.customer_id = locked.customer_id and told.product_id = locked.product_id
    and told.subscription_id is not distinct from locked.subscription_id and told.plan_id is not distinct from locked.plan_id
    and told.lock_until = locked.lock_until
left join due
    on told.customer_id = due.customer_id and told.product_id = due.product_id and told.reason = 'no_bill_yet'
    and told.subscription_id is not distinct from due.subscription_id and told.plan_id is not distinct from due.plan_id
    and told.effective_on = due.effective_on;
