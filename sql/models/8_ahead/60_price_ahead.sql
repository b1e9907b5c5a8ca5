-- Grain:   one row per thing held in the as-of month, day and cause of a change of its price that is already written for the
--          twelve months after that month.
-- Reads:   int_ahead_price, int_written_day, int_running_price
-- Columns: customer_id, product_id, plan_id, subscription_id, currency, region, channel, interval_unit, interval_count: as
--            in price_ledger
--          loyalty_group, band_order: as in price_ledger, in the as-of month
--          cause: intro_end, discount_end, discount_step, told, contract_end, lock_end or index_linked
--          charged_on: First day of the first period billed at the new price; null for an index, whose value is not known
--          old_price_ticks: Price before all changes of that day, discounts taken off, per unit and billing interval, 10^-4
--            currency units; null where no price is written
--          new_price_ticks: Price after all changes of that day, likewise
--          ticks: What this cause moves the price by, likewise; the causes of a day add up to its change
--          rise_a_year: The same for all units over twelve months of bills, currency units
--          paid_a_year: What the thing costs a year today, currency units: the money exposed
--          offered_a_year: What a new customer would pay for it, likewise; null without an offer
-- Why:     this is what bills, letters and the price book say today about the next twelve months. It is no forecast: nobody
--          leaves, and what is not written is not here.

create or replace table price_ahead as
with

totals as (
    select
        holding_id, charged_on, max(standard_ticks) as standard_ticks, max(standard_before) as standard_before,
        max(standard_cause) as standard_cause, sum(last_ticks) as last_ticks, sum(moved_ticks) as moved_ticks, sum(ticks) as ticks
    from int_ahead_price
    group by holding_id, charged_on
),

causes as (
    select holding_id, charged_on, cause, cast(sum(last_ticks - moved_ticks) as bigint) as ticks
    from int_ahead_price
    where cause is not null
    group by holding_id, charged_on, cause
    union all
    select holding_id, charged_on, standard_cause,
        cast(standard_ticks - standard_before - (ticks - moved_ticks) as bigint)
    from totals
    where standard_cause is not null
),

listed as (
    select distinct day.holding_id, day.charged_on, day.cause, causes.ticks
    from int_written_day as day
    left join causes
        on day.holding_id = causes.holding_id and day.charged_on = causes.charged_on and day.cause = causes.cause
    where not (day.cause in ('told', 'contract_end') and day.told_ticks is null and causes.ticks is not null)
),

priced as (
    select
        listed.*, held.*  exclude (holding_id),
        case when listed.ticks is not null then cast(standard_before - last_ticks as bigint) end as old_price_ticks,
        case when listed.ticks is not null then cast(totals.standard_ticks - totals.ticks as bigint) end as new_price_ticks,
        case interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end / interval_count as times
    from listed
    inner join int_running_price as held
        on listed.holding_id = held.holding_id
    left join totals
        on listed.holding_id = totals.holding_id and listed.charged_on = totals.charged_on
),

final as (
    select
        customer_id, product_id, plan_id, subscription_id, currency, region, channel, interval_unit, interval_count,
        loyalty_group, band_order, cause, charged_on, old_price_ticks, new_price_ticks, ticks,
        ticks * (quantity_micros / 1000000) * times / 10000 as rise_a_year,
        paid_ticks * times / 10000 as paid_a_year, offered_ticks * times / 10000 as offered_a_year
    from priced
)

select * from final
order by charged_on, customer_id, product_id, plan_id, cause;
