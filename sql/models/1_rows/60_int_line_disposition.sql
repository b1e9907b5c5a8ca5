-- Grain:   one row per line of int_billing_line.
-- Reads:   int_billing_line, int_customer
-- Columns: those of int_billing_line; tenure_start; exclusion = why the line is no comparable price, null when it is.
-- Why:     a price is what a customer pays for one full billing interval of one thing. Everything else is kept and
--          counted with its reason. A period is full within 3 days of its month (month ends differ), within 1 otherwise.

create or replace view int_line_disposition as
with

measured as (
    select
        int_billing_line.*,
        int_customer.tenure_start,
        coalesce(int_customer.is_test, false) as is_test,
        case interval_unit
            when 'month' then cast(period_start + to_months(interval_count) as date)
            when 'year' then cast(period_start + to_years(interval_count) as date)
            when 'week' then cast(period_start + to_days(7 * interval_count) as date)
            else cast(period_start + to_days(interval_count) as date)
        end as full_end
    from int_billing_line
    left join int_customer
        on int_billing_line.customer_id = int_customer.customer_id
),

final as (
    select
        measured.*,
        case
            when invoice_status = 'draft' then 'draft'
            when invoice_status = 'void' then 'void'
            when invoice_status = 'unknown' then 'status_unknown'
            when not livemode or is_test then 'test'
            when line_kind <> 'recurring' then line_kind
            when is_proration then 'proration'
            when period_start is null or period_end is null then 'no_period'
            when abs(date_diff('day', full_end, period_end)) > case when interval_unit = 'month' then 3 else 1 end
                then 'partial_period'
            when quantity < 0 then 'negative_quantity'
            when net_amount < 0 then 'negative_amount'
            when net_amount = 0 then 'fully_discounted'
            when tenure_start > issued_on
                and tenure_start >= case interval_unit
                    when 'month' then cast(issued_on + to_months(interval_count) as date)
                    when 'year' then cast(issued_on + to_years(interval_count) as date)
                    when 'week' then cast(issued_on + to_days(7 * interval_count) as date)
                    else cast(issued_on + to_days(interval_count) as date)
                end then 'tenure_negative'
        end as exclusion
    from measured
)

select * from final;
