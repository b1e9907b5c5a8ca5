-- Grain:   one row per joining month, product, plan, year before the as-of month and calendar month, currency of the study.
-- Reads:   int_grouped_span, int_introduction, month_offset, params
-- Columns: joining_month: Month of joining, as year * 12 + month - 1; for a customer first seen in the first month of
--            the data, that month
--          product_id, plan_id: as in price_ledger
--          years_ago: Whole years between the month and the as-of month: 0 for the last twelve months
--          calendar_month: Month of the year, 1 to 12
--          n_at_risk: Observations with a price and an offer in this month and the one before, on one plan and
--            quantity, past their introduction
--          sum_own: Sum over them of the log change of the price before discounts, in billionths
--          sum_offer: Sum over them of the log change of the offer after its introduction, in billionths
--          n_left: Of those at risk, those whose last month of holding the thing without a break this is, before the
--            as-of month
--          n_without_offer: Observations with a price in this month and the one before whose plan has no offer
-- Why:     serves walking_slope. Customers who leave count until then, so that leaving after a rise moves nothing. Only
--          whole years count: a rise in April weighs the same whenever the data begin. Sums of billionths come out the
--          same in any order.

create or replace table walking_counts as
with

spans as (
    select
        span.first_month, span.n_months, span.product_id, span.plan_id, params.as_of_number,
        coalesce(tenure_number, year(tenure_start) * 12 + month(tenure_start) - 1) as joining_month,
        standard_ticks, standard_offer_ticks,
        lag(first_month + n_months) over thing = first_month and lag(quantity_micros) over thing = quantity_micros as follows,
        lag(standard_ticks) over thing as last_ticks,
        lag(standard_offer_ticks) over thing as last_offer_ticks,
        coalesce(lead(first_month) over thing = first_month + n_months, false) as goes_on,
        (params.as_of_number - min(first_month) over ()) // 12 as n_years
    from int_grouped_span as span
    inner join params
        on span.currency = params.currency
    where role = 'billing'
        and standard_ticks > 0
        and tenure_start is not null
    window thing as (partition by holding_id order by first_month)
),

months as (
    select
        spans.*,
        first_month + month_offset.month_offset as month_number,
        month_offset.month_offset = 0 as is_first,
        month_offset.month_offset = spans.n_months - 1 and not goes_on as is_last
    from spans
    inner join month_offset
        on spans.n_months = month_offset.n_months
    where first_month + month_offset.month_offset > as_of_number - 12 * n_years
        and first_month + month_offset.month_offset <= as_of_number
        and (month_offset.month_offset > 0 or follows)
),

final as (
    select
        joining_month, months.product_id, plan_id,
        (as_of_number - month_number) // 12 as years_ago,
        month_number % 12 + 1 as calendar_month,
        cast(count(*) filter (where has_both) as integer) as n_at_risk,
        cast(coalesce(sum(cast(round(ln(standard_ticks / last_ticks) * 1e9) as bigint)) filter (where has_both and is_first), 0)
            as bigint) as sum_own,
        cast(coalesce(sum(cast(round(ln(standard_offer_ticks / last_offer_ticks) * 1e9) as bigint))
            filter (where has_both and is_first), 0) as bigint) as sum_offer,
        cast(count(*) filter (where has_both and is_last and month_number < as_of_number) as integer) as n_left,
        cast(count(*) filter (where not has_both) as integer) as n_without_offer
    from (
        select
            *,
            coalesce(standard_offer_ticks > 0 and (not is_first or last_offer_ticks > 0), false) as has_both
        from months
    ) as months
    inner join int_introduction as introduction
        on months.product_id = introduction.product_id
    where month_number - 1 - joining_month >= introduction.intro_months
    group by all
)

select * from final
order by joining_month, product_id, plan_id nulls first, years_ago, calendar_month;
