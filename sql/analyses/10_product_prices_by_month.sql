-- Question: How did the prices of the largest product move, for new and for tenured customers?
-- Reads:    price_ledger, params
-- Columns: product_id = the product with the most customers in the as-of month (for another, name it in `largest`);
--          month = first day; n_new = new customers; n_tenured = tenured; mean_new = currency units per month (per
--          stated interval in a book); mean_tenured = the same; mean_offer = offer to the tenured customers who have
--          one.

with

ledger as (
    select price_ledger.*
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        -- A book states one month and sets no as-of month.
        and (price_ledger.role = 'book' or price_ledger.month_number <= params.as_of_number)
),

largest as (
    select product_id
    from ledger
    where role = 'book'
        or month_number = (select as_of_number from params)
    group by product_id
    order by count(*) desc, product_id
    limit 1
),

final as (
    select
        ledger.product_id,
        ledger.month,
        count(*) filter (loyalty_group = 'new') as n_new,
        count(*) filter (loyalty_group = 'tenured') as n_tenured,
        round(avg(price_ticks) filter (loyalty_group = 'new') / 10000, 2) as mean_new,
        round(avg(price_ticks) filter (loyalty_group = 'tenured') / 10000, 2) as mean_tenured,
        round(avg(offer_ticks) filter (loyalty_group = 'tenured') / 10000, 2) as mean_offer
    from ledger
    inner join largest
        on ledger.product_id = largest.product_id
    group by ledger.product_id, ledger.month
)

select * from final
order by month;
