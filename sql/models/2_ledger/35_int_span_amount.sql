-- Grain:   one row per customer x product x currency x billing interval and span of months that one price stands for.
-- Reads:   int_comparable_line, int_month_repeat, int_ledger_latest, month_offset
-- Columns: those of int_ledger_latest; first_month, n_months = the span; no two spans of a customer's thing overlap.
-- Why:     a line that is alone in its months, nearly every one, is one span as it states it. Where any month of a
--          customer's thing has several lines, each month is a span: sums and latest line there, its one line elsewhere.

create or replace view int_span_amount as
with

repeating as (
    select distinct customer_id, product_id, currency, interval_unit, interval_count
    from int_month_repeat
),

parts as (
    select
        line.* exclude (first_month, n_months),
        line.first_month + month_offset.month_offset as first_month,
        case when repeating.customer_id is null then line.n_months else 1 end as n_months
    from int_comparable_line as line
    left join repeating
        on line.customer_id = repeating.customer_id
        and line.product_id = repeating.product_id
        and line.currency = repeating.currency
        and line.interval_unit = repeating.interval_unit
        and line.interval_count = repeating.interval_count
    inner join month_offset
        on case when repeating.customer_id is null then 1 else line.n_months end = month_offset.n_months
),

final as (
    select
        line.customer_id, line.product_id, line.currency, line.interval_unit, line.interval_count, line.first_month,
        line.n_months,
        1 as n_lines,
        cast(net_amount * 1000000 as bigint) as net_micros,
        cast(coalesce(gross_amount, net_amount + coalesce(discount_amount, 0)) * 1000000 as bigint) as standard_micros,
        cast(quantity * 1000000 as bigint) as quantity_micros,
        coalesce(price_set_on, issued_on) as pricing_date,
        tenure_start, subscription_id, plan_id, price_version_id, channel, region, discount_id, discount_audience,
        contract_end, controls_key, lens_key
    from parts as line
    left join int_month_repeat
        on line.customer_id = int_month_repeat.customer_id
        and line.product_id = int_month_repeat.product_id
        and line.currency = int_month_repeat.currency
        and line.interval_unit = int_month_repeat.interval_unit
        and line.interval_count = int_month_repeat.interval_count
        and line.first_month = int_month_repeat.month_number
    where int_month_repeat.customer_id is null
    union all
    select
        customer_id, product_id, currency, interval_unit, interval_count, month_number, 1, n_lines, net_micros,
        standard_micros, quantity_micros, pricing_date, tenure_start, subscription_id, plan_id, price_version_id, channel,
        region, discount_id, discount_audience, contract_end, controls_key, lens_key
    from int_ledger_latest
)

select * from final;
