-- Grain:   one row per readable billing line that is neither a copy nor superseded.
-- Reads:   stg_billing, int_repeated_line, int_line_version
-- Columns: those of stg_billing that carry content; money in major units, ex tax; period_end is exclusive.
-- Why:     lines with an id of their own, nearly all, are taken as they are; of the others the version that counts.

create or replace view int_billing_line as
with

stated_once as (
    select stg_billing.*
    from stg_billing
    left join int_repeated_line
        on stg_billing.line_id = int_repeated_line.line_id
    where stg_billing.reject_reason is null
        and int_repeated_line.line_id is null
),

latest as (
    select *
    from int_line_version
    where version_rank = 1
),

final as (
    select
        line_id, issued_on, customer_id, subscription_id, product_id, plan_id, price_version_id, invoice_status, line_kind,
        period_start, period_end, interval_unit, interval_count, quantity, currency, net_amount, gross_amount,
        discount_amount, tax_amount, discount_id, discount_audience, is_proration, channel, region, livemode,
        contract_end, price_set_on, controls_key, lens_key, content_key
    from stated_once
    union all
    select
        line_id, issued_on, customer_id, subscription_id, product_id, plan_id, price_version_id, invoice_status, line_kind,
        period_start, period_end, interval_unit, interval_count, quantity, currency, net_amount, gross_amount,
        discount_amount, tax_amount, discount_id, discount_audience, is_proration, channel, region, livemode,
        contract_end, price_set_on, controls_key, lens_key, content_key
    from latest
)

select * from final;
