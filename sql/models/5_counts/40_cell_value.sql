-- Grain:   one row per cell and column that defines it.
-- Reads:   cell_coverage, cell_column
-- Columns: cell_key: as in price_ledger
--          column_order: Position of the column in the cell key, from 1
--          column_name: Name of the column
--          value: Value; null where unknown
-- Why:     the key is the values joined by the unit separator (character 31), with the record separator (character 30)
--          for an unknown value; this is the only place that splits it.

create or replace table cell_value as
with

cells as (
    select distinct cell_key
    from cell_coverage
),

final as (
    select
        cells.cell_key,
        cell_column.column_order,
        cell_column.column_name,
        nullif(split_part(cells.cell_key, chr(31), cast(cell_column.column_order as integer)), chr(30)) as value
    from cells
    cross join cell_column
)

select * from final
order by cell_key, column_order;
