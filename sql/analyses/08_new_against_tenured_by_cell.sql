-- Question: What do new and tenured customers of the same cell pay on average?
-- Reads:    cell_counts, cell_value, params
-- Columns: cell = its values; n_new = observations of new customers; n_tenured = of tenured customers; mean_new =
--          currency units per unit and billing interval; mean_tenured = the same; gap = mean_tenured / mean_new - 1, a
--          fraction; is_comparable = both groups reach min_per_group.

with

cells as (
    select
        cell_key,
        string_agg(coalesce(value, 'unknown'), ', ' order by column_order) as cell
    from cell_value
    group by cell_key
),

groups as (
    select
        cell_key,
        coalesce(sum(n_observations) filter (loyalty_group = 'new'), 0) as n_new,
        coalesce(sum(n_observations) filter (loyalty_group = 'tenured'), 0) as n_tenured,
        sum(n_observations * paid_ticks) filter (loyalty_group = 'new')
            / nullif(sum(n_observations * quantity_micros) filter (loyalty_group = 'new'), 0) * 100 as price_new,
        sum(n_observations * paid_ticks) filter (loyalty_group = 'tenured')
            / nullif(sum(n_observations * quantity_micros) filter (loyalty_group = 'tenured'), 0) * 100 as price_tenured
    from cell_counts
    group by cell_key
),

final as (
    select
        cells.cell,
        groups.n_new,
        groups.n_tenured,
        round(price_new, 2) as mean_new,
        round(price_tenured, 2) as mean_tenured,
        round(price_tenured / nullif(price_new, 0) - 1, 4) as gap,
        n_new >= params.min_per_group and n_tenured >= params.min_per_group as is_comparable
    from groups
    inner join cells
        on groups.cell_key = cells.cell_key
    cross join params
)

select * from final
order by is_comparable desc, gap desc nulls last, cell;
