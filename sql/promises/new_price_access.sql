-- One row per renewed policy: the offer is open to existing customers, or no cheaper than what they pay.

select policy.customer_id, policy.product_id, subscription_id, pricing_date as on_day,
    case when offers.audience is null or interval_ticks is null then 'not_assessable'
        when offers.audience = 'all' or interval_ticks <= gift_ticks + round(10000 * $tolerance) then 'pass' else 'fail' end
        as outcome,
    case when interval_ticks is null then 'no_price' when offers.audience is null then 'no_offer' end as reason,
    interval_ticks / 10000 as actual, gift_ticks / 10000 as allowed,
    case when offers.audience = 'all' then 0 else greatest(0, interval_ticks - gift_ticks) / 10000 * quantity * times end
        as excess_a_year,
    decision
from policy
left join offers
    on policy.offer_id = offers.offer_id
    and offers.valid_from <= policy.pricing_date
    and (offers.in_force_to is null or offers.in_force_to > policy.pricing_date)
where is_renewed
    and ($since is null or pricing_date >= $since) and ($until is null or pricing_date < $until)
union all
select customer_id, product_id, null, null, 'not_assessable', reason, null, null, null, product_id from unpriced;
