-- Grain:   one row per thing held (customer x product x subscription x plan x currency x billing interval) and span of
--          months that one understood price stands for; no two spans of a thing held overlap.
-- Reads:   int_span_amount, int_holding, int_customer, stg_offer, params
-- Columns: holding_id; price_ticks, standard_ticks (before discounts) = 10^-4 major units per month and unit, half to even;
--          interval_ticks = the paid price per billing interval and unit, as billed; net_micros = what all units cost per
--          interval, quantity_micros, in 10^-6; n_lines; cycle_start = start of the cycle or term billed; issued_on;
--          price_set_on as the line states it; pricing_date = cycle_start, or price_set_on where the study says so and it is
--          stated; controls of the latest line; cell_key, lens_key; first_month (year * 12 + month - 1), n_months; covers_as_of, covers_year_before = whether the
--          as-of month, or that twelve months earlier, is among them.
-- Why:     month prices: year / 12, week x 365 / 84, day x 365 / 12, each divided by interval_count. a / d is the exact
--          fraction; (2a + d) // 2d, less one on a tie where that is odd, is the same on every engine. Wide integers
--          are slow, so amounts below a million, nearly all of them, are divided as 64-bit integers, which they cannot
--          overflow. Decision D8.
-- Options: line by line

create or replace table int_ledger_span as
with

sized as (
    select
        int_span_amount.*,
        plan_in_cell,
        case when comparator_date = 'price_set' then coalesce(price_set_on, cycle_start) else cycle_start end as pricing_date,
        as_of_number between first_month and first_month + n_months - 1 as covers_as_of,
        as_of_number - 12 between first_month and first_month + n_months - 1 as covers_year_before,
        net_micros < 1000000000000 and standard_micros < 1000000000000 and standard_micros > -1000000000000
            and quantity_micros < 1000000000000 and interval_count < 10000 as is_narrow,
        case when interval_unit in ('week', 'day') then 365 else 1 end as times,
        interval_count * case interval_unit when 'month' then 1 when 'week' then 84 else 12 end as months
    from int_span_amount
    cross join (select as_of_number, plan_in_cell, comparator_date from params) as study
),

fractions as (
    select
        sized.*,
        case when is_narrow then cast(net_micros as bigint) * times * 10000 end as price_n,
        case when is_narrow then cast(standard_micros as bigint) * times * 10000 end as standard_n,
        case when is_narrow then cast(quantity_micros as bigint) * months end as n,
        case when is_narrow then cast(net_micros as bigint) * 10000 end as interval_n,
        case when is_narrow then cast(quantity_micros as bigint) end as units,
        case when not is_narrow then cast(net_micros as hugeint) * times * 10000 end as price_w,
        case when not is_narrow then cast(standard_micros as hugeint) * times * 10000 end as standard_w,
        case when not is_narrow then cast(quantity_micros as hugeint) * months end as w
    from sized
),

final as (
    select
        fractions.* exclude (price_n, standard_n, n, interval_n, units, price_w, standard_w, w, is_narrow, times, months,
            standard_micros, controls_key, lens_key, plan_in_cell),
        int_holding.holding_id,
        case
            when is_narrow then (2 * price_n + n) // (2 * n) - case when (2 * price_n + n) % (4 * n) = 2 * n then 1 else 0 end
            else cast((2 * price_w + w) // (2 * w) - case when (2 * price_w + w) % (4 * w) = 2 * w then 1 else 0 end as bigint)
        end as price_ticks,
        case
            when is_narrow then sign(standard_n) * ((2 * abs(standard_n) + n) // (2 * n)
                - case when (2 * abs(standard_n) + n) % (4 * n) = 2 * n then 1 else 0 end)
            else cast(sign(standard_w) * ((2 * abs(standard_w) + w) // (2 * w)
                - case when (2 * abs(standard_w) + w) % (4 * w) = 2 * w then 1 else 0 end) as bigint)
        end as standard_ticks,
        case
            when is_narrow then (2 * interval_n + units) // (2 * units)
                - case when (2 * interval_n + units) % (4 * units) = 2 * units then 1 else 0 end
            else cast((20000 * cast(net_micros as hugeint) + quantity_micros) // (2 * quantity_micros)
                - case when (20000 * cast(net_micros as hugeint) + quantity_micros) % (4 * quantity_micros) = 2 * quantity_micros
                    then 1 else 0 end as bigint)
        end as interval_ticks,
        int_customer.party_id,
        int_customer.is_censored,
        personal.customer_id as personal_customer_id,
        concat(fractions.product_id, chr(31), fractions.currency, chr(31), fractions.interval_unit, chr(31),
            cast(fractions.interval_count as varchar),
            case when plan_in_cell then concat(chr(31), coalesce(fractions.plan_id, chr(30))) else '' end,
            fractions.controls_key, int_customer.controls_key) as cell_key,
        substr(concat(fractions.lens_key, int_customer.lens_key), 2) as lens_key
    from fractions
    left join int_holding
        on fractions.customer_id = int_holding.customer_id
        and fractions.product_id = int_holding.product_id
        and fractions.subscription_id is not distinct from int_holding.subscription_id
        and fractions.plan_id is not distinct from int_holding.plan_id
        and fractions.currency = int_holding.currency
        and fractions.interval_unit = int_holding.interval_unit
        and fractions.interval_count = int_holding.interval_count
    left join int_customer
        on fractions.customer_id = int_customer.customer_id
    left join (select distinct customer_id from stg_offer where customer_id is not null and reject_reason is null) as personal
        on fractions.customer_id = personal.customer_id
)

select * from final;
