-- Grain:   one row per customer, test customers left out, with a final, live line of kind recurring, proration or
--          trial.
-- Reads:   int_billing_line, int_customer_file
-- Columns: customer_id; first_seen = start of the first period seen.
-- Why:     where nothing states when a customer joined, the first bill tells it, unless the data begin in that month.
--          Test customers are often set up before the first real one, so they do not mark the start of the data.
-- Options: line by line

create or replace table int_first_seen as
with

final as (
    select
        int_billing_line.customer_id,
        min(coalesce(period_start, issued_on)) as first_seen
    from int_billing_line
    left join int_customer_file
        on int_billing_line.customer_id = int_customer_file.customer_id
        and int_customer_file.n_versions = 1
    where invoice_status = 'final'
        and not coalesce(int_customer_file.is_test, false)
        and livemode
        and line_kind in ('recurring', 'proration', 'trial')
    group by int_billing_line.customer_id
)

select * from final;
