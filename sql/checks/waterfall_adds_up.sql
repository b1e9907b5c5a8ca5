-- Healthy: no rows.
-- Reads:   gap_waterfall, revenue_bridge
-- Guards:  what was paid above the offers at first and every step add up to what is paid above them at the end, in quarter
--          ticks for each billing interval; the bridge from the ledger adds up to what was billed.

with

added as (
    select
        interval_unit, interval_count,
        sum(case when step = 'end' then 0 else quarter_ticks end) as steps,
        sum(case when step = 'end' then quarter_ticks else 0 end) as ends
    from gap_waterfall
    group by interval_unit, interval_count
),

bridged as (
    select
        coalesce(sum(case when step <> 'billed' then amount end), 0) as steps,
        coalesce(sum(case when step = 'billed' then amount end), 0) as billed
    from revenue_bridge
)

select interval_unit, interval_count, steps, ends
from added
where steps <> ends
union all
select 'bridge', 0, cast(steps * 10000 as hugeint), cast(billed * 10000 as hugeint)
from bridged
where steps <> billed
order by interval_unit, interval_count;
