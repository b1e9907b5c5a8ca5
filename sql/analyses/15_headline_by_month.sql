-- Question: When did the headline gap open, and in which month did it widen most?
-- Reads:    findings_monthly, params
-- Columns: month = YYYY-MM; estimate = gap, a fraction; ci_lower = its interval; ci_upper = the same; change = estimate
--          less that of the previous month in the list, a fraction; n_tenured = tenured customers with an offer;
--          pricing_decisions = effective number of price decisions behind it.

with

-- Yearly prices reach past the as-of month: those months hold a part of the customers only.
months as (
    select findings_monthly.*
    from findings_monthly
    cross join params
    where findings_monthly.month <= strftime(params.as_of_month, '%Y-%m')
),

final as (
    select
        month,
        estimate,
        ci_lower,
        ci_upper,
        estimate - lag(estimate) over (order by month) as change,
        n_tenured,
        pricing_decisions
    from months
)

select * from final
order by month;
