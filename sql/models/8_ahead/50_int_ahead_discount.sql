-- Grain:   one row per thing held, day on which something written is first charged, and discount on the thing (or none).
-- Reads:   int_written_day, int_running_discount, int_running_price
-- Columns: holding_id; charged_on; discount_key; first_standard = the price before discounts of today; amount = the discount
--          on that day as an amount, 0 once it has ended; rate = the same as a share, where it is stated as a percentage;
--          is_price = it is an introduction that still runs; cause = why it ended or stepped on that day, else null.
-- Why:     a percentage follows the price before discounts, and an introduction is a price that stays what it is until its
--          end; any other discount is an amount. A letter that tells the price paid ends the introduction's own price.

create or replace table int_ahead_discount as
with

days as (
    select distinct day.holding_id, day.charged_on, coalesce(told.charged_on <= day.charged_on, false) as is_told
    from int_written_day as day
    left join (
        select holding_id, min(charged_on) as charged_on
        from int_written_day where is_paid and told_ticks is not null
        group by holding_id
    ) as told
        on day.holding_id = told.holding_id
    where day.charged_on is not null and day.cause <> 'lock_end'
),

ended as (
    select
        days.holding_id, days.charged_on, days.is_told, discount.discount_key, discount.discount_percent, discount.is_intro,
        coalesce(discount.ticks, 0) as ticks, held.standard_ticks as first_standard, held.coin_ticks,
        arg_max(event.cause, event.order_in_day) filter (
            where event.charged_on = days.charged_on and (event.cause <> 'discount_step' or event.step_ticks is not null)) as cause,
        coalesce(bool_or(event.cause in ('intro_end', 'discount_end')), false) as is_over,
        arg_max(event.step_ticks, event.order_in_day) filter (where event.step_ticks is not null) as step_ticks
    from days
    inner join int_running_price as held
        using (holding_id)
    left join int_running_discount as discount
        on days.holding_id = discount.holding_id
    left join int_written_day as event
        on days.holding_id = event.holding_id and event.discount_key = discount.discount_key
        and event.charged_on <= days.charged_on
    group by all
),

final as (
    select
        holding_id, charged_on, discount_key, ticks, first_standard, coin_ticks, cause,
        case when is_over then 0 else coalesce(step_ticks, ticks) end as amount,
        case when discount_percent > 0 and not is_over and not is_intro and step_ticks is null
            then cast(ticks as double) / first_standard else 0 end as rate,
        coalesce(is_intro, false) and not is_over and not is_told as is_price
    from ended
)

select * from final;
