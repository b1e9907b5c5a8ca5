-- Grain:   one row per thing held (customer x product x subscription x plan x currency x billing interval) and span of
--          months that one understood price stands for.
-- Reads:   int_comparable_line, int_odd_line, int_month_bill, month_offset
-- Columns: the key; first_month, n_months = the span; n_lines; net_micros, standard_micros (before discounts),
--          quantity_micros in 10^-6 per billing interval; dates and controls of the latest line.
-- Why:     a line that is alone in its months, as nearly every line is, makes one span as it stands. A line that shares
--          any of its months with others is split: there the lines of the month count together, elsewhere it makes one
--          span a month.
-- Options: line by line, not kept

create or replace view int_span_amount as
with

odd as (
    select distinct row_id
    from int_odd_line
),

lines as (
    select
        line.* exclude (first_month, n_months),
        line.first_month + coalesce(month_offset.month_offset, 0) as first_month,
        case when odd.row_id is null then line.n_months else 1 end as n_months
    from int_comparable_line as line
    left join odd
        on line.row_id = odd.row_id
    left join month_offset
        on case when odd.row_id is not null then line.n_months end = month_offset.n_months
    left join int_odd_line
        on odd.row_id = int_odd_line.row_id
        and line.first_month + month_offset.month_offset = int_odd_line.month_number
    where int_odd_line.row_id is null
),

final as (
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, first_month, n_months,
        1 as n_lines, net_micros, standard_micros, quantity_micros,
        issued_on, period_start as cycle_start, price_set_on, tenure_start, price_version_id, channel, region, discount_id,
        discount_audience, contract_end, controls_key, lens_key
    from lines
    union all
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number, 1, n_lines,
        net_micros, standard_micros, quantity_micros, issued_on, period_start, price_set_on, tenure_start,
        price_version_id, channel, region, discount_id, discount_audience, contract_end, controls_key, lens_key
    from int_month_bill
    where reason is null
)

select * from final;
