-- Grain:   one row per input row that its source's `when` leaves out.
-- Reads:   stg_book, stg_billing, stg_offer, stg_customer, stg_price_event, stg_cpi
-- Columns: role; currency; amount = the parsed price or net amount, major units.
-- Why:     rows left out on purpose are neither a fault of the export nor evidence: they are only counted.

create or replace view int_filtered_row as
with

final as (
    select 'book' as role, currency, price as amount from stg_book where reject_reason = 'FILTERED'
    union all
    select 'billing', currency, net_amount from stg_billing where reject_reason = 'FILTERED'
    union all
    select 'offers', null, null from stg_offer where reject_reason = 'FILTERED'
    union all
    select 'customers', null, null from stg_customer where reject_reason = 'FILTERED'
    union all
    select 'price_events', null, null from stg_price_event where reject_reason = 'FILTERED'
    union all
    select 'cpi', null, null from stg_cpi where reject_reason = 'FILTERED'
)

select * from final;
