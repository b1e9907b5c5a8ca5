-- Grain:   one row.
-- Reads:   cell_column, params
-- Columns: cell_key = the cell of what cannot be read: the study's currency, a month, every other key unknown.
-- Why:     a rejected row whose keys are unusable still counts as not compared, in one cell.

create or replace table int_unknown_cell as
with

final as (
    select string_agg(
        case column_name when 'currency' then params.currency when 'interval_unit' then 'month' when 'interval_count' then '1'
            else chr(30) end, chr(31) order by column_order
    ) as cell_key
    from cell_column
    cross join params
)

select * from final;
