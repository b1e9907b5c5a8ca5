-- One row per letter: the rise is no higher than told, and not before its day.

select told.customer_id, told.product_id, told.subscription_id, told.effective_on as on_day,
    case when who.tenure_start is null then 'not_assessable'
        when outcome in ('more', 'early', 'broken_lock') and not coalesce(event.exit_right, false) then 'fail'
        when outcome = 'not_assessable' then 'not_assessable' else 'pass' end as outcome,
    case when who.tenure_start is null then 'sale_unknown' when outcome = 'not_assessable' then told.reason
        when outcome in ('more', 'early', 'broken_lock') and event.exit_right then 'right_to_leave' end as reason,
    charged_ticks / 10000 as actual, told_ticks / 10000 as allowed, cast(over_amount as double) as excess_a_year,
    campaign as decision
from told_outcome as told
inner join stg_price_event as event on told.letter_id = event.row_id
left join int_customer as who on told.customer_id = who.customer_id
cross join params
where told.currency = params.currency and told_ticks is not null and outcome <> 'superseded'
    and (who.tenure_start is null or $since is null or who.tenure_start >= $since)
    and ($until is null or who.tenure_start < $until);
