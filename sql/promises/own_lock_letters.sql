-- One row per lock that a letter gives: no rise before it ends.

select customer_id, product_id, subscription_id, effective_on as on_day,
    case outcome when 'kept' then 'pass' when 'broken_lock' then 'fail' else 'not_assessable' end as outcome, reason,
    null as actual, null as allowed, null as excess_a_year, campaign as decision
from told_outcome as told
cross join params
where told.currency = params.currency and lock_until is not null
    and ($since is null or effective_on >= $since) and ($until is null or effective_on < $until);
