-- Grain:   one row per thing held and month with a price, for chains that hold several things.
-- Reads:   int_holding, int_ledger_span, month_offset
-- Columns: chain_id = number of the chain (customer x product x subscription x currency); holding_id, plan_id;
--          first_month of the span; month_number; next_month, last_month = the months with a price after and before it,
--          over the whole chain.
-- Why:     a chain that holds one thing, as nearly every chain does, is followed span by span. Where several plans or
--          intervals follow each other or run side by side, it is followed month by month, so that equal plans can be
--          paired.

create or replace table int_priced_month as
with

chains as (
    select
        holding_id,
        plan_id,
        dense_rank() over (order by customer_id, product_id, subscription_id, currency) as chain_id,
        count(*) over (partition by customer_id, product_id, subscription_id, currency) as n_things
    from int_holding
),

months as (
    select
        chains.chain_id,
        chains.holding_id,
        chains.plan_id,
        span.first_month,
        span.first_month + month_offset.month_offset as month_number
    from chains
    inner join int_ledger_span as span
        on chains.holding_id = span.holding_id
    inner join month_offset
        on span.n_months = month_offset.n_months
    where chains.n_things > 1
),

neighbours as (
    select
        chain_id,
        month_number,
        lead(month_number) over (partition by chain_id order by month_number) as next_month,
        lag(month_number) over (partition by chain_id order by month_number) as last_month
    from (select distinct chain_id, month_number from months)
),

final as (
    select months.*, neighbours.next_month, neighbours.last_month
    from months
    inner join neighbours
        on months.chain_id = neighbours.chain_id
        and months.month_number = neighbours.month_number
)

select * from final;
