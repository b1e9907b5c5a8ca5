-- Grain:   one row per line that is not a full price by itself, but part of one.
-- Reads:   int_continued_line, int_discount_candidate
-- Columns: row_id.
-- Why:     a line that is part of a price is accepted, and not listed again among those that make none.

create or replace table int_used_line as
with

final as (
    select row_id
    from int_continued_line
    union
    select row_id
    from int_discount_candidate
)

select * from final;
