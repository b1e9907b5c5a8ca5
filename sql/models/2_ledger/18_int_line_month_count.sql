-- Grain:   one row.
-- Reads:   int_comparable_line
-- Columns: n_line_months = months that comparable lines cover.
-- Why:     checks/ledger_conserves_rows.sql proves that all of them are in the ledger; it can be run again on the
--          published file, which does not hold single lines.

create or replace table int_line_month_count as
with

final as (
    select cast(coalesce(sum(n_months), 0) as bigint) as n_line_months
    from int_comparable_line
)

select * from final;
