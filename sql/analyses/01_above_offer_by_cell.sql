-- Question: In which cells do tenured customers pay most above the offer to a new customer?
-- Reads:    price_ledger, cell_value, params
-- Columns: cell = its values; n_customers = tenured, as-of month, with an offer; n_above = of those, above the offer;
--          gap = paid / offered - 1, a fraction; net_a_year = paid less offered, currency units a year, net of
--          customers below the offer.

with

cells as (
    select
        cell_key,
        string_agg(coalesce(value, 'unknown'), ', ' order by column_order) as cell
    from cell_value
    group by cell_key
),

compared as (
    select
        price_ledger.cell_key,
        price_ledger.customer_id,
        price_ledger.paid_ticks,
        price_ledger.offered_ticks,
        case
            when price_ledger.interval_unit = 'month' then 12 / price_ledger.interval_count
            when price_ledger.interval_unit = 'week' then 365 / 7 / price_ledger.interval_count
            when price_ledger.interval_unit = 'day' then 365 / price_ledger.interval_count
            else 1 / price_ledger.interval_count
        end as per_year
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        -- A book states one month and sets no as-of month.
        and (price_ledger.role = 'book' or price_ledger.month_number = params.as_of_number)
    where price_ledger.loyalty_group = 'tenured'
        and price_ledger.offered_ticks > 0
),

final as (
    select
        cells.cell,
        count(distinct compared.customer_id) as n_customers,
        count(distinct compared.customer_id) filter (compared.paid_ticks > compared.offered_ticks) as n_above,
        round(sum(compared.paid_ticks) / nullif(sum(compared.offered_ticks), 0) - 1, 4) as gap,
        round(sum((compared.paid_ticks - compared.offered_ticks) * compared.per_year) / 10000, 2) as net_a_year
    from compared
    inner join cells
        on compared.cell_key = cells.cell_key
    group by cells.cell
)

select * from final
order by gap desc, cell;
