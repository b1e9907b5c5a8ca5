-- Grain:   one row per tenured customer whom the headline compares.
-- Reads:   observation, params, compared_cell (cells that the headline compares, with their billing intervals in a year,
--          written by the caller)
-- Columns: customer_id; paid, comparator = money a year, what is held against it: the offers where the headline is against
--          offers, else what the new customers of the cell pay for as much.
-- Why:     another choice may compare other people. What the configured study says of the same people tells a change of
--          people from one of method.

create or replace temp table compared_money as
with

priced as (
    select
        customer_id, observation.cell_key, loyalty_group, quantity_micros, against_offers,
        paid_ticks * per_year as paid,
        case when offered_ticks > 0 then offered_ticks * per_year end as offered
    from observation
    inner join params
        on observation.currency = params.currency
    inner join compared_cell
        on observation.cell_key = compared_cell.cell_key
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
        sum(case when against_offers then offered else quantity_micros * rate end) as comparator
    from priced
    left join new_customers
        on priced.cell_key = new_customers.cell_key
    where loyalty_group = 'tenured'
        and case when against_offers then offered else rate end is not null
    group by customer_id
)

select * from final;
