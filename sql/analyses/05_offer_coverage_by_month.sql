-- Question: How many tenured customers could be held against an offer each month, and why not the others?
-- Reads:    price_ledger, params
-- Columns:  month = first day; offer_reason = why there is no offer, 'offered' where there is one; n_customers = tenured
--           customers x product; share = of the month's, a fraction; paid = what they pay, currency units per billing
--           interval (a month where the prices come from billing lines).

with

tenured as (
    select
        price_ledger.month,
        coalesce(price_ledger.offer_reason, 'offered') as offer_reason,
        price_ledger.price_ticks
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        -- A book states one month and sets no as-of month.
        and (price_ledger.role = 'book' or price_ledger.month_number <= params.as_of_number)
    where price_ledger.loyalty_group = 'tenured'
),

reasons as (
    select
        month,
        offer_reason,
        count(*) as n_customers,
        sum(price_ticks) as price_ticks
    from tenured
    group by month, offer_reason
),

final as (
    select
        month,
        offer_reason,
        n_customers,
        round(n_customers / nullif(sum(n_customers) over (partition by month), 0), 4) as share,
        price_ticks / 10000 as paid
    from reasons
)

select * from final
order by month, n_customers desc, offer_reason;
