-- Grain:   one row per change of a price: of one thing held, of its billing interval or of its plan.
-- Reads:   int_price_step, int_price_side, int_step_offer
-- Columns: step_id; old_price, new_price = paid per unit; old_standard, new_standard = before discounts; in 10^-4 major
--          units per billing interval, per month where the intervals differ (is_monthly); old_quantity, new_quantity in
--          10^-6; old_paid, new_paid = money for all units; old_intro, new_intro = within the introduction that the
--          customer joined on; coin_ticks.
-- Why:     the standard price is the list price or gross unit price of the bill; within introductory cycles whose bills
--          state none, the list price of the offer that the customer joined on; else the price paid. It is never below
--          what is paid.
-- Options: not kept

create or replace table int_step_price as
with

introduced as (
    select
        side.*,
        offer.standard_ticks as joined_ticks,
        offer.intro_cycles is not null
            and side.cycle_start < case side.interval_unit
                when 'day' then joined_day + to_days(side.interval_count * cast(offer.intro_cycles as integer))
                when 'week' then joined_day + to_days(7 * side.interval_count * cast(offer.intro_cycles as integer))
                when 'year' then joined_day + to_years(side.interval_count * cast(offer.intro_cycles as integer))
                else joined_day + to_months(side.interval_count * cast(offer.intro_cycles as integer)) end as is_intro
    from int_price_side as side
    left join int_step_offer as offer
        on side.joined_day = offer.day
        and side.product_id = offer.product_id
        and side.currency = offer.currency
        and side.interval_unit = offer.interval_unit
        and side.interval_count = offer.interval_count
        and side.quantity_micros = offer.quantity_micros
        and side.plan_id is not distinct from offer.plan_id
        and side.region is not distinct from offer.region
        and side.channel is not distinct from offer.channel
),

sides as (
    select
        introduced.* exclude (is_intro, standard_ticks),
        coalesce(is_intro, false) as is_intro,
        greatest(
            interval_ticks,
            coalesce(
                list_ticks,
                case when gross_ticks > interval_ticks then gross_ticks end,
                case when is_intro then joined_ticks end,
                case when month_parts = 1 and month_times = 1 then standard_ticks end,
                interval_ticks
            )
        ) as standard_ticks
    from introduced
),

joined as (
    select
        step.step_id, step.kind, old, new,
        old.interval_unit <> new.interval_unit or old.interval_count <> new.interval_count as is_monthly
    from int_price_step as step
    inner join sides as old
        on step.old_holding = old.holding_id
        and step.old_first = old.first_month
    inner join sides as new
        on step.new_holding = new.holding_id
        and step.new_first = new.first_month
),

final as (
    select
        step_id, kind, is_monthly,
        case when is_monthly then old.price_ticks else old.interval_ticks end as old_price,
        case when is_monthly then new.price_ticks else new.interval_ticks end as new_price,
        case when is_monthly then greatest(old.price_ticks, old.standard_ticks * old.month_times // old.month_parts)
            else old.standard_ticks end as old_standard,
        case when is_monthly then greatest(new.price_ticks, new.standard_ticks * new.month_times // new.month_parts)
            else new.standard_ticks end as new_standard,
        old.quantity_micros as old_quantity, new.quantity_micros as new_quantity,
        cast(round(cast(old.net_micros as decimal(38, 6)) * case when is_monthly then old.month_times else 1 end
            / (100 * case when is_monthly then old.month_parts else 1 end)) as bigint) as old_paid,
        cast(round(cast(new.net_micros as decimal(38, 6)) * case when is_monthly then new.month_times else 1 end
            / (100 * case when is_monthly then new.month_parts else 1 end)) as bigint) as new_paid,
        old.is_intro as old_intro, new.is_intro as new_intro, new.coin_ticks
    from joined
)

select * from final;
