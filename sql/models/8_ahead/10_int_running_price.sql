-- Grain:   one row per thing held in the as-of month, at its price.
-- Reads:   int_as_of_row, int_ledger_span, int_line_disposition, stg_billing, int_running_intro
-- Columns: holding_id; its keys; loyalty_group, band_order; cycle_start of its bill; month_step, day_step = one billing
--          interval in months or in days, the other is 0; price_ticks, standard_ticks = paid and before discounts, per
--          unit and billing interval; coin_ticks; quantity_micros, paid_ticks, offered_ticks; intro_end = first day after
--          the introduction that the customer joined on, null where none runs; what the bill states: discount, contract.
-- Why:     what happens next starts from here. The standard price is that of int_step_price: the list price or gross
--          unit price of the bill, within an introduction whose bill states neither the price after it, else the price
--          paid.
-- Options: line by line

create or replace table int_running_price as
with

spans as (
    select span.*, span.interval_count * case span.interval_unit when 'month' then 1 when 'year' then 12 else 0 end as month_step,
        span.interval_count * case span.interval_unit when 'day' then 1 when 'week' then 7 else 0 end as day_step
    from int_ledger_span as span
    where span.covers_as_of
),

stated as (
    select
        spans.holding_id, max(said.list_unit_price) as list_price,
        sum(coalesce(line.gross_amount, line.net_amount + coalesce(line.discount_amount, 0))) / sum(line.quantity) as gross,
        max(line.discount_id) as discount_id, max(said.discount_percent) as discount_percent,
        max(said.discount_end) as discount_end, max(said.discount_steps) as discount_steps,
        max(said.contract_end) as contract_end, max(said.contract_index) as contract_index
    from int_line_disposition as line
    inner join spans
        on line.customer_id = spans.customer_id and line.period_start = spans.cycle_start and line.product_id = spans.product_id
        and line.plan_id is not distinct from spans.plan_id and line.subscription_id is not distinct from spans.subscription_id
        and line.interval_unit = spans.interval_unit and line.interval_count = spans.interval_count
    inner join stg_billing as said
        on line.row_id = said.row_id
    where line.exclusion is null
    group by spans.holding_id
),

priced as (
    select
        held.holding_id, held.customer_id, held.party_id, held.product_id, held.plan_id, held.subscription_id, held.currency,
        held.region, held.channel, held.interval_unit, held.interval_count, held.loyalty_group, held.band_order, held.cycle_start,
        spans.month_step, spans.day_step, held.interval_ticks as price_ticks, held.quantity_micros, held.paid_ticks, held.offered_ticks,
        case when held.currency in ('JPY', 'KRW', 'CLP', 'ISK', 'VND', 'XAF', 'XOF') then 10000 else 100 end as coin_ticks,
        stated.* exclude (holding_id, list_price, gross),
        case when held.cycle_start < introduced.intro_end then introduced.intro_end end as intro_end,
        cast(round(stated.list_price * 10000) as bigint) as list_ticks, cast(round(stated.gross * 10000) as bigint) as gross_ticks,
        introduced.after_ticks, case when held.price_ticks = held.interval_ticks then held.standard_ticks end as before_ticks
    from int_as_of_row as held
    inner join spans using (holding_id)
    left join stated using (holding_id)
    left join int_running_intro as introduced using (holding_id)
),

final as (
    select
        priced.* exclude (list_ticks, gross_ticks, after_ticks, before_ticks),
        greatest(price_ticks, coalesce(list_ticks, case when gross_ticks > price_ticks then gross_ticks end,
            case when intro_end is not null then after_ticks end, before_ticks, price_ticks)) as standard_ticks
    from priced
)

select * from final;
