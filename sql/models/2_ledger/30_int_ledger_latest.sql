-- Grain:   one row per ledger row with several lines.
-- Reads:   int_line_month, int_month_repeat
-- Columns: the ledger key; n_lines; net_micros, standard_micros (before discounts), quantity_micros = exact sums in 10^-6;
--          controls and dates of the latest line.
-- Why:     a customer with two subscriptions of one product has one price, and the newer line says where and how it is
--          sold. Ties end at the content, so that the order of the input never matters.
-- Options: line by line

create or replace table int_ledger_latest as
with

ranked as (
    select
        line.*,
        count(*) over (month_of_customer) as n_lines,
        sum(cast(net_amount * 1000000 as bigint)) over (month_of_customer) as net_micros,
        sum(cast(coalesce(gross_amount, net_amount + coalesce(discount_amount, 0)) * 1000000 as bigint))
            over (month_of_customer) as standard_micros,
        sum(cast(quantity * 1000000 as bigint)) over (month_of_customer) as quantity_micros,
        row_number() over (month_of_customer order by issued_on desc, line_id desc nulls last, content_key desc) as line_rank
    from int_line_month as line
    inner join int_month_repeat
        using (customer_id, product_id, currency, interval_unit, interval_count, month_number)
    window month_of_customer as (
        partition by customer_id, product_id, currency, interval_unit, interval_count, month_number
    )
),

final as (
    select
        customer_id, product_id, currency, interval_unit, interval_count, month_number, n_lines, net_micros, standard_micros,
        quantity_micros, coalesce(price_set_on, issued_on) as pricing_date, tenure_start, subscription_id, plan_id,
        price_version_id, channel, region, discount_id, discount_audience, contract_end, controls_key, lens_key
    from ranked
    where line_rank = 1
)

select * from final;
