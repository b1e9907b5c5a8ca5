-- Healthy: no rows.
-- Guards:  per currency, the amounts of all dispositions add up to the amounts that came in, to the last decimal.

with

came_in as (
    select currency, sum(price) as amount, count(price) as n_amount
    from stg_book
    group by currency
),

went_somewhere as (
    select currency, sum(amount) as amount, sum(n_amount) as n_amount
    from reconciliation
    where role = 'book' and n_amount > 0
    group by currency
)

select
    came_in.currency,
    came_in.amount as amount_in,
    went_somewhere.amount as amount_with_a_disposition
from came_in
left join went_somewhere
    on came_in.currency is not distinct from went_somewhere.currency
where came_in.n_amount > 0
    and (
        came_in.amount is distinct from went_somewhere.amount
        or came_in.n_amount is distinct from went_somewhere.n_amount
    );
