-- Grain:   one row per party (person) with more than one readable book row under a stated party_id.
-- Reads:   stg_book
-- Columns: party_id; n_rows.
-- Why:     prices of one person's accounts are set together, so clustering needs to know them. A book without party_id
--          has no rows here: its customers are its parties.

create or replace table int_shared_party as
with

final as (
    select
        party_id,
        count(*) as n_rows
    from stg_book
    where reject_reason is null
        and party_id is not null
    group by party_id
    having count(*) > 1
)

select * from final;
