-- Grain:   one row per thing held in the as-of month and event written for it within the twelve months after that month.
-- Reads:   int_written_event, int_running_price, params
-- Columns: those of int_written_event; charged_on = first day of the first period that starts on its day or later, null
--          for an index.
-- Why:     a bill goes on at its old price until its next period starts.

create or replace table int_written_day as
with

started as (
    select
        event.*, held.cycle_start, held.month_step, held.day_step,
        greatest(1, case when month_step > 0 then -((-date_diff('month', cycle_start, day)) // month_step)
            else -((-date_diff('day', cycle_start, day)) // day_step) end) as n_periods
    from int_written_event as event
    inner join int_running_price as held
        using (holding_id)
),

charged as (
    select
        started.*,
        -- A month later may still lie before the day, within the same month.
        cast(case when day is null then null when cycle_start + to_months(cast(n_periods * month_step as integer)) + to_days(cast(n_periods * day_step as integer)) < day
            then cycle_start + to_months(cast((n_periods + 1) * month_step as integer)) + to_days(cast((n_periods + 1) * day_step as integer))
            else cycle_start + to_months(cast(n_periods * month_step as integer)) + to_days(cast(n_periods * day_step as integer)) end as date)
            as charged_on
    from started
),

final as (
    select charged.* exclude (cycle_start, month_step, day_step, n_periods)
    from charged
    cross join params
    where charged_on is null
        or charged_on >= params.as_of_month + to_months(1) and charged_on < params.as_of_month + to_months(13)
)

select * from final;
