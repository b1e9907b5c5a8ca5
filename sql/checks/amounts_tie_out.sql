-- Healthy: no rows.
-- Reads:   stg_book, stg_billing, reconciliation
-- Guards:  per role and currency, the amounts of all dispositions add up to the amounts that came in, to the last decimal.

with

came_in as (
    select 'book' as role, currency, sum(price) as amount, count(price) as n_amount
    from stg_book
    group by currency
    union all
    select 'billing' as role, currency, sum(net_amount) as amount, count(net_amount) as n_amount
    from stg_billing
    group by currency
),

went_somewhere as (
    select role, currency, sum(amount) as amount, sum(n_amount) as n_amount
    from reconciliation
    where n_amount > 0
    group by role, currency
)

select
    came_in.role,
    came_in.currency,
    came_in.amount as amount_in,
    went_somewhere.amount as amount_with_a_disposition
from came_in
left join went_somewhere
    on came_in.role = went_somewhere.role
    and came_in.currency is not distinct from went_somewhere.currency
where came_in.n_amount > 0
    and (
        came_in.amount is distinct from went_somewhere.amount
        or came_in.n_amount is distinct from went_somewhere.n_amount
    )
order by came_in.role, came_in.currency;
