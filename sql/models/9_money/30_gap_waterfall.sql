-- Grain:   one row per month, billing interval and step by which the money that tenured customers pay above the offers moved,
--          over the twelve months up to the as-of month.
-- Reads:   int_month_pair, price_change_driver, int_compared_month, params
-- Columns: month: Month into which it moved, as its first day; of the row start the month before the first
--          interval_unit, interval_count: as in price_ledger
--          step: start (what was paid above the offers at first), a driver of price_change_driver (what it moved among
--            those who stayed), offers (what the offers moved, with the sign of the gap), quantity (more or fewer units),
--            plan_change (both plans, net), newly_tenured, newly_covered (an offer or a price where there was none),
--            no_longer (tenured or covered), left, and end
--          n_things: Things held behind the row
--          quarter_ticks: Money per billing interval, in quarters of 10^-4 currency units; start and steps add up to end
--          amount_a_year: The same a year, currency units
-- Why:     it says whether the gap grew because old prices rose, offers fell, or other customers came in. It is money, so
--          that the steps add up exactly; checks/waterfall_adds_up.sql proves it.

create or replace table gap_waterfall as
with

moved as (
    select
        pair.*,
        4 * (new_paid - old_paid) as paid_move, 4 * (new_offered - old_offered) as offered_move,
        case when old_micros = new_micros then 0 else cast(round((new_micros - old_micros)
            * (cast(old_offered as double) / old_micros + cast(new_offered as double) / new_micros) * 2) as bigint) end as offered_units
    from int_month_pair as pair
    where step = 'stayer'
),

drivers as (
    select moved.month_number, moved.interval_unit, moved.interval_count, moved.holding_id, driver.driver as step, driver.quarter_ticks
    from moved
    inner join price_change_driver as driver
        on moved.change_id = driver.change_id
    where moved.paid_move <> 0
),

rests as (
    select
        moved.month_number, moved.interval_unit, moved.interval_count, moved.holding_id, 'rounding' as step,
        moved.paid_move - coalesce(said.quarter_ticks, 0) as quarter_ticks
    from moved
    left join (select month_number, holding_id, sum(quarter_ticks) as quarter_ticks from drivers group by all) as said
        on moved.month_number = said.month_number and moved.holding_id = said.holding_id
),

steps as (
    select * from drivers
    union all
    select * from rests where quarter_ticks <> 0
    union all
    select month_number, interval_unit, interval_count, holding_id, 'quantity', -offered_units from moved where offered_units <> 0
    union all
    select month_number, interval_unit, interval_count, holding_id, 'offers', offered_units - offered_move from moved
    where offered_move <> offered_units
    union all
    select month_number, interval_unit, interval_count, holding_id, step,
        4 * (coalesce(new_paid - new_offered, 0) - coalesce(old_paid - old_offered, 0))
    from int_month_pair
    where step <> 'stayer'
    union all
    select month_number, interval_unit, interval_count, holding_id,
        case when month_number = as_of_number then 'end' else 'start' end, 4 * (paid_ticks - offered_ticks)
    from int_compared_month
    cross join params
    where is_compared
        and month_number in (as_of_number, as_of_number - 12)
),

final as (
    select
        cast(make_date(month_number // 12, month_number % 12 + 1, 1) as date) as month, interval_unit, interval_count, step,
        count(distinct holding_id) as n_things, cast(sum(quarter_ticks) as bigint) as quarter_ticks,
        sum(quarter_ticks) * case interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end
            / interval_count / 40000 as amount_a_year
    from steps
    group by month_number, interval_unit, interval_count, step
)

select * from final
order by month, interval_unit, interval_count, step;
