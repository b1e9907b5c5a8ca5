-- Grain:   one row per letter, thing held and bill of it that starts on the day of the last bill before the letter or later.
-- Reads:   int_told_letter, int_ledger_span, int_line_disposition
-- Columns: letter_id, holding_id; bill_day, bill_number = 1 for the first on the effective day or later, null before;
--          price_ticks per unit and interval; month_standard_ticks; told_ticks = what the bill should be by the letter,
--          discounts taken off, ex tax, null where the tax is not known; over_micros = money charged above it for all
--          units, above_old_micros above the old price; half_coin in 10^-6.
-- Why:     what was charged is read from the bill, in its interval. A change or percentage told counts from the price
--          before the letter, at the basis told; a letter about the standard price leaves the customer's discount as it
--          is.

create or replace table int_told_bill as
with

bills as (
    select
        letter.letter_id, letter.holding_id, letter.old_day, span.cycle_start as bill_day, letter.told_price, letter.told_change,
        letter.told_percent, letter.told_basis, letter.told_tax_included,
        letter.effective_day, letter.coin_ticks, span.customer_id, span.product_id, span.plan_id,
        span.subscription_id,
        any_value(span.net_micros) as net_micros, any_value(span.quantity_micros) as quantity_micros,
        any_value(span.interval_ticks) as price_ticks, any_value(span.standard_ticks) as month_standard_ticks,
        any_value(span.price_ticks) as month_ticks
    from int_told_letter as letter
    inner join int_ledger_span as span
        on letter.holding_id = span.holding_id
        and span.cycle_start >= coalesce(letter.old_day, letter.effective_day)
    group by all
),

lines as (
    select
        line.customer_id, line.product_id, line.plan_id, line.subscription_id, line.period_start,
        sum(line.tax_amount) / nullif(sum(line.net_amount), 0) as tax_share
    from int_line_disposition as line
    where line.exclusion is null
        and line.customer_id in (select customer_id from int_told_letter where told_tax_included)
    group by all
),

sized as (
    select
        bills.*,
        case when told_tax_included then 1 + lines.tax_share else 1 end as tax_factor,
        case when told_basis = 'standard' and month_ticks > 0
            then cast(round(price_ticks * (month_standard_ticks / cast(month_ticks as double))) as bigint)
            else price_ticks end as basis_ticks
    from bills
    left join lines
        on bills.customer_id = lines.customer_id
        and bills.product_id = lines.product_id
        and bills.bill_day = lines.period_start
        and bills.plan_id is not distinct from lines.plan_id
        and bills.subscription_id is not distinct from lines.subscription_id
),

based as (
    select
        sized.*,
        first_value(case when bill_day = old_day then basis_ticks end) over letter as old_basis,
        first_value(case when bill_day = old_day then price_ticks end) over letter as old_ticks,
        case when bill_day >= effective_day then row_number() over (
            partition by letter_id, holding_id, bill_day >= effective_day order by bill_day) end as bill_number
    from sized
    window letter as (partition by letter_id, holding_id order by bill_day)
),

told as (
    select
        based.*,
        cast(round(case
            when told_price is not null then told_price * 10000 / tax_factor
            when told_change is not null then old_basis + told_change * 10000 / tax_factor
            else coin_ticks * round(old_basis * (100 + told_percent) / (100 * coin_ticks)) end) as bigint)
            - case told_basis when 'standard' then basis_ticks - price_ticks else 0 end as told_ticks
    from based
),

final as (
    select
        letter_id, holding_id, bill_day, bill_number, price_ticks, month_standard_ticks, old_ticks, told_ticks,
        net_micros - cast(told_ticks as hugeint) * quantity_micros // 10000 as over_micros,
        net_micros - cast(old_ticks as hugeint) * quantity_micros // 10000 as above_old_micros,
        50 * coin_ticks as half_coin
    from told
)

select * from final;
