-- One row per thing held that a planned price has reached by the month looked at: the price before and after. Of the rows
-- that name it, those of the narrowest level act, in the order of their days; a discount in percent keeps its rate, an
-- introduction stays the price that it is, any other discount stays the amount that it is.

create or replace table planned_price as
with

charged as (
    select planned_match.*, min(level_rank) over (partition by holding_id) as best_rank
    from planned_match
    cross join moment
    where charged_on <= moment.last_day
),

said as (
    select
        holding_id, any_value(customer_id) as customer_id, any_value(subscription_id) as subscription_id,
        any_value(product_id) as product_id, any_value(plan_id) as plan_id, max(line) as line,
        any_value(standard_ticks) as old_standard, any_value(price_ticks) as old_ticks, any_value(coin_ticks) as coin_ticks,
        coalesce(arg_max(new_standard, effective_on) filter (where new_standard is not null), any_value(standard_ticks)) as new_standard,
        arg_max(new_percent, effective_on) filter (where new_percent is not null or new_amount is not null) as new_percent,
        arg_max(new_amount, effective_on) filter (where new_percent is not null or new_amount is not null) as new_amount,
        bool_or(new_percent is not null or new_amount is not null) as is_discount_stated,
        min(charged_on) as first_charged, max(charged_on) as charged_on,
        arg_max(told_on, effective_on) as told_on
    from charged
    where level_rank = best_rank
    group by holding_id
),

running as (
    select
        said.holding_id,
        cast(sum(case when discount.is_intro then greatest(0, ticks + new_standard - old_standard)
            when discount_percent > 0 and new_standard <> old_standard
                then coin_ticks * round(cast(ticks as double) / old_standard * new_standard / coin_ticks)
            else ticks end) as bigint) as ticks
    from said
    inner join int_running_discount as discount
        using (holding_id)
    group by said.holding_id
),

final as (
    select
        said.* exclude (new_percent, new_amount, is_discount_stated),
        cast(greatest(0, new_standard - case
            when not is_discount_stated then coalesce(running.ticks, 0)
            when new_percent is not null then coin_ticks * round(new_standard * new_percent / 100 / coin_ticks)
            else new_amount end) as bigint) as new_ticks
    from said
    left join running
        using (holding_id)
)

select * from final;
