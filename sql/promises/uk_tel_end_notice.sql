-- One row per contract that ends: a notice came 10 to 40 days before it.

with ends as (
    select customer_id, product_id, subscription_id, plan_id, max(contract_end) as contract_end
    from int_ledger_span as span
    cross join params
    where span.currency = params.currency and contract_end is not null
    group by all
),
asked as (
    select ends.*, count(event.row_id) as n_notices,
        bool_or(date_diff('day', event.notice_on, contract_end) between 10 and 40) as is_in_time,
        max(date_diff('day', event.notice_on, contract_end)) as days
    from ends
    cross join params
    left join stg_price_event as event
        on (event.subscription_id = ends.subscription_id
            or event.subscription_id is null and event.customer_id = ends.customer_id)
        and event.reject_reason is null and event.notice_on is not null
        and lower(event.cause) in ('contract_end', 'end_of_contract', 'end_notice')
    where contract_end < params.as_of_month + to_months(1) and contract_end >= params.as_of_month - to_months(11)
        and ($since is null or contract_end >= $since) and ($until is null or contract_end < $until)
    group by all
)
select customer_id, product_id, subscription_id, contract_end as on_day,
    case when is_in_time then 'pass' when n_notices > 0 or $complete then 'fail' else 'not_assessable' end as outcome,
    case when n_notices = 0 and not $complete then 'notice_unknown' end as reason, cast(days as double) as actual,
    40.0 as allowed, null as excess_a_year, concat(product_id, '/', coalesce(plan_id, '')) as decision
from asked;
