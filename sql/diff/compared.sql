-- Grain:   one row per run, customer, product and billing interval that is compared with an offer, at each run's as-of month.
-- Reads:   price_ledger and params of the attached databases before and after
-- Columns: run = before or after; offer_ticks = the offer by the run's own definition, alike_ticks = by that of the first run
--          (who is tenured, how the offer is read), each null where that definition leaves the observation out.
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
        and price_ledger.price_ticks is not null
    union all by name
    select 'after' as run, price_ledger.*, params.tenured_from_months
    from after.price_ledger as price_ledger
    cross join after.params as params
    where price_ledger.month_number is not distinct from coalesce(params.as_of_number, price_ledger.month_number)
        and price_ledger.currency = params.currency
        and price_ledger.price_ticks is not null
),

read_alike as (
    select
        stated.*,
        definition.tenured_from_months as first_tenured_from,
        case
            when run = 'before' or role = 'book' then offer_ticks
            when definition.comparator_basis = 'headline' then headline_ticks
            when definition.comparator_basis = 'standard' then standard_offer_ticks
            else effective_ticks
        end as first_offer_ticks
    from stated
    cross join definition
),

final as (
    select
        run, role, customer_id, party_id, product_id, interval_unit, interval_count, plan_id, cell_key, quantity, price_ticks,
        case when tenure_months >= tenured_from_months and offer_ticks > 0 then offer_ticks end as offer_ticks,
        case when tenure_months >= first_tenured_from and first_offer_ticks > 0 then first_offer_ticks end as alike_ticks
    from read_alike
)

select *
from final
where offer_ticks is not null or alike_ticks is not null;
