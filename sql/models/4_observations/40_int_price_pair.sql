-- Grain:   one row per ledger row of the as-of month that has a comparable row twelve months earlier.
-- Reads:   int_grouped_span, int_ledger_span, params
-- Columns: the ledger key, subscription_id; pricing_date, standard_ticks, standard_offer_ticks; before_date, before_ticks,
--          before_offer_ticks = pricing date, standard price and standard offer twelve months earlier.
-- Why:     with the same plan and quantity, and the same discount in every month between, what is left is a change of
--          price.

create or replace table int_price_pair as
with

later as (
    select
        holding_id, interval_unit, interval_count, subscription_id, quantity, pricing_date, standard_ticks, standard_offer_ticks
    from int_grouped_span
    where role = 'billing'
        and covers_as_of
),

before as (
    select
        holding_id, quantity, pricing_date as before_date, standard_ticks as before_ticks, standard_offer_ticks as before_offer_ticks
    from int_grouped_span
    where role = 'billing'
        and covers_year_before
),

between_rows as (
    select
        later.holding_id,
        count(distinct coalesce(span.discount_id, chr(30))) as n_discounts
    from later
    inner join int_ledger_span as span
        using (holding_id)
    where span.first_month <= (select as_of_number from params)
        and span.first_month + span.n_months > (select as_of_number - 12 from params)
    group by all
),

final as (
    select
        later.* exclude (quantity),
        before.before_date,
        before.before_ticks,
        before.before_offer_ticks
    from later
    inner join before
        using (holding_id)
    inner join between_rows
        using (holding_id)
    where before.quantity = later.quantity
        and between_rows.n_discounts = 1
)

select * from final;
