-- Grain:   one row per customer x product x currency x billing interval x month.
-- Reads:   int_ledger_amount, int_ledger_latest, int_customer, stg_offer
-- Columns: price_ticks, standard_ticks (before discounts) = 10^-4 major units per month and unit, half to even;
--          interval_ticks = the paid price per billing interval, as billed; quantity; controls of the latest line;
--          cell_key, lens_key; tenure_months completed at the pricing date.
-- Why:     month prices: year / 12, week x 365 / 84, day x 365 / 12, each divided by interval_count. a / d is the exact
--          fraction; n = (2a + d) // 2d, one less on a tie with n odd, is the same on every engine.

create or replace view int_ledger as
with

settled as (
    select amount.* exclude (
            issued_on, pricing_date, subscription_id, plan_id, price_version_id, channel, region, discount_id,
            discount_audience, contract_end, controls_key, lens_key
        ),
        case when amount.n_lines = 1 then amount.pricing_date else latest.pricing_date end as pricing_date,
        case when amount.n_lines = 1 then amount.subscription_id else latest.subscription_id end as subscription_id,
        case when amount.n_lines = 1 then amount.plan_id else latest.plan_id end as plan_id,
        case when amount.n_lines = 1 then amount.price_version_id else latest.price_version_id end as price_version_id,
        case when amount.n_lines = 1 then amount.channel else latest.channel end as channel,
        case when amount.n_lines = 1 then amount.region else latest.region end as region,
        case when amount.n_lines = 1 then amount.discount_id else latest.discount_id end as discount_id,
        case when amount.n_lines = 1 then amount.discount_audience else latest.discount_audience end as discount_audience,
        case when amount.n_lines = 1 then amount.contract_end else latest.contract_end end as contract_end,
        case when amount.n_lines = 1 then amount.controls_key else latest.controls_key end as line_controls,
        case when amount.n_lines = 1 then amount.lens_key else latest.lens_key end as line_lenses
    from int_ledger_amount as amount
    left join int_ledger_latest as latest
        using (customer_id, product_id, currency, interval_unit, interval_count, month_number)
),

fractions as (
    select
        settled.*,
        case when interval_unit in ('week', 'day') then 365 else 1 end * cast(net_micros as hugeint) * 10000 as price_a,
        case when interval_unit in ('week', 'day') then 365 else 1 end * cast(standard_micros as hugeint) * 10000 as standard_a,
        cast(quantity_micros as hugeint) * interval_count
            * case interval_unit when 'month' then 1 when 'week' then 84 else 12 end as d
    from settled
),

final as (
    select
        fractions.* exclude (price_a, standard_a, d, net_micros, standard_micros, quantity_micros, line_controls, line_lenses),
        make_date(cast(month_number // 12 as integer), cast(month_number % 12 + 1 as integer), 1) as month,
        cast(quantity_micros as decimal(38, 0)) * 0.000001 as quantity,
        quantity_micros,
        cast((2 * price_a + d) // (2 * d)
            - case when (2 * price_a + d) % (4 * d) = 2 * d then 1 else 0 end as bigint) as price_ticks,
        cast((2 * standard_a + d) // (2 * d)
            - case when (2 * standard_a + d) % (4 * d) = 2 * d then 1 else 0 end as bigint) as standard_ticks,
        cast((20000 * cast(net_micros as hugeint) + quantity_micros) // (2 * quantity_micros)
            - case when (20000 * cast(net_micros as hugeint) + quantity_micros) % (4 * quantity_micros) = 2 * quantity_micros
                then 1 else 0 end as bigint) as interval_ticks,
        greatest(0, 12 * (year(pricing_date) - year(fractions.tenure_start)) + month(pricing_date)
            - month(fractions.tenure_start)
            - case when day(pricing_date) < day(fractions.tenure_start) then 1 else 0 end) as tenure_months,
        int_customer.party_id,
        int_customer.is_censored,
        personal.customer_id as personal_customer_id,
        concat(product_id, chr(31), currency, chr(31), interval_unit, chr(31), cast(interval_count as varchar),
            line_controls, int_customer.controls_key) as cell_key,
        substr(concat(line_lenses, int_customer.lens_key), 2) as lens_key
    from fractions
    left join int_customer
        on fractions.customer_id = int_customer.customer_id
    left join (select distinct customer_id from stg_offer where customer_id is not null and reject_reason is null) as personal
        on fractions.customer_id = personal.customer_id
)

select * from final;
