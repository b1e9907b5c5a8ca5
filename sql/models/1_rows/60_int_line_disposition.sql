-- Grain:   one row per line of int_billing_line.
-- Reads:   int_billing_line, int_customer, int_odd_period, source_setting, int_line_treatment
-- Columns: those of int_billing_line; covered_until = the day on which its period or its term ends, exclusive;
--          tenure_start; exclusion = why the line is not a comparable price, null where it is one.
-- Why:     a price is what a customer pays for one full billing interval of one thing. Everything else is kept and
--          counted with its reason. A period is full if within 3 days of its months (month ends differ), or within 1
--          day otherwise. Decision D39.
-- Options: line by line, not kept

create or replace table int_line_disposition as
with

unclear as (
    select source_setting.source_index, int_odd_period.*
    from int_odd_period
    inner join source_setting
        on int_odd_period.section = source_setting.section
    where interval_unclear or period_end_mixed
),

measured as (
    select
        line.row_id, line.source_index, line.line_id, line.invoice_id, line.issued_on, line.customer_id,
        line.subscription_id, line.product_id, line.plan_id, line.price_version_id, line.invoice_status, line.line_kind,
        line.period_start, line.period_end, line.interval_unit, line.interval_count, line.quantity, line.currency,
        line.net_amount, line.gross_amount, line.discount_amount, line.tax_amount, line.discount_id,
        line.discount_audience, line.is_proration, line.channel, line.region, line.livemode, line.contract_end,
        line.price_set_on, line.controls_key, line.lens_key,
        int_customer.tenure_start,
        coalesce(treatment.covered_until, line.period_end) as covered_until,
        treatment.exclusion as treated,
        coalesce(unclear.interval_unclear, false) as interval_unclear,
        coalesce(unclear.period_end_mixed, false) as period_end_mixed,
        coalesce(int_customer.is_test, false) as is_test,
        case line.interval_unit
            when 'month' then cast(line.period_start + to_months(line.interval_count) as date)
            when 'year' then cast(line.period_start + to_years(line.interval_count) as date)
            when 'week' then cast(line.period_start + to_days(7 * line.interval_count) as date)
            else cast(line.period_start + to_days(line.interval_count) as date)
        end as full_end
    from int_billing_line as line
    left join int_customer
        on line.customer_id = int_customer.customer_id
    left join int_line_treatment as treatment
        on line.row_id = treatment.row_id
    left join unclear
        on line.source_index = unclear.source_index
        and line.period_start = unclear.period_start
        and line.period_end = unclear.period_end
        and line.interval_unit = unclear.interval_unit
        and line.interval_count = unclear.interval_count
        and line.interval_is_blank = unclear.interval_is_blank
),

final as (
    select
        measured.* exclude (full_end, is_test, livemode, treated, interval_unclear, period_end_mixed),
        case
            when invoice_status = 'draft' then 'draft'
            when invoice_status = 'void' then 'void'
            when invoice_status = 'unknown' then 'status_unknown'
            when not livemode or is_test then 'test'
            when treated is not null then treated
            when line_kind <> 'recurring' then line_kind
            when is_proration then 'proration'
            when period_start is null or period_end is null then 'no_period'
            when interval_unclear then 'interval_unclear'
            when period_end_mixed then 'period_end_mixed'
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
