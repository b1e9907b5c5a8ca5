-- Grain:   one row per ledger row with several lines.
-- Reads:   int_ledger_amount, int_line_disposition
-- Columns: the ledger key; controls and dates of the latest line.
-- Why:     a customer with two subscriptions of one product has one price, and the newer line says where and how it is
--          sold. Ties end at the content, so that the order of the input never matters.

create or replace table int_ledger_latest as
with

several as (
    select
        *,
        make_date(cast(month_number // 12 as integer), cast(month_number % 12 + 1 as integer), 1) as month
    from int_ledger_amount
    where n_lines > 1
),

ranked as (
    select
        several.customer_id,
        several.product_id,
        several.currency,
        several.interval_unit,
        several.interval_count,
        several.month_number,
        line.issued_on,
        coalesce(line.price_set_on, line.issued_on) as pricing_date,
        line.subscription_id,
        line.plan_id,
        line.price_version_id,
        line.channel,
        line.region,
        line.discount_id,
        line.discount_audience,
        line.contract_end,
        line.controls_key,
        line.lens_key,
        row_number() over (
            partition by several.customer_id, several.product_id, several.currency, several.interval_unit,
                several.interval_count, several.month_number
            order by line.issued_on desc, line.line_id desc nulls last, line.content_key desc
        ) as line_rank
    from several
    inner join int_line_disposition as line
        on several.customer_id = line.customer_id
        and several.product_id = line.product_id
        and several.currency = line.currency
        and several.interval_unit = line.interval_unit
        and several.interval_count = line.interval_count
        and line.period_start <= several.month
        and line.period_end > several.month
    where line.exclusion is null
),

final as (
    select * exclude (line_rank)
    from ranked
    where line_rank = 1
)

select * from final;
