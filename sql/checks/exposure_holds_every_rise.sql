-- Healthy: no rows.
-- Reads:   price_change, rise_exposure
-- Guards:  every rise of a price before discounts is counted in the exposure of one decision, and nothing else is.

with

risen as (
    select window_id, count(distinct concat(customer_id, chr(31), coalesce(subscription_id, chr(30)))) as n_raised
    from price_change
    where window_id is not null
    group by window_id
),

exposed as (
    select window_id, sum(n_raised) as n_raised, sum(n_held) as n_held
    from rise_exposure
    group by window_id
)

select *
from risen
full join exposed
    using (window_id)
where risen.n_raised is distinct from exposed.n_raised
    or exposed.n_raised > exposed.n_held
order by window_id;
