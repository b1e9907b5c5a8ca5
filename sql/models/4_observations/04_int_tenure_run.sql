-- Grain:   one row per pair of loyalty group and tenure band.
-- Reads:   tenure_class
-- Columns: loyalty_group, band_order; from_months, to_months = first and last completed month of tenure that they hold for.
-- Why:     groups and bands are runs of months, so a term of several years is split in a few places and not in each
--          month. Decision D56.

create or replace table int_tenure_run as
with

final as (
    select
        loyalty_group,
        band_order,
        min(tenure_months) as from_months,
        max(tenure_months) as to_months
    from tenure_class
    group by loyalty_group, band_order
)

select * from final;
