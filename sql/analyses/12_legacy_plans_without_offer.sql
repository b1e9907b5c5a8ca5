-- Question: Which plans have customers but no offer, so that nobody can say what a new customer would pay?
-- Reads:    price_ledger, params
-- Columns: product_id = product; plan_id = plan, null where none is stated; offer_reason = no_offer (none for the
--          product), no_offer_in_force (none fits on that day), offer_not_positive; n_customers = as-of month; n_new =
--          of those, new; n_tenured = tenured; median_plan_months = median months on the plan; paid_a_year = what they
--          pay, currency units a year.

with

without_offer as (
    select price_ledger.*
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        and price_ledger.month_number = params.as_of_number
    where price_ledger.role = 'billing'
        and price_ledger.offer_reason is not null
),

final as (
    select
        product_id,
        plan_id,
        offer_reason,
        count(distinct customer_id) as n_customers,
        count(distinct customer_id) filter (loyalty_group = 'new') as n_new,
        count(distinct customer_id) filter (loyalty_group = 'tenured') as n_tenured,
        median(plan_age_months) as median_plan_months,
        sum(price_ticks * quantity) * 12 / 10000 as paid_a_year
    from without_offer
    group by product_id, plan_id, offer_reason
)

select * from final
order by n_customers desc, product_id, plan_id nulls last, offer_reason;
