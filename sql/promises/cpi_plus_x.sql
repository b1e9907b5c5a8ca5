-- One row per rise: no higher than the index plus x, rounded to the coin.

with rises as (
        select change.*, cast(date_trunc('month', changed_on) - to_months(case when $index_month is null then 2
            else 1 + (month(changed_on) + 11 - $index_month) % 12 end) as date) as index_day

from price_change as change
cross join params
where change.kind = 'price' and change.currency = params.currency
    and change.new_standard_ticks > change.old_standard_ticks
    and ($since is null or change.changed_on >= $since) and ($until is null or change.changed_on < $until)

    ),
    asked as (
        select rises.*, round(old_standard_ticks * (cast(later.value as double) / earlier.value + $x) / 100) / 100 as allowed,
            concat(product_id, '/', coalesce(plan_id, ''), '/', coalesce(cast(window_id as varchar), '')) as decision
        from rises
        left join stg_cpi as later on later.index_code = $index and later.month = index_day and later.reject_reason is null
        left join stg_cpi as earlier on earlier.index_code = $index
            and earlier.month = cast(index_day - to_months(12) as date) and earlier.reject_reason is null
    )
    select customer_id, product_id, subscription_id, changed_on as on_day,
        case when allowed is null then 'not_assessable'
            when new_standard_ticks <= round(allowed * 10000) + round(10000 * $tolerance) then 'pass' else 'fail' end as outcome,
        case when allowed is null then 'index_missing' end as reason, new_standard_ticks / 10000 as actual, allowed,
        greatest(0, new_standard_ticks / 10000 - allowed) * new_quantity * case interval_unit when 'year' then 1.0
            when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end / interval_count as excess_a_year, decision
    from asked;
