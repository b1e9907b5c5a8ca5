-- Grain:   one row per cell, month of pricing, amount and quantity of customers who joined then.
-- Reads:   int_grouped_span, int_ledger_span
-- Columns: cell_key; pricing_month = year * 12 + month - 1 of the pricing date; paid_ticks per
--          billing interval, quantity_micros; n_observations.
-- Why:     where a firm keeps no offers, what its new customers paid on joining shows what was offered. A customer
--          joins in the first ledger month of a thing held as a new customer.

create or replace table int_acquisition as
with

first_months as (
    select
        holding_id,
        min(first_month) as first_month
    from int_ledger_span
    group by holding_id
),

final as (
    select
        int_grouped_span.cell_key,
        year(int_grouped_span.pricing_date) * 12 + month(int_grouped_span.pricing_date) - 1 as pricing_month,
        int_grouped_span.paid_ticks,
        int_grouped_span.quantity_micros,
        count(*) as n_observations
    from int_grouped_span
    inner join first_months
        using (holding_id, first_month)
    where int_grouped_span.role = 'billing'
        and int_grouped_span.loyalty_group = 'new'
    group by all
)

select * from final;
