-- Grain:   one row per customer x product x currency x billing interval x month (a book states one month).
-- Reads:   int_book_line, tenure_class, params
-- Columns: *_ticks are integers of 10^-4 major units per billing interval, ex tax; paid_price is price_ticks in major
--          units; tenure_months are completed months; loyalty_group in new, middle, tenured, unknown; band_order
--          joins tenure_band; cell_key joins cell_value; lens_key joins lens_value.
-- Why:     rounding is half to even on integers (n = (2a + d) // 2d, one less on a tie with n odd), so that every
--          engine gives the same ticks. Group and band come from one table of months, so that they cannot disagree.

create or replace view price_ledger as
with

micros as (
    select
        int_book_line.*,
        cast(cast(price as decimal(24, 6)) * 1000000 as bigint) as price_micros,
        cast(cast(prior_price as decimal(24, 6)) * 1000000 as bigint) as prior_micros,
        cast(cast(offer_price as decimal(24, 6)) * 1000000 as bigint) as offer_micros,
        cast(cast(market_price as decimal(24, 6)) * 1000000 as bigint) as market_micros,
        cast(cast(expected_cost as decimal(24, 6)) * 1000000 as bigint) as cost_micros
    from int_book_line
),

ticks as (
    select
        micros.*,
        (2 * price_micros + 100) // 200
            - case when (2 * price_micros + 100) % 400 = 200 then 1 else 0 end as price_ticks,
        (2 * prior_micros + 100) // 200
            - case when (2 * prior_micros + 100) % 400 = 200 then 1 else 0 end as prior_ticks,
        (2 * offer_micros + 100) // 200
            - case when (2 * offer_micros + 100) % 400 = 200 then 1 else 0 end as offer_ticks,
        (2 * market_micros + 100) // 200
            - case when (2 * market_micros + 100) % 400 = 200 then 1 else 0 end as market_ticks,
        (2 * cost_micros + 100) // 200
            - case when (2 * cost_micros + 100) % 400 = 200 then 1 else 0 end as cost_ticks
    from micros
),

final as (
    select
        ticks.customer_id,
        coalesce(ticks.party_id, ticks.customer_id) as party_id,
        ticks.product_id,
        ticks.currency,
        ticks.interval_unit,
        ticks.interval_count,
        params.as_of_month as month,
        ticks.as_of as pricing_date,
        ticks.cell_key,
        ticks.lens_key,
        ticks.tenure_start,
        ticks.tenure_months,
        coalesce(tenure_class.loyalty_group, 'unknown') as loyalty_group,
        tenure_class.band_order,
        cast(ticks.price_ticks * 0.0001 as decimal(18, 4)) as paid_price,
        ticks.price_ticks,
        ticks.prior_ticks,
        ticks.offer_ticks,
        ticks.market_ticks,
        ticks.cost_ticks
    from ticks
    cross join params
    left join tenure_class
        on ticks.tenure_months = tenure_class.tenure_months
)

select * from final;
