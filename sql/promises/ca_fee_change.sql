-- One row per rise: told 7 to 30 days before it.

with told as (
            select change.*, list(date_diff('day', event.told_day, changed_on)) as days
            from (select change.* 
    from price_change as change
    cross join params
    where change.kind = 'price' and change.currency = params.currency
        and change.new_standard_ticks > change.old_standard_ticks
        and ($since is null or change.changed_on >= $since) and ($until is null or change.changed_on < $until)
) as change
            left join int_step_event as event on change.change_id = event.step_id and event.told_day is not null
            group by all
        ),
        asked as (
            select told.*, list_filter(days, lambda day: day is not null) as known,
                concat(product_id, '/', coalesce(plan_id, ''), '/', coalesce(cast(window_id as varchar), '')) as decision
            from told
        )
        select customer_id, product_id, subscription_id, changed_on as on_day,
            case when len(list_filter(known, lambda day: day between 7 and 30)) > 0 then 'pass'
                when len(known) > 0 or $complete then 'fail' else 'not_assessable' end as outcome,
            case when len(known) = 0 and not $complete then 'notice_unknown' end as reason,
            cast(list_max(known) as double) as actual, 30.0 as allowed, null as excess_a_year, decision
        from asked;
