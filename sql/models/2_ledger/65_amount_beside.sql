-- Grain:   one row per customer x product x currency and month of issue: what is billed beside the price.
-- Reads:   int_line_disposition, int_used_line
-- Columns: customer_id, product_id, currency: as in price_ledger
--          month: Month in which the lines were issued, as its first day
--          month_number: The same, as year * 12 + month - 1
--          finance_amount: Finance charges, currency units before tax; credits among them count negative, as in all
--            amounts
--          fee_amount: Fees and set-up, currency units before tax
--          usage_amount: Usage, currency units before tax
--          one_off_amount: One-off charges, currency units before tax
--          credit_amount: Credits and refunds that reverse no line and are not discounts, currency units before tax
--          summary_amount: Summary lines, which repeat or stand for others, currency units before tax
--          tax_amount: Tax, billed as lines of its own or stated on lines that are part of a price or beside one,
--            currency units
-- Why:     what a customer pays beside the price is shown beside it and never inside it: finance charges and usage are
--          not a loyalty penalty. It has its own grain, over all months: a customer may hold several things of a
--          product, or none. checks/amounts_beside_add_up.sql proves that nothing is lost.
-- Options: line by line

create or replace table amount_beside as
with

lines as (
    select
        customer_id,
        product_id,
        currency,
        year(issued_on) * 12 + month(issued_on) - 1 as month_number,
        case
            when exclusion is null or used.row_id is not null then 'price'
            when exclusion = 'setup' then 'fee'
            when exclusion = 'refund' then 'credit'
            else exclusion
        end as kind,
        net_amount,
        tax_amount
    from int_line_disposition as line
    left join int_used_line as used
        on line.row_id = used.row_id
    where used.row_id is null
        and exclusion in ('finance', 'usage', 'one_off', 'tax', 'fee', 'setup', 'credit', 'refund', 'summary')
        or (exclusion is null or used.row_id is not null) and tax_amount <> 0
),

final as (
    select
        customer_id,
        product_id,
        currency,
        make_date(month_number // 12, month_number % 12 + 1, 1) as month,
        month_number,
        cast(sum(case when kind = 'finance' then net_amount else 0 end) as decimal(18, 6)) as finance_amount,
        cast(sum(case when kind = 'fee' then net_amount else 0 end) as decimal(18, 6)) as fee_amount,
        cast(sum(case when kind = 'usage' then net_amount else 0 end) as decimal(18, 6)) as usage_amount,
        cast(sum(case when kind = 'one_off' then net_amount else 0 end) as decimal(18, 6)) as one_off_amount,
        cast(sum(case when kind = 'credit' then net_amount else 0 end) as decimal(18, 6)) as credit_amount,
        cast(sum(case when kind = 'summary' then net_amount else 0 end) as decimal(18, 6)) as summary_amount,
        cast(sum(case when kind = 'tax' then net_amount else 0 end + coalesce(tax_amount, 0)) as decimal(18, 6)) as tax_amount
    from lines
    group by customer_id, product_id, currency, month_number
)

select * from final;
