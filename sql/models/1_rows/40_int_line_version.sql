-- Grain:   one row per line_id with several lines and distinct content.
-- Reads:   stg_billing, int_repeated_line
-- Columns: those of stg_billing; n_copies = lines with this content; version_rank = 1 for the version that counts.
-- Why:     identical lines are copies: one stays, the others are duplicates. Of contradicting versions the latest counts
--          (extracted_at, then issued_on, then content, so that the order of the input never matters); the older ones
--          are superseded.
-- Options: line by line

create or replace table int_line_version as
with

contents as (
    select
        line_id, issued_on, customer_id, subscription_id, product_id, plan_id, price_version_id, invoice_status, line_kind,
        charge_reason, period_start, period_end, interval_unit, interval_count, quantity, currency, net_amount,
        gross_amount, discount_amount, tax_amount, discount_id, discount_audience, is_proration, channel, region,
        livemode, contract_end, price_set_on, controls_key, lens_key, content_key,
        max(stg_billing.extracted_at) as extracted_at,
        count(*) as n_copies
    from stg_billing
    inner join int_repeated_line
        using (line_id)
    where stg_billing.reject_reason is null
    group by all
),

final as (
    select
        contents.*,
        row_number() over (
            partition by line_id
            order by extracted_at desc nulls last, issued_on desc, content_key desc
        ) as version_rank
    from contents
)

select * from final;
