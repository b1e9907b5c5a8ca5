-- Grain:   one row per discount_id and currency that is a single percentage of its invoices.
-- Reads:   int_discount_line, int_comparable_line
-- Columns: discount_id; currency; n_totals = number of different invoice totals.
-- Why:     20 invoices of different totals, each lowered by the same percentage to a coin, show that the discount is a
--          percentage of the invoice, and so of each of its lines. All are compared with the invoice with the highest
--          total, whose percentage is the most precise.

create or replace table int_percent_discount as
with

discounts as (
    select discount_id, currency, customer_id, invoice_id, -sum(micros) as discounted
    from int_discount_line
    where discount_id is not null
        and invoice_id is not null
    group by discount_id, currency, customer_id, invoice_id
),

totals as (
    select discounts.discount_id, discounts.currency, discounts.customer_id, discounts.invoice_id, discounts.discounted,
        sum(line.standard_micros) as total
    from discounts
    inner join int_comparable_line as line
        on discounts.customer_id = line.customer_id
        and discounts.invoice_id = line.invoice_id
        and discounts.currency = line.currency
    group by all
),

sharpest as (
    select
        totals.*,
        first_value(total) over (id order by total desc, discounted) as most_total,
        first_value(discounted) over (id order by total desc, discounted) as most_discounted
    from totals
    window id as (partition by discount_id, currency)
),

final as (
    select
        discount_id,
        currency,
        count(distinct total) as n_totals
    from sharpest
    group by discount_id, currency
    having count(distinct total) >= 20
        and bool_and(discounted > 0 and discounted <= total)
        -- 10,000 millionths are a coin, on either invoice.
        and bool_and(abs(discounted * most_total - most_discounted * total) <= 10000 * (total + most_total))
)

select * from final;
