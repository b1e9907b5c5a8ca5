-- Grain:   one row per step from what the price ledger says is paid to what was billed, over the twelve months up to the
--          as-of month, currency of the study.
-- Reads:   int_line_disposition, int_used_line, int_grouped_span, params
-- Columns: step_order: Order of the step
--          step: paid (what the things held cost in those months), prices_billed (what bills for prices and discounts add to
--            it: periods that reach beyond the months, months without a price), then what is billed beside prices by its
--            kind, and billed (final bills issued in those months, before tax)
--          amount: Currency units; paid and the steps add up to billed
-- Why:     prices in the ledger are per month, bills are not: a year is billed once. The bridge shows that no money is lost
--          between the two.
-- Options: line by line

create or replace table revenue_bridge as
with

lines as (
    select
        case
            when line.exclusion is null or used.row_id is not null or line.exclusion = 'discount' then 'price'
            when line.exclusion in ('usage', 'fee', 'setup', 'finance', 'one_off', 'credit', 'refund', 'proration', 'trial')
                then line.exclusion
            when line.exclusion = 'reversed' then 'reversed'
            else 'other' end as kind,
        line.net_amount
    from int_line_disposition as line
    inner join params
        on line.currency = params.currency
        and line.issued_on >= params.as_of_month - to_months(11) and line.issued_on < params.as_of_month + to_months(1)
    left join int_used_line as used
        on line.row_id = used.row_id
    where line.exclusion is null
        or line.exclusion not in ('draft', 'void', 'status_unknown', 'test', 'tax', 'balance', 'summary')
),

billed as (
    select kind, cast(sum(net_amount) as decimal(38, 6)) as amount from lines group by kind
),

paid as (
    select
        cast(coalesce(sum(span.paid_ticks * (case span.interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week'
            then 365 / 7.0 else 365.0 end / span.interval_count / 12)
            * (least(span.first_month + span.n_months - 1, params.as_of_number) - greatest(span.first_month, params.as_of_number - 11) + 1)
            / 10000), 0) as decimal(38, 6)) as amount
    from int_grouped_span as span
    inner join params
        on span.currency = params.currency
        and span.first_month <= params.as_of_number
        and span.first_month + span.n_months > params.as_of_number - 11
    where span.role = 'billing'
),

steps as (
    select 1 as step_order, 'paid' as step, amount from paid
    union all
    select 2, 'prices_billed', coalesce((select amount from billed where kind = 'price'), 0) - paid.amount from paid
    union all
    select 3, kind, amount from billed where kind <> 'price'
    union all
    select 4, 'billed', coalesce(sum(amount), 0) from billed
),

final as (
    select step_order, step, cast(amount as decimal(38, 6)) as amount
    from steps
)

select * from final
order by step_order, amount desc, step;
