-- Question: How many tenured customers could be compared with an offer each month, and why not the others?
-- Reads:    price_ledger, params
-- Columns: month = first day; offer_reason = why there is no offer, 'offered' where there is one; n_customers = tenured
--          customers; n_observations = things they hold; share = of the month's observations, a fraction; paid = what
--          they pay, currency units per billing interval.

with

tenured as (
    select
        price_ledger.month,
        coalesce(price_ledger.offer_reason, 'offered') as offer_reason,
        price_ledger.customer_id,
        price_ledger.paid_ticks
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        -- A book states one month and sets no as-of month.
        and (price_ledger.role = 'book' or price_ledger.month_number <= params.as_of_number)
    where price_ledger.loyalty_group = 'tenured'
),

by_reason as (
    select
        month,
        offer_reason,
        count(distinct customer_id) as n_customers,
        count(*) as n_observations,
        sum(paid_ticks) as paid_ticks
    from tenured
    group by month, offer_reason
),

final as (
    select
        month,
        offer_reason,
        n_customers,
        n_observations,
        round(n_observations / nullif(sum(n_observations) over (partition by month), 0), 4) as share,
        paid_ticks / 10000 as paid
    from by_reason
)

select * from final
order by month, n_customers desc, offer_reason;
