-- Grain:   one row per final, live line that may reverse another line.
-- Reads:   int_billing_line
-- Columns: row_id; reverses_line_id; kind and key, where null may mean not stated (in product_id too); issued_on;
--          period; net_amount, below zero except where a line is named; content_key.
-- Why:     credits are few. What they reverse is found from their side, so that it costs the other lines nothing.

create or replace table int_credit as
with

final as (
    select
        row_id, line_id, reverses_line_id, line_kind, customer_id, nullif(product_id, 'unknown') as product_id, plan_id,
        subscription_id, currency, issued_on, period_start, period_end, net_amount, content_key
    from int_billing_line
    where invoice_status = 'final'
        and livemode
        and (
            net_amount < 0 and line_kind in ('credit', 'refund', 'recurring', 'proration')
            or reverses_line_id is not null and line_kind in ('credit', 'refund')
        )
)

select * from final;
