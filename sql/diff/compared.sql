-- Grain:   one row per run and observation that is compared with an offer, at each run's as-of month.
-- Reads:   price_ledger and params of the attached databases before and after
-- Columns: run = before or after; paid_ticks = price x quantity per billing interval; offered_ticks = what a new customer would
--          pay by the run's own definition, alike_ticks = by that of the first run (who is tenured, how the offer is read),
--          each null where that definition leaves the observation out.
-- Why:     two runs may differ in definition. The first run's definition, applied to both, says what moved in the world; the
--          rest is what the other definition does. A table, because the parts of the change and the parties both read it.

create or replace temp table compared as
with

definition as (
    select tenured_from_months, comparator_basis
    from before.params
),

stated as (
    select 'before' as run, price_ledger.*, params.tenured_from_months
    from before.price_ledger as price_ledger
    cross join before.params as params
    where price_ledger.month_number is not distinct from coalesce(params.as_of_number, price_ledger.month_number)
        and price_ledger.currency = params.currency
        and price_ledger.paid_ticks is not null
    union all by name
    select 'after' as run, price_ledger.*, params.tenured_from_months
    from after.price_ledger as price_ledger
    cross join after.params as params
    where price_ledger.month_number is not distinct from coalesce(params.as_of_number, price_ledger.month_number)
        and price_ledger.currency = params.currency
        and price_ledger.paid_ticks is not null
),

read_alike as (
    select
        stated.*,
        definition.tenured_from_months as first_tenured_from,
        case
            when run = 'before' or role = 'book' then offered_ticks
            when definition.comparator_basis = 'headline' then offered_headline_ticks
            when definition.comparator_basis = 'standard' then offered_standard_ticks
            else offered_effective_ticks
        end as first_offered_ticks
    from stated
    cross join definition
),

final as (
    select
        run, customer_id, party_id, product_id, subscription_id, plan_id, interval_unit, interval_count, cell_key, quantity,
        paid_ticks,
        case when tenure_months >= tenured_from_months and offered_ticks > 0 then offered_ticks end as offered_ticks,
        case when tenure_months >= first_tenured_from and first_offered_ticks > 0 then first_offered_ticks end as alike_ticks
    from read_alike
)

select *
from final
where offered_ticks is not null or alike_ticks is not null;
