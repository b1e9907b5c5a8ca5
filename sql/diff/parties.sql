-- Grain:   one row per party of either run and billing interval.
-- Reads:   compared (compared.sql runs before)
-- Columns: price_before, price_after, offer_before, offer_after = what the party pays and is offered per billing interval,
--          ticks of 10^-4 major units; each run by its own definition.
-- Why:     a party that is in both runs is one draw, not two: the test of the change pairs it with itself.

with

final as (
    select
        party_id, interval_unit, interval_count,
        cast(coalesce(sum(paid_ticks) filter (where run = 'before'), 0) as bigint) as price_before,
        cast(coalesce(sum(paid_ticks) filter (where run = 'after'), 0) as bigint) as price_after,
        cast(coalesce(sum(offered_ticks) filter (where run = 'before'), 0) as bigint) as offer_before,
        cast(coalesce(sum(offered_ticks) filter (where run = 'after'), 0) as bigint) as offer_after
    from compared
    where offered_ticks is not null
    group by party_id, interval_unit, interval_count
)

select * from final
order by party_id, interval_unit, interval_count;
