-- Grain:   one row per billed period and interval as stated in a section of the config; where the interval is blank,
--          one for each product and plan.
-- Reads:   stg_billing, source_setting
-- Columns: section = position of the [[source]] in the config; period_start; period_end (exclusive); interval_unit,
--          interval_count; interval_is_blank; product_id, plan_id (null where the interval is stated); n_lines =
--          readable, final recurring lines; n_days; vote = how a period end that is not declared reads: exclusive where
--          it is the start of the next period, inclusive where it is the day before, null where it is neither; is_month
--          = the period of a blank interval is interval_count months, give or take a day.
-- Why:     millions of lines share a few periods, so what each period shows about the export is worked out once. A
--          blank interval is tried with 1 to 36 months.

create or replace table int_billed_period as
with

periods as (
    select
        source_setting.section,
        source_setting.period_end as declared,
        stg_billing.period_start,
        stg_billing.period_end,
        stg_billing.interval_unit,
        stg_billing.interval_count,
        stg_billing.interval_is_blank,
        case when stg_billing.interval_is_blank then stg_billing.product_id end as product_id,
        case when stg_billing.interval_is_blank then stg_billing.plan_id end as plan_id,
        count(*) as n_lines
    from stg_billing
    inner join source_setting
        on stg_billing.source_index = source_setting.source_index
    where stg_billing.reject_reason is null
        and stg_billing.invoice_status = 'final'
        and stg_billing.line_kind = 'recurring'
        and not stg_billing.is_proration
        and stg_billing.period_end > stg_billing.period_start
    group by all
),

tried as (
    select
        periods.*,
        date_diff('month', period_start, period_end) as n_months,
        cast(period_start + to_months(interval_count) as date) as month_end,
        case interval_unit
            when 'month' then cast(period_start + to_months(interval_count) as date)
            when 'year' then cast(period_start + to_years(interval_count) as date)
            when 'week' then cast(period_start + to_days(7 * interval_count) as date)
            else cast(period_start + to_days(interval_count) as date)
        end as stated_end
    from periods
),

ended as (
    select
        tried.*,
        case
            when not interval_is_blank then stated_end
            when n_months between 1 and 36 then cast(period_start + to_months(n_months) as date)
        end as next_start,
        -- Where the end is inclusive, the last day of a month lies in the month of its first.
        case
            when not interval_is_blank then stated_end
            when n_months between 0 and 35 then cast(period_start + to_months(n_months + 1) as date)
        end as late_next_start
    from tried
),

final as (
    select
        section, period_start, period_end, interval_unit, interval_count, interval_is_blank, product_id, plan_id, n_lines,
        date_diff('day', period_start, period_end) as n_days,
        case
            when declared is not null then null
            when period_end = next_start then 'exclusive'
            when 1 in (date_diff('day', period_end, next_start), date_diff('day', period_end, late_next_start))
                then 'inclusive'
        end as vote,
        interval_is_blank
            and (
                abs(date_diff('day', month_end, period_end)) <= 1
                -- Cut to the end of a short month, a period may run to the day on which its customer is billed.
                or period_start = last_day(period_start) and period_end between month_end and last_day(month_end)
            ) as is_month
    from ended
)

select * from final;
