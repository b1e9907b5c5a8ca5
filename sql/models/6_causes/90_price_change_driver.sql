-- Grain:   one row per change of what a customer pays and what drove it.
-- Reads:   price_change, int_step_driver, int_step_price
-- Columns: change_id: as in price_change
--          driver: What drove it: quantity, line_added, line_dropped, plan_change, interval_change, index_linked,
--            announced, list_rise, back_book_rise, unexplained, no_reason_on_file, list_fall, price_cut, intro_end,
--            discount_end, discount_end_unstated, discount_withdrawn, discount_granted, or rounding
--          ticks: By how much it moves the price per unit and billing interval, 10^-4 currency units; null for what
--            moves no price
--          quarter_ticks: By how much it moves the money for all units per billing interval, in quarters of 10^-4
--            currency units
--          rise_quarter_ticks: Its part of a rise in the price of the same thing, likewise; 0 elsewhere. The parts add
--            up to the rise at most
-- Why:     money moves by price, at the mean of both quantities, and by quantity, at the mean of both prices. Rounding
--          of prices is added to the largest driver; where it is more than half a coin or would reverse that driver, it
--          is listed by itself.

create or replace table price_change_driver as
with

drivers as (
    select
        change.change_id, driver.driver, driver.ticks,
        cast(round(cast(driver.ticks as decimal(38, 3)) * 2 * (old_quantity + new_quantity)) as bigint) as quarter_ticks
    from price_change as change
    inner join int_step_driver as driver
        on change.change_id = driver.step_id
    union all
    select
        change_id, 'quantity', null,
        cast(round(cast(old_price_ticks + new_price_ticks as decimal(38, 3)) * 2 * (new_quantity - old_quantity)) as bigint)
    from price_change
    where old_quantity <> new_quantity
    union all
    select change_id, kind, null, 4 * (new_paid_ticks - old_paid_ticks)
    from price_change
    where kind in ('line_added', 'line_dropped')
),

ranked as (
    select
        drivers.*,
        sum(quarter_ticks) over (partition by change_id) as sum_quarter_ticks,
        row_number() over (partition by change_id order by abs(quarter_ticks) desc, driver) as size_rank
    from drivers
),

rests as (
    select
        change.change_id, change.kind,
        4 * (change.new_paid_ticks - change.old_paid_ticks) as moved,
        4 * (change.new_paid_ticks - change.old_paid_ticks) - coalesce(ranked.sum_quarter_ticks, 0) as rest,
        coalesce(abs(rest) <= 2 * price.coin_ticks and sign(ranked.quarter_ticks) = sign(ranked.quarter_ticks + rest), false)
            as is_joined
    from price_change as change
    left join ranked
        on change.change_id = ranked.change_id
        and ranked.size_rank = 1
    left join int_step_price as price
        on change.change_id = price.step_id
),

exact as (
    select
        ranked.change_id, ranked.driver, ranked.ticks,
        ranked.quarter_ticks + case when rests.is_joined and ranked.size_rank = 1 then rests.rest else 0 end as quarter_ticks
    from ranked
    inner join rests
        on ranked.change_id = rests.change_id
    union all
    select change_id, 'rounding', null, rest
    from rests
    where rest <> 0
        and not is_joined
),

shared as (
    select
        exact.*,
        sum(case when driver not in ('quantity', 'rounding') then greatest(quarter_ticks, 0) end) over (partition by change_id) as up,
        sum(case when driver not in ('quantity', 'rounding') then quarter_ticks end) over (partition by change_id) as net
    from exact
),

final as (
    select
        shared.change_id, driver, ticks, cast(quarter_ticks as bigint) as quarter_ticks,
        cast(case when rests.kind <> 'price' or driver in ('quantity', 'rounding') or net <= 0 or quarter_ticks < 0 then 0
            else cast(quarter_ticks as hugeint) * net // up end as bigint) as rise_quarter_ticks
    from shared
    inner join rests
        on shared.change_id = rests.change_id
)

select * from final
order by change_id, driver;
