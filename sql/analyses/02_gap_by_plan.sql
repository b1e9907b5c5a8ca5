-- Question: How far above the offer for their own plan do tenured customers pay, plan by plan?
-- Reads:    price_ledger, params
-- Columns: product_id = product; plan_id = plan, null where none is stated; n_customers = tenured, as-of month, with an
--          offer; mean_paid = currency units per unit a month; mean_offer = the same; gap = paid / offered - 1, a
--          fraction; share_above = share of the observations above the offer, a fraction.

with

compared as (
    select price_ledger.*
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        and price_ledger.month_number = params.as_of_number
    where price_ledger.role = 'billing'
        and price_ledger.loyalty_group = 'tenured'
        and price_ledger.offer_ticks > 0
),

final as (
    select
        product_id,
        plan_id,
        count(distinct customer_id) as n_customers,
        round(sum(price_ticks * quantity) / nullif(sum(quantity), 0) / 10000, 2) as mean_paid,
        round(sum(offer_ticks * quantity) / nullif(sum(quantity), 0) / 10000, 2) as mean_offer,
        round(sum(price_ticks * quantity) / nullif(sum(offer_ticks * quantity), 0) - 1, 4) as gap,
        round(count(*) filter (price_ticks > offer_ticks) / nullif(count(*), 0), 4) as share_above
    from compared
    group by product_id, plan_id
)

select * from final
order by gap desc, product_id, plan_id nulls last;
