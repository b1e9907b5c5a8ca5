-- Grain:   one row per final, live line that lowers a price.
-- Reads:   int_line_disposition, int_discount_beside, int_removed_unit, stg_billing
-- Columns: row_id; what the line states: customer, product (null where it states none), plan, subscription, currency,
--          invoice, named_line_id = the line that it applies to; dates and interval; cut_on = the day on which its term
--          was ended; micros = its amount in 10^-6, below zero; discount_id, discount_audience, discount_percent.
-- Why:     a discount comes as a line of its own kind, as a negative recurring line that takes nothing back, or as a
--          credit of one amount and product in three of four successive months. Any other credit stays beside the
--          price, and so does a discount on what is no price.

create or replace table int_discount_line as
with

lines as (
    select
        line.row_id, line.customer_id, line.currency, line.exclusion, line.issued_on, line.net_amount, line.product_id,
        case when line.covered_until < line.period_end then line.covered_until end as cut_on,
        year(coalesce(line.period_start, line.issued_on)) * 12 + month(coalesce(line.period_start, line.issued_on)) as starts_in
    from int_line_disposition as line
    where line.exclusion = 'discount' and line.net_amount <> 0
        or line.exclusion = 'credit' and line.net_amount < 0
        or line.line_kind = 'recurring'
        and not line.is_proration
        and line.net_amount < 0
        and line.exclusion in ('no_period', 'partial_period', 'negative_quantity', 'negative_amount', 'interval_unclear')
),

credit_months as (
    select distinct customer_id, product_id, currency, net_amount, starts_in
    from lines
    where exclusion = 'credit'
),

neighbours as (
    select
        credit_months.*,
        lag(starts_in, 2) over (amount) as second_before,
        lag(starts_in, 1) over (amount) as before,
        lead(starts_in, 1) over (amount) as after,
        lead(starts_in, 2) over (amount) as second_after
    from credit_months
    window amount as (partition by customer_id, product_id, currency, net_amount order by starts_in)
),

recurring_credits as (
    select customer_id, product_id, currency, net_amount, starts_in
    from neighbours
    where starts_in - second_before <= 3
        or after - before <= 3
        or second_after - starts_in <= 3
),

final as (
    select
        lines.row_id, lines.customer_id, nullif(lines.product_id, 'unknown') as product_id, said.plan_id,
        said.subscription_id, lines.currency, said.invoice_id,
        coalesce(said.applies_to_line_id, said.reverses_line_id) as named_line_id, lines.issued_on, lines.cut_on, said.period_start,
        said.period_end, said.interval_unit, said.interval_count,
        cast(lines.net_amount * 1000000 as bigint) as micros, said.discount_id, said.discount_audience, said.discount_percent
    from lines
    inner join stg_billing as said
        on lines.row_id = said.row_id
    left join recurring_credits as recurring
        on lines.customer_id = recurring.customer_id
        and lines.product_id = recurring.product_id
        and lines.currency = recurring.currency
        and lines.net_amount = recurring.net_amount
        and lines.starts_in = recurring.starts_in
    where (lines.exclusion <> 'credit' or recurring.customer_id is not null)
        and lines.row_id not in (select row_id from int_discount_beside)
        and lines.row_id not in (select row_id from int_removed_unit)
)

select * from final;
