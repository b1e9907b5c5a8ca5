-- Healthy: no rows.
-- Reads:   price_change, price_change_driver
-- Guards:  what drove a change adds up to it, in ticks of the price and in quarter ticks of the money, and no driver has the
--          wrong sign; of a rise, the parts are no more than the rise.

with

added as (
    select
        coalesce(change.change_id, driver.change_id) as change_id,
        change.new_price_ticks - change.old_price_ticks as price_moved,
        4 * (change.new_paid_ticks - change.old_paid_ticks) as money_moved,
        change.kind not in ('line_added', 'line_dropped') as is_price,
        coalesce(sum(driver.ticks), 0) as ticks,
        coalesce(sum(driver.quarter_ticks), 0) as quarter_ticks,
        coalesce(sum(driver.rise_quarter_ticks), 0) as rise_quarter_ticks,
        coalesce(sum(driver.quarter_ticks) filter (where driver.driver not in ('quantity', 'rounding')), 0) as by_price
    from price_change as change
    full join price_change_driver as driver
        on change.change_id = driver.change_id
    group by all
),

wrong_sign as (
    select
        change_id, driver, ticks, quarter_ticks
    from price_change_driver
    where (ticks > 0 or quarter_ticks > 0 and driver <> 'rounding')
        and driver in ('list_fall', 'price_cut', 'discount_granted', 'line_dropped')
        or (ticks < 0 or quarter_ticks < 0)
        and driver in ('list_rise', 'back_book_rise', 'unexplained', 'no_reason_on_file', 'intro_end', 'discount_end',
            'discount_end_unstated', 'discount_withdrawn', 'line_added')
        or sign(ticks) * sign(quarter_ticks) < 0
)

select change_id, 'sum' as what, price_moved, ticks, money_moved, quarter_ticks
from added
where is_price and price_moved <> ticks
    or money_moved is distinct from quarter_ticks
    or rise_quarter_ticks > greatest(by_price, 0)
union all
select change_id, driver, null, ticks, null, quarter_ticks
from wrong_sign
order by change_id, what;
