-- One row per renewed policy: no dearer than the offer in force, plus a share. Where the law asks, gifts are deducted from the
-- offer, and it is that of the same channel.

with compared as (
    select *, case when $as_quoted then gift_ticks else offer_interval_ticks end as comparator_ticks
    from policy
    where (is_renewed or not is_known)
        and ($since is null or pricing_date >= $since) and ($until is null or pricing_date < $until)
),
asked as (
    select *, case when not is_known then 'tenure_unknown' when interval_ticks is null then 'no_price'
        when comparator_ticks is null then 'no_offer'
        when $as_quoted and role = 'billing' and channel is null then 'channel_unknown' end as reason,
        interval_ticks / 10000 as actual, round(comparator_ticks * (1 + $x)) as allowed_ticks
    from compared
)
select customer_id, product_id, subscription_id, pricing_date as on_day,
    case when reason is not null then 'not_assessable' when interval_ticks <= allowed_ticks + round(10000 * $tolerance) then 'pass' else 'fail' end
        as outcome,
    reason, actual, allowed_ticks / 10000 as allowed,
    case when reason is null then greatest(0, interval_ticks - allowed_ticks) / 10000 * quantity * times end as excess_a_year, decision
from asked
union all
select customer_id, product_id, null, null, 'not_assessable', reason, null, null, null, product_id from unpriced;
