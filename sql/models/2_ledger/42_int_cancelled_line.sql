-- Grain:   one row per recurring charge that was reversed.
-- Reads:   int_line_disposition
-- Columns: row_id; outcome = free_month where the chain (customer x product x subscription x currency) goes on with a bill
--          that starts within one of its periods of its end; reversed_last where the data end before such a bill would be
--          issued; ended otherwise.
-- Why:     in a month that was given away, the thing is held without a price. A policy that was reversed and not billed
--          again is over; where the next bill is not due yet, nobody can tell. Decision D43.

create or replace table int_cancelled_line as
with

cancelled as (
    select
        row_id, customer_id, product_id, subscription_id, currency, period_start, period_end,
        cast(period_end + to_days(cast(date_diff('day', period_start, issued_on) as integer)) as date) as due_on
    from int_line_disposition
    where exclusion = 'reversed'
        and line_kind = 'recurring'
        and net_amount > 0
        and period_end > period_start
),

data_end as (
    select max(issued_on) as last_issued_on
    from int_line_disposition
    where invoice_status = 'final'
),

followed as (
    select distinct cancelled.row_id
    from cancelled
    inner join int_line_disposition as later
        on cancelled.customer_id = later.customer_id
        and cancelled.product_id = later.product_id
        and cancelled.subscription_id is not distinct from later.subscription_id
        and cancelled.currency = later.currency
        and later.period_start > cancelled.period_start
        and later.period_start
            <= cancelled.period_end + to_days(cast(date_diff('day', cancelled.period_start, cancelled.period_end) as integer))
    where later.line_kind in ('recurring', 'trial', 'proration', 'summary')
        and later.invoice_status = 'final'
        and later.net_amount >= 0
        and coalesce(later.exclusion, '') not in ('reversed', 'test')
),

final as (
    select
        cancelled.row_id,
        case
            when followed.row_id is not null then 'free_month'
            when cancelled.due_on > data_end.last_issued_on then 'reversed_last'
            else 'ended'
        end as outcome
    from cancelled
    cross join data_end
    left join followed
        on cancelled.row_id = followed.row_id
)

select * from final;
