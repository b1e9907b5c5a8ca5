-- Healthy: no rows.
-- Reads:   price_ledger, int_repeated_customer
-- Guards:  one row of a book per customer, product, currency, interval and month. Customers with one row cannot break it,
--          so only the others are looked at. one_price_a_month.sql looks at prices of billing lines.

select
    price_ledger.customer_id,
    price_ledger.product_id,
    price_ledger.currency,
    count(*) as n_rows
from price_ledger
inner join int_repeated_customer
    on price_ledger.customer_id = int_repeated_customer.customer_id
group by
    price_ledger.customer_id, price_ledger.product_id, price_ledger.currency,
    price_ledger.interval_unit, price_ledger.interval_count, price_ledger.month
having count(*) > 1
order by price_ledger.customer_id;
