-- Grain:   one row per customer with a final, live line of kind recurring, proration or trial.
-- Reads:   int_billing_line
-- Columns: customer_id; first_seen = start of the first period seen.
-- Why:     where nobody states when a customer joined, the first bill says it, unless the data begin in that month.

create or replace table int_first_seen as
with

final as (
    select
        customer_id,
        min(coalesce(period_start, issued_on)) as first_seen
    from int_billing_line
    where invoice_status = 'final'
        and livemode
        and line_kind in ('recurring', 'proration', 'trial')
    group by customer_id
)

select * from final;
