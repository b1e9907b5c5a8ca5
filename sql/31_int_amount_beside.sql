-- Grain:   one row per customer x product x currency x month of issue.
-- Reads:   int_line_disposition
-- Columns: finance_ticks, fee_ticks (fees and set-up), usage_ticks, one_off_ticks, tax_ticks in 10^-4 major units, half to
--          even; credits among them count negative.
-- Why:     what a customer pays beside the price is shown beside it and never inside it: finance charges or usage are no
--          loyalty penalty.

create or replace table int_amount_beside as
with

lines as (
    select
        customer_id,
        product_id,
        currency,
        year(issued_on) * 12 + month(issued_on) - 1 as month_number,
        case when exclusion = 'setup' then 'fee' else exclusion end as kind,
        cast(net_amount * 1000000 as bigint) as micros
    from int_line_disposition
    where exclusion in ('finance', 'usage', 'one_off', 'tax', 'fee', 'setup')
    union all
    select
        customer_id,
        product_id,
        currency,
        year(issued_on) * 12 + month(issued_on) - 1 as month_number,
        'tax' as kind,
        cast(tax_amount * 1000000 as bigint) as micros
    from int_line_disposition
    where exclusion is null
        and tax_amount <> 0
),

sums as (
    select
        customer_id,
        product_id,
        currency,
        month_number,
        kind,
        sum(micros) as micros
    from lines
    group by customer_id, product_id, currency, month_number, kind
),

ticks as (
    select
        sums.*,
        sign(micros) * ((2 * abs(micros) + 100) // 200
            - case when (2 * abs(micros) + 100) % 400 = 200 then 1 else 0 end) as ticks
    from sums
),

final as (
    select
        customer_id,
        product_id,
        currency,
        month_number,
        cast(sum(case when kind = 'finance' then ticks else 0 end) as bigint) as finance_ticks,
        cast(sum(case when kind = 'fee' then ticks else 0 end) as bigint) as fee_ticks,
        cast(sum(case when kind = 'usage' then ticks else 0 end) as bigint) as usage_ticks,
        cast(sum(case when kind = 'one_off' then ticks else 0 end) as bigint) as one_off_ticks,
        cast(sum(case when kind = 'tax' then ticks else 0 end) as bigint) as tax_ticks
    from ticks
    group by customer_id, product_id, currency, month_number
)

select * from final;
