-- Healthy: no rows.
-- Reads:   cell_value, cell_column
-- Guards:  no control value contains the separator of the keys, so that a key is taken apart as it was put together.

select
    cells.cell_key,
    len(string_split(cells.cell_key, chr(31))) as n_parts,
    columns.n_columns
from (select distinct cell_key from cell_value) as cells
cross join (select count(*) as n_columns from cell_column) as columns
where len(string_split(cells.cell_key, chr(31))) <> columns.n_columns
order by cells.cell_key;
