-- Grain:   one row per customer x product x currency x billing interval x month.
-- Reads:   int_line_disposition, month_offset
-- Columns: month_number = year * 12 + month - 1; n_lines; net_micros, standard_micros (before discounts), quantity_micros =
--          exact sums in 10^-6; the other columns are those of the line where n_lines = 1, and the least value otherwise.
-- Why:     a line belongs to every month whose first day it covers: a yearly policy to twelve. Nearly all rows have one
--          line, so the least value is that line's; 22_int_ledger_latest settles the rest.

create or replace table int_ledger_amount as
with

comparable as (
    select
        int_line_disposition.*,
        year(period_start) * 12 + month(period_start) - 1 + case when day(period_start) > 1 then 1 else 0 end as first_month,
        year(period_end) * 12 + month(period_end) - 1 + case when day(period_end) > 1 then 1 else 0 end as end_month
    from int_line_disposition
    where exclusion is null
),

covered as (
    select comparable.*, first_month as month_number
    from comparable
    where end_month - first_month = 1
    union all
    select comparable.*, comparable.first_month + month_offset.month_offset as month_number
    from comparable
    inner join month_offset
        on comparable.end_month - comparable.first_month = month_offset.n_months
    where comparable.end_month - comparable.first_month > 1
),

final as (
    select
        customer_id,
        product_id,
        currency,
        interval_unit,
        interval_count,
        month_number,
        count(*) as n_lines,
        sum(cast(net_amount * 1000000 as bigint)) as net_micros,
        sum(cast(coalesce(gross_amount, net_amount + coalesce(discount_amount, 0)) * 1000000 as bigint)) as standard_micros,
        sum(cast(quantity * 1000000 as bigint)) as quantity_micros,
        min(issued_on) as issued_on,
        min(coalesce(price_set_on, issued_on)) as pricing_date,
        min(tenure_start) as tenure_start,
        min(subscription_id) as subscription_id,
        min(plan_id) as plan_id,
        min(price_version_id) as price_version_id,
        min(channel) as channel,
        min(region) as region,
        min(discount_id) as discount_id,
        min(discount_audience) as discount_audience,
        min(contract_end) as contract_end,
        min(controls_key) as controls_key,
        min(lens_key) as lens_key
    from covered
    group by customer_id, product_id, currency, interval_unit, interval_count, month_number
)

select * from final;
