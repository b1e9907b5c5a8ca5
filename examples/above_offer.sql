-- Question: Which tenured customers pay more than a new customer is offered this month, and by how much a month?
select
    price_ledger.customer_id,
    price_ledger.paid_ticks / 10000 as paid,
    price_ledger.offered_ticks / 10000 as offered,
    (price_ledger.paid_ticks - price_ledger.offered_ticks) / 10000 as above
from price_ledger
inner join params
    on price_ledger.currency = params.currency and price_ledger.month_number = params.as_of_number
where price_ledger.loyalty_group = 'tenured' and price_ledger.paid_ticks > price_ledger.offered_ticks
order by above desc, price_ledger.customer_id;
