-- Grain:   one row per ledger row of the as-of month that has a comparable row twelve months earlier.
-- Reads:   int_grouped_ledger, int_ledger, params
-- Columns: those of int_grouped_ledger; before_date, before_ticks, before_offer_ticks = pricing date, standard price and standard
--          offer twelve months earlier.
-- Why:     same plan and quantity, and the same discount in every month between: what is left is a change of price.

create or replace table int_price_pair as
with

later as (
    select int_grouped_ledger.*
    from int_grouped_ledger
    where role = 'billing'
        and month_number = (select as_of_number from params)
),

between_rows as (
    select
        later.customer_id, later.product_id, later.currency, later.interval_unit, later.interval_count,
        count(distinct coalesce(earlier.discount_id, chr(30))) as n_discounts
    from later
    inner join int_ledger as earlier
        using (customer_id, product_id, currency, interval_unit, interval_count)
    where earlier.month_number between later.month_number - 12 and later.month_number
    group by all
),

final as (
    select
        later.*,
        before.pricing_date as before_date,
        before.standard_ticks as before_ticks,
        before.standard_offer_ticks as before_offer_ticks
    from later
    inner join int_grouped_ledger as before
        using (role, customer_id, product_id, currency, interval_unit, interval_count)
    inner join between_rows
        using (customer_id, product_id, currency, interval_unit, interval_count)
    where before.month_number = (select as_of_number - 12 from params)
        and before.plan_id is not distinct from later.plan_id
        and before.quantity = later.quantity
        and between_rows.n_discounts = 1
)

select * from final;
