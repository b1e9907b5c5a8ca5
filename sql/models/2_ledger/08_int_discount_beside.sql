-- Grain:   one row per negative line that lowers something that is no price.
-- Reads:   int_line_disposition, stg_billing
-- Columns: row_id.
-- Why:     half of a set-up fee off is no discount on the subscription of the same invoice. Such a line names a fee, usage or
--          a part-period line; or it names no line, and a fee or usage of its invoice has its product, which nothing
--          recurring of the customer has.

create or replace table int_discount_beside as
with

asked as (
    select
        line.row_id, line.customer_id, line.invoice_id, nullif(line.product_id, 'unknown') as product_id,
        coalesce(said.applies_to_line_id, said.reverses_line_id) as named_line_id
    from int_line_disposition as line
    inner join stg_billing as said
        on line.row_id = said.row_id
    where line.net_amount < 0
        and line.line_kind in ('discount', 'credit', 'recurring')
),

others as (
    select
        customer_id, line_id, invoice_id, product_id,
        line_kind in ('usage', 'one_off', 'setup', 'fee', 'finance') as is_charge
    from int_line_disposition
    where line_kind in ('usage', 'one_off', 'setup', 'fee', 'finance', 'trial', 'tax')
        or exclusion in ('partial_period', 'proration') and net_amount > 0
),

by_name as (
    select asked.row_id
    from asked
    inner join others
        on asked.customer_id = others.customer_id
        and asked.named_line_id = others.line_id
),

by_product as (
    select asked.row_id
    from asked
    inner join others
        on asked.customer_id = others.customer_id
        and asked.invoice_id = others.invoice_id
        and asked.product_id = others.product_id
    where asked.named_line_id is null
        and others.is_charge
),

held as (
    select by_product.row_id
    from by_product
    inner join asked
        on by_product.row_id = asked.row_id
    inner join int_line_disposition as line
        on asked.customer_id = line.customer_id
        and asked.product_id = line.product_id
    where line.line_kind = 'recurring'
        and line.net_amount > 0
),

final as (
    select row_id
    from by_name
    union
    select row_id
    from by_product
    where row_id not in (select row_id from held)
)

select * from final;
