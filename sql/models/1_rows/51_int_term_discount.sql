-- Grain:   one row per discount of a whole term and line that bills the term, of customers with credits.
-- Reads:   int_billing_line, int_credit
-- Columns: row_id = the discount; term_row_id; net_amount, below zero.
-- Why:     a credit for the rest of a term is often of what the term costs after discounts. Such a discount has the period
--          of the term, and names no other plan or subscription.

create or replace table int_term_discount as
with

lines as (
    select *
    from int_billing_line
    where customer_id in (select customer_id from int_credit)
        and invoice_status = 'final'
        and livemode
),

final as (
    select discount.row_id, term.row_id as term_row_id, discount.net_amount
    from lines as discount
    inner join lines as term
        on discount.customer_id = term.customer_id
        and discount.currency = term.currency
        and discount.period_start = term.period_start
        and discount.period_end = term.period_end
        and coalesce(discount.subscription_id = term.subscription_id, true)
        and coalesce(discount.plan_id = term.plan_id, true)
    where discount.line_kind = 'discount'
        and discount.net_amount < 0
        and term.line_kind = 'recurring'
        and term.net_amount > 0
)

select * from final;
