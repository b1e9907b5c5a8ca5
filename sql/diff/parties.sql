-- Grain:   one row per party of either run, role and billing interval.
-- Reads:   compared (compared.sql runs before)
-- Columns: price_before, price_after, offer_before, offer_after = what the party pays and is offered, ticks of 10^-4 major
--          units per month where the role is billing, per interval where it is book; each run by its own definition.
-- Why:     a party that is in both runs is one draw, not two: the test of the change pairs it with itself.

with

final as (
    select
        party_id, role, interval_unit, interval_count,
        cast(coalesce(sum(price_ticks) filter (where run = 'before'), 0) as bigint) as price_before,
        cast(coalesce(sum(price_ticks) filter (where run = 'after'), 0) as bigint) as price_after,
        cast(coalesce(sum(offer_ticks) filter (where run = 'before'), 0) as bigint) as offer_before,
        cast(coalesce(sum(offer_ticks) filter (where run = 'after'), 0) as bigint) as offer_after
    from compared
    where offer_ticks is not null
    group by party_id, role, interval_unit, interval_count
)

select * from final
order by party_id, role, interval_unit, interval_count;
