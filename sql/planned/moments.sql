-- One row per thing held: the day whose offer counts when the book is looked at from the month in moment: the start of its
-- last period by then, at the price of the as-of month; where the study takes the day on which the price was set, that day.

create or replace table holding_moment as
with

counted as (
    select
        held.holding_id, held.cycle_start, held.month_step, held.day_step, moment.last_day,
        case when month_step > 0 then date_diff('month', cycle_start, last_day) // month_step
            else date_diff('day', cycle_start, last_day) // day_step end as n
    from int_running_price as held
    cross join moment
),

started as (
    -- A month later may lie after the last day, within the same month.
    select
        holding_id,
        case when cycle_start + to_months(cast(n * month_step as integer)) > last_day
            then cast(cycle_start + to_months(cast((n - 1) * month_step as integer)) as date)
            else cast(cycle_start + to_months(cast(n * month_step as integer)) + to_days(cast(n * day_step as integer)) as date)
            end as started_on
    from counted
),

final as (
    select
        was.holding_id, case when params.comparator_date = 'price_set' then was.pricing_date else started_on end as priced_on
    from started
    cross join params
    inner join base.int_as_of_row as was
        using (holding_id)
)

select * from final;
