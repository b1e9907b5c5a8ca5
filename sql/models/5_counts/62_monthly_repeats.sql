-- Grain:   one row per month in which tenured customers hold several things that have offers, currency of the study.
-- Reads:   int_grouped_span, int_holding, month_offset, params
-- Columns: month: as in price_ledger
--          n_repeats: Observations of monthly_offer_counts less the distinct customers behind them
-- Why:     the months count observations, but people are counted once. Only customers who at some time hold several
--          things can repeat.

create or replace table monthly_repeats as
with

holders as (
    select customer_id
    from int_holding
    group by customer_id
    having count(*) > 1
),

spans as (
    select span.customer_id, span.first_month, span.n_months
    from int_grouped_span as span
    inner join params
        on span.currency = params.currency
    inner join holders
        on span.customer_id = holders.customer_id
    where role = 'billing'
        and loyalty_group = 'tenured'
        and offered_ticks > 0
),

held as (
    select
        spans.customer_id,
        spans.first_month + month_offset.month_offset as month_number,
        count(*) - 1 as n_repeats
    from spans
    inner join month_offset
        on spans.n_months = month_offset.n_months
    group by spans.customer_id, spans.first_month + month_offset.month_offset
    having count(*) > 1
),

final as (
    select
        make_date(month_number // 12, month_number % 12 + 1, 1) as month,
        cast(sum(n_repeats) as bigint) as n_repeats
    from held
    where month_number <= (select as_of_number from params)
    group by month_number
)

select * from final
order by month;
