-- Question: Where did a discount end and the price rise, and by how much?
-- Reads:    price_ledger, params
-- Columns: month = first month without the discount; product_id = product; discount_id = the discount that ended;
--          n_customers = customers whose price rose; mean_before = currency units a month; mean_after = the same;
--          mean_rise = mean_after / mean_before - 1, a fraction; n_above_offer = of those, now above the offer.

with

steps as (
    select
        price_ledger.*,
        lag(discount_id) over ledger_key as discount_before,
        lag(price_ticks) over ledger_key as before_ticks,
        lag(month_number) over ledger_key as month_before
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        and price_ledger.month_number <= params.as_of_number
    where price_ledger.role = 'billing'
    window ledger_key as (
        partition by customer_id, product_id, price_ledger.currency, interval_unit, interval_count
        order by month_number
    )
),

final as (
    select
        month,
        product_id,
        discount_before as discount_id,
        count(*) as n_customers,
        round(sum(before_ticks) / nullif(count(*), 0) / 10000, 2) as mean_before,
        round(sum(price_ticks) / nullif(count(*), 0) / 10000, 2) as mean_after,
        round(sum(price_ticks) / nullif(sum(before_ticks), 0) - 1, 4) as mean_rise,
        count(*) filter (price_ticks > offer_ticks) as n_above_offer
    from steps
    where month_number = month_before + 1
        and discount_before is not null
        and discount_id is null
        and price_ticks > before_ticks
    group by month, product_id, discount_before
)

select * from final
order by month, product_id, discount_id;
