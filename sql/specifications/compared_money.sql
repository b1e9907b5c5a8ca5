-- Grain:   one row per tenured customer whom the headline compares.
-- Reads:   observation, cell_value, params, compared_cell (cells that the headline compares, written by the caller)
-- Columns: customer_id; paid, comparator = money a year, what is held against it: the offers where the headline is against
--          offers, else what the new customers of the cell pay for as much.
-- Why:     another choice may compare other people. What the configured study says of the same people tells a change of
--          people from one of method.

create or replace temp table compared_money as
with

intervals as (
    select
        cell_key,
        max(case when column_name = 'interval_unit' then value end) as interval_unit,
        max(case when column_name = 'interval_count' then value end) as interval_count
    from cell_value
    group by cell_key
),

priced as (
    select
        customer_id, observation.cell_key, loyalty_group, quantity_micros,
        paid_ticks * per_year as paid,
        case when offered_ticks > 0 then offered_ticks * per_year end as offered
    from observation
    inner join params
        on observation.currency = params.currency
    inner join (
        select
            cell_key,
            case interval_unit when 'day' then 365.0 when 'week' then 365.0 / 7 when 'year' then 1.0 else 12.0 end
                / greatest(coalesce(try_cast(interval_count as integer), 1), 1) as per_year
        from intervals
    ) as rates
        on observation.cell_key = rates.cell_key
    where paid_ticks is not null
),

new_customers as (
    select cell_key, sum(paid) / sum(quantity_micros) as rate
    from priced
    where loyalty_group = 'new'
    group by cell_key
),

final as (
    select
        customer_id,
        sum(paid) as paid,
        sum(case when compared_cell.against_offers then offered else quantity_micros * rate end) as comparator
    from priced
    inner join compared_cell
        on priced.cell_key = compared_cell.cell_key
    left join new_customers
        on priced.cell_key = new_customers.cell_key
    where loyalty_group = 'tenured'
        and case when compared_cell.against_offers then offered else rate end is not null
    group by customer_id
)

select * from final;
