-- One row per policy: two rises lie twelve months apart or more; the rule needs its day.

with rises as (
        select change.*, lag(changed_on) over (
            partition by customer_id, product_id, subscription_id order by changed_on) as earlier_on,
            concat(product_id, '/', coalesce(plan_id, ''), '/', coalesce(cast(window_id as varchar), '')) as decision

from price_change as change
cross join params
where change.kind = 'price' and change.currency = params.currency
    and change.new_standard_ticks > change.old_standard_ticks
    and ($since is null or change.changed_on >= $since) and ($until is null or change.changed_on < $until)

    ),
    judged as (
        select customer_id, product_id, subscription_id, max(changed_on) as on_day,
            coalesce(bool_or(changed_on < earlier_on + to_months(12)), false) as is_twice,
            bool_or(across_gap) as has_gap, count(*) as n_rises, max(decision) as decision
        from rises
        group by all
    )
    select policy.customer_id, policy.product_id, policy.subscription_id, judged.on_day,
        case when $since is null then 'not_assessable' when is_twice then 'fail' when has_gap then 'not_assessable'
            else 'pass' end as outcome,
        case when $since is null then 'start_unset' when has_gap and not is_twice then 'gap' end as reason,
        cast(coalesce(n_rises, 0) as double) as actual, 1.0 as allowed, null as excess_a_year,
        coalesce(judged.decision, policy.decision) as decision
    from policy
    left join judged
        on policy.customer_id = judged.customer_id and policy.product_id = judged.product_id
        and policy.subscription_id is not distinct from judged.subscription_id
    where policy.role = 'billing';
