-- Healthy: no rows.
-- Reads:   reconciliation, cell_coverage
-- Guards:  the prices of the counts add up to the prices of the accepted book rows, but for the rounding of each to 10^-4.

with

accepted as (
    select currency, sum(amount) as amount, sum(n_amount) as n_amount
    from reconciliation
    where disposition = 'accepted' and role = 'book'
    group by currency
),

counted as (
    select currency, sum(paid_ticks) as paid_ticks, sum(n_priced) as n_priced
    from cell_coverage
    group by currency
)

select
    accepted.currency,
    accepted.amount,
    counted.paid_ticks,
    accepted.n_amount,
    counted.n_priced
from accepted
left join counted
    on accepted.currency = counted.currency
where accepted.n_amount is distinct from coalesce(counted.n_priced, 0)
    or abs(coalesce(accepted.amount, 0) * 20000 - coalesce(counted.paid_ticks, 0) * 2) > accepted.n_amount;
