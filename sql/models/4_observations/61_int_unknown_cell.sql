-- Grain:   one row.
-- Reads:   cell_column, params
-- Columns: cell_key = the cell for what cannot be read: the study's currency, an interval of a month, every other key
--          unknown.
-- Why:     rejected rows whose keys are unusable still count as not compared, all in one cell.

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
