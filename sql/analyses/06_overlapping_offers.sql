-- Question: Where did several offers fit one customer, and which of them was used?
-- Reads:    price_ledger, offers, params
-- Columns: offer_id = the offer used; product_id = product; plan_id = plan the offer states, null = any; region = the
--          same; channel = the same; n_candidates = most offers that fitted; n_customers = customers compared with it;
--          n_rows = customers x month; first_month = first such month; last_month = last; offered = price at the
--          study's basis in the last of them, currency units a month.

with

overlapping as (
    select price_ledger.*
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        and price_ledger.month_number <= params.as_of_number
    where price_ledger.n_candidates > 1
        and price_ledger.offer_id is not null
),

-- A version ends where the next begins, so an id may have several rows; its keys are those of the latest.
stated as (
    select
        offer_id,
        arg_max(plan_id, valid_from) as plan_id,
        arg_max(region, valid_from) as region,
        arg_max(channel, valid_from) as channel
    from offers
    group by offer_id
),

final as (
    select
        overlapping.offer_id,
        overlapping.product_id,
        stated.plan_id,
        stated.region,
        stated.channel,
        max(overlapping.n_candidates) as n_candidates,
        count(distinct overlapping.customer_id) as n_customers,
        count(*) as n_rows,
        min(overlapping.month) as first_month,
        max(overlapping.month) as last_month,
        max(overlapping.offer_ticks) filter (overlapping.month = latest.month) / 10000 as offered
    from overlapping
    left join stated
        on overlapping.offer_id = stated.offer_id
    inner join (
        select offer_id, product_id, max(month) as month
        from overlapping
        group by offer_id, product_id
    ) as latest
        on overlapping.offer_id = latest.offer_id
        and overlapping.product_id = latest.product_id
    group by overlapping.offer_id, overlapping.product_id, stated.plan_id, stated.region, stated.channel
)

select * from final
order by n_rows desc, offer_id, product_id;
