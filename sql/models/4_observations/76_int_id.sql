-- Grain:   one row per id that two files have to share, by pair of files and kind of id.
-- Reads:   observation, int_customer_file, offers, stg_price_event, int_holding
-- Columns: pair = customers (the month's customers in the customer file), offers (the products held in the offers) or
--          price_events (what they name in the lines); kind = customer, product, plan or subscription; id; n_asked =
--          customers, things held or events with it on the side that asks; is_known = whether the other side has it.
-- Why:     a missing file asks for nothing and knows nothing.

create or replace view int_id as
with

held as (
    select customer_id, nullif(split_part(cell_key, chr(31), 1), chr(30)) as product_id
    from observation
),

events as (
    select
        case
            when subscription_id is not null then 'subscription'
            when customer_id is not null then 'customer'
            when plan_id is not null then 'plan'
            else 'product'
        end as kind,
        coalesce(subscription_id, customer_id, plan_id, product_id) as id
    from stg_price_event
    where reject_reason is null
),

holding as (
    select subscription_id, customer_id, plan_id, product_id
    from int_holding
    where exists (select 1 from events)
),

sides as (
    select distinct 'customers' as pair, 'customer' as kind, customer_id as id, 1 as n, false as is_known from held
    where exists (select 1 from int_customer_file)
    union all
    select 'customers' as pair, 'customer' as kind, customer_id as id, 0 as n, true as is_known from int_customer_file
    union all
    select 'offers' as pair, 'product' as kind, product_id as id, 1 as n, false as is_known from held
    where exists (select 1 from offers) and not exists (select 1 from offers where product_id is null)
    union all
    select 'offers' as pair, 'product' as kind, product_id as id, 0 as n, true as is_known from offers
    union all
    select 'price_events' as pair, kind, id, 1 as n, false as is_known from events
    union all
    select 'price_events' as pair, 'subscription' as kind, subscription_id as id, 0 as n, true as is_known from holding
    union all
    select 'price_events' as pair, 'customer' as kind, customer_id as id, 0 as n, true as is_known from holding
    union all
    select 'price_events' as pair, 'plan' as kind, plan_id as id, 0 as n, true as is_known from holding
    union all
    select 'price_events' as pair, 'product' as kind, product_id as id, 0 as n, true as is_known from holding
),

final as (
    select
        pair,
        kind,
        id,
        cast(sum(n) as bigint) as n_asked,
        bool_or(is_known) as is_known
    from sides
    where id is not null
    group by pair, kind, id
)

select * from final;
