-- Grain:   one row per role, disposition, reason and currency: what happened to every input row.
-- Reads:   int_row_disposition
-- Columns: role: Kind of input: book, billing, offers, customers, price_events, cpi
--          disposition: What happened to the rows: accepted, excluded (no comparable price), duplicate, filtered (by when) or rejected
--          reason: Why; null where accepted or filtered
--          currency: Currency of the rows; null where they state none
--          n_rows: Number of rows
--          amount: Sum of the prices or net amounts that could be read, currency units
--          n_amount: Rows in amount: those whose amount could be read
-- Why:     every input row has exactly one disposition, so rows and amounts add up to what came in. checks/ proves it.

create or replace table reconciliation as
with

final as (
    select
        role,
        disposition,
        reason,
        currency,
        cast(sum(n) as bigint) as n_rows,
        sum(amount * n) as amount,
        cast(sum(case when amount is not null then n else 0 end) as bigint) as n_amount
    from int_row_disposition
    group by role, disposition, reason, currency
)

select * from final
order by role, disposition, reason nulls first, currency nulls first;
