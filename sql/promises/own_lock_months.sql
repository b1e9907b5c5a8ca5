-- One row per policy: no rise within so many months from joining.

with firsts as (
    select customer_id, product_id, subscription_id, min(cycle_start) as first_day, min(tenure_start) as tenure_start,
        bool_or(is_censored) as is_censored, max(plan_id) as plan_id
    from int_ledger_span as span
    cross join params
    where span.currency = params.currency
    group by all
),
asked as (
    select firsts.*, cast(tenure_start + to_months($months) as date) as lock_end,
        is_censored or first_day > tenure_start + to_days(46) as is_partial
    from firsts
    where ($since is null or tenure_start >= $since) and ($until is null or tenure_start < $until)
),
judged as (
    select asked.*, min(changed_on) filter (where changed_on < lock_end) as raised_on,
        sum(change.new_standard_ticks - change.old_standard_ticks) filter (where changed_on < lock_end) as rise
    from asked
    left join price_change as change
        on asked.customer_id = change.customer_id and asked.product_id = change.product_id
        and asked.subscription_id is not distinct from change.subscription_id and change.kind = 'price'
        and change.new_standard_ticks > change.old_standard_ticks + 10000 * $tolerance
    where lock_end > first_day
    group by all
)
select customer_id, product_id, subscription_id, coalesce(raised_on, first_day) as on_day,
    case when raised_on is not null then 'fail' when is_partial then 'not_assessable' else 'pass' end as outcome,
    case when raised_on is null and is_partial then 'history_missing' end as reason,
    cast(coalesce(rise, 0) / 10000 as double) as actual, 0.0 as allowed, null as excess_a_year,
    concat(product_id, '/', coalesce(plan_id, ''), '/', coalesce(cast(raised_on as varchar), '')) as decision
from judged;
