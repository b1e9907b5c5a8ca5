-- Grain:   one row per key and day on which rises were first charged.
-- Reads:   int_step_left
-- Columns: window_key; new_day; window_id, starts_on, ends_on (exclusive) = the decision that it belongs to: a window
--          of one interval.
-- Why:     bills on different days carry out one decision over one interval. Each rise belongs to the window with the
--          most rises among those that hold it: one customer who is raised a week early does not split the decision in
--          two.

create or replace table int_rise_day as
with

days as (
    select window_key, window_interval, new_day, count(*) as n
    from int_step_left
    where list_part > 0
        and kind = 'price'
    group by window_key, window_interval, new_day
),

counted as (
    select
        days.*,
        sum(n) over (
            partition by window_key
            order by new_day
            range between current row and window_interval - to_days(1) following
        ) as n_rises
    from days
),

chosen as (
    -- A month back from the 30th is the 30th, yet a window that starts on the 31st ends on the 30th.
    select
        days.window_key, days.new_day, days.window_interval,
        arg_max(counted.new_day, (counted.n_rises, -date_diff('day', date '1950-01-01', counted.new_day))) as starts_on
    from days
    inner join counted
        on days.window_key = counted.window_key
        and days.window_interval = counted.window_interval
        and days.new_day >= counted.new_day
        and days.new_day < counted.new_day + counted.window_interval
    group by days.window_key, days.new_day, days.window_interval
),

final as (
    select
        window_key, new_day, starts_on,
        dense_rank() over (order by window_key, starts_on) as window_id,
        cast(starts_on + window_interval as date) as ends_on
    from chosen
)

select * from final;
