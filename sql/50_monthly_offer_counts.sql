-- Grain:   one row per month, offer version, price and offer of tenured customers.
-- Reads:   price_ledger, params
-- Columns: month, up to the as-of month (a yearly policy covers later ones); offer_version; price_ticks, offer_ticks in 10^-4 major units per month; n_customers.
-- Why:     the headline month by month: when the gap opened, and when it widened.

create or replace table monthly_offer_counts as
with

final as (
    select
        price_ledger.month,
        price_ledger.offer_id as offer_version,
        price_ledger.price_ticks,
        price_ledger.offer_ticks,
        count(*) as n_customers
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
    where price_ledger.role = 'billing'
        and price_ledger.loyalty_group = 'tenured'
        and price_ledger.offer_ticks > 0
        and price_ledger.month <= params.as_of_month
    group by all
)

select * from final
order by month, offer_version, price_ticks, offer_ticks;
