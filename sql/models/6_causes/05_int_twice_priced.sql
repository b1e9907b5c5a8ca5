-- Grain:   one row per thing held of which two spans start in the same month.
-- Reads:   int_ledger_span
-- Columns: holding_id
-- Why:     bills of damaged dates may price a month of one thing twice. Which price came after which is then not known: no
--          change of such a thing is told.

create or replace table int_twice_priced as
with

final as (
    select distinct holding_id
    from (
        select holding_id, first_month
        from int_ledger_span
        group by holding_id, first_month
        having count(*) > 1
    )
)

select * from final;
