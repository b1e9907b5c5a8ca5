-- Grain:   one row per party of either run, role and billing interval.
-- Reads:   price_ledger and params of the attached databases before and after
-- Columns: price_before, price_after, offer_before, offer_after = what the party pays and is offered, ticks of 10^-4 major
--          units per month where the role is billing, per interval where it is book; each run by its own definition.
-- Why:     a party that is in both runs is one draw, not two: the test of the change pairs it with itself.

with

rows_of_both as (
    select
        price_ledger.party_id, price_ledger.role, price_ledger.interval_unit, price_ledger.interval_count,
        price_ledger.price_ticks as price_before, 0 as price_after, price_ledger.offer_ticks as offer_before, 0 as offer_after
    from before.price_ledger as price_ledger
    cross join before.params as params
    where price_ledger.month_number is not distinct from coalesce(params.as_of_number, price_ledger.month_number)
        and price_ledger.currency = params.currency
        and price_ledger.loyalty_group = 'tenured'
        and price_ledger.offer_ticks > 0
    union all
    select
        price_ledger.party_id, price_ledger.role, price_ledger.interval_unit, price_ledger.interval_count,
        0, price_ledger.price_ticks, 0, price_ledger.offer_ticks
    from after.price_ledger as price_ledger
    cross join after.params as params
    where price_ledger.month_number is not distinct from coalesce(params.as_of_number, price_ledger.month_number)
        and price_ledger.currency = params.currency
        and price_ledger.loyalty_group = 'tenured'
        and price_ledger.offer_ticks > 0
),

final as (
    select
        party_id, role, interval_unit, interval_count,
        cast(sum(price_before) as bigint) as price_before,
        cast(sum(price_after) as bigint) as price_after,
        cast(sum(offer_before) as bigint) as offer_before,
        cast(sum(offer_after) as bigint) as offer_after
    from rows_of_both
    where price_before is not null and price_after is not null
    group by party_id, role, interval_unit, interval_count
)

select * from final
order by party_id, role, interval_unit, interval_count;
