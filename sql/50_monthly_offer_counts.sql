-- Grain:   one row per month, offer version, price and offer of tenured customers.
-- Reads:   int_grouped_ledger, params
-- Columns: month, up to the as-of month (a yearly policy covers later ones); offer_version; price_ticks, offer_ticks in 10^-4 major units per month; n_customers.
-- Why:     the headline month by month: when the gap opened, and when it widened.

create or replace table monthly_offer_counts as
with

final as (
    select
        int_grouped_ledger.month,
        int_grouped_ledger.offer_id as offer_version,
        int_grouped_ledger.price_ticks,
        int_grouped_ledger.offer_ticks,
        count(*) as n_customers
    from int_grouped_ledger
    inner join params
        on int_grouped_ledger.currency = params.currency
    where int_grouped_ledger.role = 'billing'
        and int_grouped_ledger.loyalty_group = 'tenured'
        and int_grouped_ledger.offer_ticks > 0
        and int_grouped_ledger.month <= params.as_of_month
    group by all
)

select * from final
order by month, offer_version, price_ticks, offer_ticks;
