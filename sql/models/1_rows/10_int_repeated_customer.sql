-- Grain:   one row per customer with more than one readable book row.
-- Reads:   stg_book
-- Columns: customer_id; n_rows = readable rows of that customer.
-- Why:     almost every customer has one row. Finding the others once keeps the later steps (duplicates, customers with
--          several products) from reading the full book. Decision D45.

create or replace table int_repeated_customer as
with

final as (
    select
        customer_id,
        count(*) as n_rows
    from stg_book
    where reject_reason is null
    group by customer_id
    having count(*) > 1
)

select * from final;
