-- Grain:   one row per customer x product x currency x billing interval x month.
-- Reads:   int_line_month, int_month_repeat, int_ledger_latest
-- Columns: those of int_ledger_latest.
-- Why:     a month with one line, nearly every one, is taken as the line states it; of the others sums and latest line.

create or replace view int_ledger_amount as
with

final as (
    select
        line.customer_id, line.product_id, line.currency, line.interval_unit, line.interval_count, line.month_number,
        1 as n_lines,
        cast(net_amount * 1000000 as bigint) as net_micros,
        cast(coalesce(gross_amount, net_amount + coalesce(discount_amount, 0)) * 1000000 as bigint) as standard_micros,
        cast(quantity * 1000000 as bigint) as quantity_micros,
        coalesce(price_set_on, issued_on) as pricing_date,
        tenure_start, subscription_id, plan_id, price_version_id, channel, region, discount_id, discount_audience,
        contract_end, controls_key, lens_key
    from int_line_month as line
    left join int_month_repeat
        on line.customer_id = int_month_repeat.customer_id
        and line.product_id = int_month_repeat.product_id
        and line.currency = int_month_repeat.currency
        and line.interval_unit = int_month_repeat.interval_unit
        and line.interval_count = int_month_repeat.interval_count
        and line.month_number = int_month_repeat.month_number
    where int_month_repeat.customer_id is null
    union all
    select
        customer_id, product_id, currency, interval_unit, interval_count, month_number, n_lines, net_micros, standard_micros,
        quantity_micros, pricing_date, tenure_start, subscription_id, plan_id, price_version_id, channel, region, discount_id,
        discount_audience, contract_end, controls_key, lens_key
    from int_ledger_latest
)

select * from final;
