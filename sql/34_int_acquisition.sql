-- Grain:   one row per cell, month of pricing and price of customers who joined then.
-- Reads:   int_grouped_ledger, int_ledger
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
    from int_ledger
    group by customer_id, product_id, currency, interval_unit, interval_count
),

final as (
    select
        int_grouped_ledger.cell_key,
        year(int_grouped_ledger.pricing_date) * 12 + month(int_grouped_ledger.pricing_date) - 1 as pricing_month,
        int_grouped_ledger.price_ticks,
        count(*) as n_customers
    from int_grouped_ledger
    inner join first_months
        using (customer_id, product_id, currency, interval_unit, interval_count, month_number)
    where int_grouped_ledger.role = 'billing'
        and int_grouped_ledger.loyalty_group = 'new'
    group by all
)

select * from final;
