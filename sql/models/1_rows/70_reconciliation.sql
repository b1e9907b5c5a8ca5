-- Grain:   one row per input role, disposition, reason and currency.
-- Reads:   int_row_disposition
-- Columns: role; disposition in rejected, duplicate, excluded, accepted; reason (null where accepted); currency (null
--          where the row states none); n_rows; amount = sum of the parsed price or net amount, major units; n_amount =
--          rows summed.
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
