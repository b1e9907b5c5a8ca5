-- One row per step of a price: not above the cap.

with steps as (
    select change.*, bool_or(driver.driver in ('intro_end', 'discount_end', 'discount_end_unstated')) as is_expiry
    from price_change as change
    inner join price_change_driver as driver using (change_id)
    cross join params
    where change.kind = 'price' and change.currency = params.currency and new_price_ticks > old_price_ticks
        and ($since is null or changed_on >= $since) and ($until is null or changed_on < $until)
    group by all
)
select customer_id, product_id, subscription_id, changed_on as on_day,
    case when new_price_ticks <= round(old_price_ticks * (1 + $cap) / 100) * 100 + 10000 * $tolerance
        then 'pass' else 'fail' end as outcome,
    null as reason, new_price_ticks / 10000 as actual, round(old_price_ticks * (1 + $cap) / 100) / 100 as allowed,
    greatest(0, new_price_ticks / 10000 - round(old_price_ticks * (1 + $cap) / 100) / 100) * new_quantity
        * case interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end
        / interval_count as excess_a_year,
    concat(product_id, '/', coalesce(plan_id, ''), '/', coalesce(cast(window_id as varchar), '')) as decision
from steps
where $at = 'any' or is_expiry;
