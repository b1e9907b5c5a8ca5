-- Grain:   one row per line that makes no price but shows that its customer holds something, and month that it touches.
-- Reads:   int_line_disposition, int_cancelled_line, int_used_line, int_comparable_line, month_offset
-- Columns: row_id; the thing held; month_number = the months whose first day its period covers, else the month in which
--          it starts (without a period: of issue); exclusion, for a reversed line what happened to it; net_micros = its
--          amount in 10^-6, a month's share of it; nothing where it was given back. A price that covers no first day of
--          a month is between_firsts, in the month in which it starts, unless its chain (customer x product x
--          subscription x currency) has a price that begins there.
-- Why:     a free month, a trial or a part-period line makes no price, but its customer is still a customer, and is
--          counted with the reason and the money.

create or replace table int_unpriced_month as
with

lines as (
    select
        line.row_id, customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count,
        coalesce(cancelled.outcome, line.exclusion, 'between_firsts') as exclusion, issued_on, controls_key, lens_key,
        cast(case when cancelled.outcome = 'free_month' then 0 else net_amount end * 1000000 as bigint) as micros,
        coalesce(period_start, issued_on) as starts_on,
        case when exclusion is null then covered_until else coalesce(period_end, period_start, issued_on) end as ends_on
    from int_line_disposition as line
    left join int_cancelled_line as cancelled
        on line.row_id = cancelled.row_id
    left join int_used_line as used
        on line.row_id = used.row_id
    where line_kind in ('recurring', 'trial', 'proration', 'discount', 'summary')
        and used.row_id is null
        and (
            exclusion not in ('draft', 'void', 'status_unknown', 'test', 'rest_of_term', 'credit', 'reversed')
            or exclusion = 'reversed' and cancelled.outcome in ('free_month', 'reversed_last')
            or exclusion is null and day(period_start) > 1 and covered_until <= last_day(period_start) + 1
        )
),

priced as (
    select distinct customer_id, product_id, subscription_id, currency, first_month
    from int_comparable_line
    where customer_id in (select customer_id from lines where exclusion = 'between_firsts')
),

covering as (
    select
        lines.*,
        year(starts_on) * 12 + month(starts_on) - 1 + case when day(starts_on) > 1 then 1 else 0 end as covered_month,
        year(starts_on) * 12 + month(starts_on) - 1 as start_month,
        year(ends_on) * 12 + month(ends_on) - 1 + case when day(ends_on) > 1 then 1 else 0 end as end_month
    from lines
),

spread as (
    select
        covering.*,
        case when end_month > covered_month then covered_month else start_month end as first_month,
        case when end_month > covered_month then least(end_month - covered_month, (select max(n_months) from month_offset))
            else 1 end as n_months
    from covering
),

final as (
    select
        spread.row_id, spread.customer_id, spread.product_id, spread.subscription_id, spread.plan_id, spread.currency,
        spread.interval_unit, spread.interval_count, spread.exclusion, spread.issued_on, spread.controls_key,
        spread.lens_key,
        spread.first_month + month_offset.month_offset as month_number,
        cast(sign(micros) * ((2 * abs(micros) + spread.n_months) // (2 * spread.n_months)) as bigint) as net_micros
    from spread
    inner join month_offset
        on spread.n_months = month_offset.n_months
    left join priced
        on spread.exclusion = 'between_firsts'
        and spread.customer_id = priced.customer_id
        and spread.product_id = priced.product_id
        and spread.subscription_id is not distinct from priced.subscription_id
        and spread.currency = priced.currency
        and spread.first_month = priced.first_month
    where priced.customer_id is null
)

select * from final;
