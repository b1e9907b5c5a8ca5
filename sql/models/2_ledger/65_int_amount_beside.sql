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
        case when exclusion = 'setup' then 'fee' when exclusion is null then 'tax' else exclusion end as kind,
        cast(case when exclusion is null then tax_amount else net_amount end * 1000000 as bigint) as micros
    from int_line_disposition
    where exclusion in ('finance', 'usage', 'one_off', 'tax', 'fee', 'setup')
        or (exclusion is null and tax_amount <> 0)
),

sums as (
    select
        customer_id,
        product_id,
        currency,
        month_number,
        sum(case when kind = 'finance' then micros else 0 end) as finance,
        sum(case when kind = 'fee' then micros else 0 end) as fee,
        sum(case when kind = 'usage' then micros else 0 end) as usage,
        sum(case when kind = 'one_off' then micros else 0 end) as one_off,
        sum(case when kind = 'tax' then micros else 0 end) as tax
    from lines
    group by customer_id, product_id, currency, month_number
),

final as (
    select
        customer_id,
        product_id,
        currency,
        month_number,
        cast(case when finance = 0 then 0 when finance % 100 = 0 then finance // 100 else sign(finance) * ((2 * abs(finance) + 100) // 200
            - case when (2 * abs(finance) + 100) % 400 = 200 then 1 else 0 end) end as bigint) as finance_ticks,
        cast(case when fee = 0 then 0 when fee % 100 = 0 then fee // 100 else sign(fee) * ((2 * abs(fee) + 100) // 200
            - case when (2 * abs(fee) + 100) % 400 = 200 then 1 else 0 end) end as bigint) as fee_ticks,
        cast(case when usage = 0 then 0 when usage % 100 = 0 then usage // 100 else sign(usage) * ((2 * abs(usage) + 100) // 200
            - case when (2 * abs(usage) + 100) % 400 = 200 then 1 else 0 end) end as bigint) as usage_ticks,
        cast(case when one_off = 0 then 0 when one_off % 100 = 0 then one_off // 100 else sign(one_off) * ((2 * abs(one_off) + 100) // 200
            - case when (2 * abs(one_off) + 100) % 400 = 200 then 1 else 0 end) end as bigint) as one_off_ticks,
        cast(case when tax = 0 then 0 when tax % 100 = 0 then tax // 100 else sign(tax) * ((2 * abs(tax) + 100) // 200
            - case when (2 * abs(tax) + 100) % 400 = 200 then 1 else 0 end) end as bigint) as tax_ticks
    from sums
)

select * from final;
