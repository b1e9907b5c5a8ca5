-- Grain:   one row per cell, month of pricing and price of customers who joined then.
-- Reads:   price_ledger, int_ledger_amount
-- Columns: cell_key; pricing_month = year * 12 + month - 1 of the pricing date; price_ticks; n_customers.
-- Why:     where a firm keeps no offers, what its new customers paid on joining says what was offered. A join is the first
--          ledger month of a customer and product, as a new customer.

create or replace table int_acquisition as
with

first_months as (
    select
        customer_id,
        product_id,
        currency,
        interval_unit,
        interval_count,
        min(month_number) as month_number
    from int_ledger_amount
    group by customer_id, product_id, currency, interval_unit, interval_count
),

final as (
    select
        price_ledger.cell_key,
        year(price_ledger.pricing_date) * 12 + month(price_ledger.pricing_date) - 1 as pricing_month,
        price_ledger.price_ticks,
        count(*) as n_customers
    from price_ledger
    inner join first_months
        using (customer_id, product_id, currency, interval_unit, interval_count, month_number)
    where price_ledger.role = 'billing'
        and price_ledger.loyalty_group = 'new'
    group by all
)

select * from final;
