-- Grain:   one row per month, billing interval, offer version and pair of amounts of tenured customers.
-- Reads:   int_grouped_span, month_offset, params
-- Columns: month, up to the as-of month (a yearly policy covers later ones); offer_version; paid_ticks, offered_ticks =
--          price x quantity per billing interval, 10^-4 major units; n_observations.
-- Why:     the headline month by month: when the gap opened, and when it widened. Spans of equal months are counted
--          before they are taken apart.

create or replace table monthly_offer_counts as
with

spans as (
    select
        first_month,
        n_months,
        interval_unit,
        interval_count,
        offer_id,
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
        offer_id as offer_version,
        paid_ticks,
        offered_ticks,
        cast(sum(n_observations) as bigint) as n_observations
    from monthly
    where month_number <= (select as_of_number from params)
    group by all
)

select * from final
order by month, interval_unit, interval_count, offer_version, paid_ticks, offered_ticks;
