-- Grain:   one row per decision to raise a price.
-- Reads:   int_rise_member, int_rise_day, int_ledger_span, int_step_left, int_price_side, params
-- Columns: window_id; n_others; reached, next_reached = the largest rise, as a share of the standard price, that 95 %
--          of the others reached, as seen by one of them whose own rise is smaller, and larger; reached_from_outside =
--          as seen by a customer who is not one of them; null where there are no others.
-- Why:     the others are customers of the same key or, where those are too few, of the same product and interval. The
--          number of the latter is that of the periods that start in the window, as those who were not raised have no
--          row. Nor are they in the lists of shares: theirs is 0.

create or replace table int_rise_reach as
with

own as (
    select window_id, count(*) as n, list(share order by share desc) filter (where share > 0) as shares
    from int_rise_member
    where is_other
    group by window_id
),

few as (
    select distinct day.window_id, day.starts_on, day.ends_on, side.product_id, side.currency, side.interval_unit, side.interval_count
    from int_rise_day as day
    cross join params
    left join own
        using (window_id)
    inner join int_step_left as step
        using (window_key, new_day)
    inner join int_price_side as side
        on step.holding_id = side.holding_id
        and step.new_day = side.cycle_start
    where coalesce(own.n, 0) <= params.min_per_group
),

starts as (
    select product_id, currency, interval_unit, interval_count, cycle_start, count(*) as n
    from int_ledger_span
    where cycle_start >= (select min(starts_on) from few)
        and (tenure_start <= cycle_start - to_months(12) or is_censored)
    group by all
),

numbers as (
    select few.window_id, sum(starts.n) as n
    from few
    inner join starts
        using (product_id, currency, interval_unit, interval_count)
    where starts.cycle_start >= few.starts_on
        and starts.cycle_start < few.ends_on
    group by few.window_id
),

raised as (
    select few.window_id, list((step.left_standard + step.coin_ticks) / cast(step.old_standard as double)
        order by (step.left_standard + step.coin_ticks) / cast(step.old_standard as double) desc) as shares
    from few
    inner join int_price_side as side
        using (product_id, currency, interval_unit, interval_count)
    inner join int_step_left as step
        on side.holding_id = step.holding_id
        and side.cycle_start = step.new_day
    where step.new_day >= few.starts_on
        and step.new_day < few.ends_on
        and step.left_standard > 0
        and (side.tenure_start <= side.cycle_start - to_months(12) or side.is_censored)
    group by few.window_id
),

either as (
    select window_id, cast(n as bigint) as n, shares from own where window_id not in (select window_id from few)
    union all
    select numbers.window_id, cast(numbers.n as bigint), coalesce(raised.shares, []) from numbers left join raised using (window_id)
),

final as (
    select
        window_id,
        n as n_others,
        case when n > 1 then coalesce(shares[(95 * (n - 1) + 99) // 100], 0) end as reached,
        case when n > 1 then coalesce(shares[(95 * (n - 1) + 99) // 100 + 1], 0) end as next_reached,
        case when n > 0 then coalesce(shares[(95 * n + 99) // 100], 0) end as reached_from_outside
    from either
)

select * from final;
