-- Question: Whose tenure is only a lower bound, and are they still assigned to a group?
-- Reads:    price_ledger, params
-- Columns:  product_id = product; loyalty_group = tenured where the bound decides it, unknown otherwise; n_customers =
--           as-of month, left-censored; share = of the product's customers, a fraction; least_months = smallest bound,
--           completed months; most_months = largest; paid = what they pay, currency units a month.

with

rows_of_month as (
    select
        price_ledger.*,
        count(*) over (partition by price_ledger.product_id) as n_product
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        -- A book states one month and sets no as-of month.
        and (price_ledger.role = 'book' or price_ledger.month_number = params.as_of_number)
),

final as (
    select
        product_id,
        loyalty_group,
        count(*) as n_customers,
        round(count(*) / nullif(any_value(n_product), 0), 4) as share,
        min(tenure_months) as least_months,
        max(tenure_months) as most_months,
        sum(price_ticks * quantity) / 10000 as paid
    from rows_of_month
    where is_censored
    group by product_id, loyalty_group
)

select * from final
order by product_id, loyalty_group;
