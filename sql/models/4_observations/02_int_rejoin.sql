-- Grain:   one row per return of a customer after an absence; empty unless the study resets tenure on return.
-- Reads:   int_line_disposition, params
-- Columns: customer_id; rejoined_on = start of the first period billed after the absence; from_month, until_month = the months
--          (year * 12 + month - 1, the last exclusive) whose first day lies between this return and the next.
-- Why:     an absence is counted in months from the latest period end so far to the next period start, so a yearly bill
--          keeps its customer present for its year. Whatever the customer file states, tenure then counts from the
--          first bill after it.

create or replace table int_rejoin as
with

billed as (
    select
        line.customer_id,
        line.period_start,
        line.period_end,
        study.rejoin_after_months,
        max(line.period_end) over (
            partition by line.customer_id
            order by line.period_start, line.period_end
            rows between unbounded preceding and 1 preceding
        ) as ended_on
    from int_line_disposition as line
    cross join (select rejoin_after_months from params where rejoin = 'reset') as study
    where line.line_kind in ('recurring', 'proration', 'trial', 'summary')
        and line.period_start is not null
        and line.period_end is not null
        and (line.exclusion is null or line.exclusion not in ('draft', 'void', 'status_unknown', 'test', 'reversed'))
),

returns as (
    select
        customer_id,
        period_start as rejoined_on,
        year(period_start) * 12 + month(period_start) - 1 + case when day(period_start) > 1 then 1 else 0 end as from_month
    from billed
    where cast(ended_on + to_months(rejoin_after_months) as date) <= period_start
),

final as (
    select
        returns.*,
        lead(from_month, 1, 999999) over (partition by customer_id order by from_month, rejoined_on) as until_month
    from returns
)

select * from final;
