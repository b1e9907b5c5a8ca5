-- Grain:   one row per line_id that several readable billing lines carry.
-- Reads:   stg_billing
-- Columns: line_id; n_rows = readable lines with it.
-- Why:     re-exports repeat lines and correct them. Finding the repeated ids once spares all other lines, nearly all
--          of them, the ranking of versions. Lines without an id are never taken for copies.
-- Options: line by line

create or replace table int_repeated_line as
with

final as (
    select
        line_id,
        count(*) as n_rows
    from stg_billing
    where reject_reason is null
        and line_id is not null
    group by line_id
    having count(*) > 1
)

select * from final;
