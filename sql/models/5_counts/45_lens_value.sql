-- Grain:   one row per lens combination and lens.
-- Reads:   cell_coverage, lens_column
-- Columns: lens_key: as in price_ledger
--          lens_order: Position of the lens in the lens key, from 1
--          lens: Name of the lens
--          value: as in cell_value
-- Why:     findings are repeated within each value of each lens; a customer has one value per lens.

create or replace table lens_value as
with

combinations as (
    select distinct lens_key
    from cell_coverage
),

final as (
    select
        combinations.lens_key,
        lens_column.lens_order,
        lens_column.lens,
        nullif(split_part(combinations.lens_key, chr(31), cast(lens_column.lens_order as integer)), chr(30)) as value
    from combinations
    cross join lens_column
)

select * from final
order by lens_key, lens_order;
