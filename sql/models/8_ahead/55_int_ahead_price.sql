-- Grain:   one row per thing held, day on which something written is first charged, and discount on the thing (or none).
-- Reads:   int_ahead_discount, int_written_day
-- Columns: holding_id; charged_on; standard_ticks from that day on, standard_before; last_ticks = the discount before that
--          day, moved_ticks = on that day if the price before discounts had not moved, ticks = on that day; cause as in
--          int_ahead_discount, standard_cause = what moved the price before discounts.
-- Why:     the price is the one before discounts less those still running; each cause takes what it alone moves.

create or replace table int_ahead_price as
with

running as (
    select holding_id, charged_on, sum(case when rate = 0 then amount else 0 end) as fixed, sum(rate) as rate, max(coin_ticks) as coin
    from int_ahead_discount
    group by holding_id, charged_on
),

moved as (
    select
        event.holding_id, event.charged_on,
        arg_max(case when event.is_paid
            then cast(coin * round((event.told_ticks + fixed) / (1 - rate) / coin) as bigint) else event.told_ticks end,
            event.order_in_day) as standard_ticks,
        arg_max(event.cause, event.order_in_day) as standard_cause
    from int_written_day as event
    inner join running
        using (holding_id, charged_on)
    where event.told_ticks is not null
    group by event.holding_id, event.charged_on
),

standards as (
    select
        running.holding_id, running.charged_on, moved.standard_cause,
        last_value(moved.standard_ticks ignore nulls) over thing as standard_ticks,
        last_value(moved.standard_ticks ignore nulls) over (thing rows between unbounded preceding and 1 preceding) as standard_before
    from running
    left join moved
        using (holding_id, charged_on)
    window thing as (partition by running.holding_id order by running.charged_on)
),

placed as (
    select
        discount.* exclude (amount), amount, standard_cause, coalesce(standard_ticks, first_standard) as standard_ticks,
        coalesce(standard_before, first_standard) as standard_before
    from int_ahead_discount as discount
    inner join standards
        using (holding_id, charged_on)
),

sized as (
    select
        placed.*,
        case when is_price then greatest(0, amount + standard_before - first_standard)
            when rate > 0 and standard_before <> first_standard then cast(coin_ticks * round(rate * standard_before / coin_ticks) as bigint)
            else amount end as moved_ticks,
        case when is_price then greatest(0, amount + standard_ticks - first_standard)
            when rate > 0 and standard_ticks <> first_standard then cast(coin_ticks * round(rate * standard_ticks / coin_ticks) as bigint)
            else amount end as now_ticks
    from placed
),

final as (
    select
        holding_id, charged_on, discount_key, standard_ticks, standard_before, standard_cause, cause, moved_ticks,
        coalesce(lag(now_ticks) over (partition by holding_id, discount_key order by charged_on), ticks) as last_ticks,
        now_ticks as ticks
    from sized
)

select * from final;
