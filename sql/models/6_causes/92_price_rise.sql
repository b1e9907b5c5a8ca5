-- Grain:   one row per rise in the price of one thing held and what drove it.
-- Reads:   price_change, price_change_driver, params
-- Columns: change_id, driver: as in price_change_driver
--          customer_id, product_id, plan_id, region, channel, currency, interval_unit, interval_count: as in
--            price_change
--          changed_on, tenure_months, loyalty_group, band_order, window_id: as in price_change
--          in_last_year: True where it was first charged in the twelve months that end with the as-of month
--          has_reason: True where a reason is on file: an index, a letter, the price list, a stated end, or an event
--          rise_quarter_ticks: as in price_change_driver
--          rise_a_year: The same per year, currency units: what it adds to twelve months of bills
-- Why:     who is raised without a reason is a question by product, plan, channel and region; this is the table that
--          answers it.

create or replace view price_rise as
with

final as (
    select
        driver.change_id, driver.driver, change.customer_id, change.product_id, change.plan_id, change.region, change.channel,
        change.currency, change.interval_unit, change.interval_count, change.changed_on, change.tenure_months,
        change.loyalty_group, change.band_order, change.window_id,
        change.changed_on > cast(params.as_of_month - to_months(11) - to_days(1) as date)
            and change.changed_on < cast(params.as_of_month + to_months(1) as date) as in_last_year,
        change.n_events > 0
            or driver.driver in ('index_linked', 'announced', 'list_rise', 'intro_end', 'discount_end') as has_reason,
        driver.rise_quarter_ticks,
        driver.rise_quarter_ticks * case change.interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0
            else 365.0 end / change.interval_count / 40000 as rise_a_year
    from price_change_driver as driver
    inner join price_change as change
        on driver.change_id = change.change_id
    cross join params
    where driver.rise_quarter_ticks > 0
)

select * from final;
