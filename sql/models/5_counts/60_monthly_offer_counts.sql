-- Grain:   one row per month, price decision, price and offer of tenured customers, currency of the study.
-- Reads:   int_grouped_span, month_offset, params
-- Columns: month, interval_unit: as in price_ledger
--          interval_count: Number of those units between two bills
--          pricing_decision: as in price_counts
--          paid_ticks, offered_ticks: as in price_ledger
--          n_observations: Observations of that month with exactly these values
-- Why:     the headline month by month: when the gap opened, and when it widened. Equal spans are counted before they
--          are split into months.

create or replace table monthly_offer_counts as
with

spans as (
    select
        first_month,
        n_months,
        interval_unit,
        interval_count,
        pricing_decision,
        paid_ticks,
        offered_ticks,
        count(*) as n_observations
    from int_grouped_span
    inner join params
        on int_grouped_span.currency = params.currency
    where role = 'billing'
        and loyalty_group = 'tenured'
        and offered_ticks > 0
    group by all
),

monthly as (
    select
        spans.first_month + month_offset.month_offset as month_number,
        spans.*
    from spans
    inner join month_offset
        on spans.n_months = month_offset.n_months
),

final as (
    select
        make_date(month_number // 12, month_number % 12 + 1, 1) as month,
        interval_unit,
        interval_count,
        pricing_decision,
        paid_ticks,
        offered_ticks,
        cast(sum(n_observations) as bigint) as n_observations
    from monthly
    where month_number <= (select as_of_number from params)
    group by all
)

select * from final
order by month, interval_unit, interval_count, pricing_decision, paid_ticks, offered_ticks;
