-- Grain:   one row per distinct offer, keys, dates and prices that another row contradicts.
-- Reads:   int_offer_row
-- Columns: the keys, dates and prices; n_versions = 2, meaning several.
-- Why:     the list of rejected rows uses these values to find the rows that contradict each other. Decision D46.

create or replace view int_offer_repeat as
with

final as (
    select distinct
        offer_id, origin, audience, customer_id, product_id, plan_id, currency, region, channel, interval_unit,
        interval_count, qty_from, qty_to, valid_from, valid_to, list_unit_price, intro_unit_price, intro_cycles, setup_fee,
        incentive_value,
        2 as n_versions
    from int_offer_row
    where is_contradicted
)

select * from final;
