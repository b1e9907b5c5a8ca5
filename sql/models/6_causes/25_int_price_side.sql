-- Grain:   one row per span of a thing held that a change starts from or leads to.
-- Reads:   int_price_step, int_ledger_span, int_line_disposition, stg_billing
-- Columns: the span and its thing held; day_before, day_after = cycle_start less and plus one interval; held_since =
--          its first period; joined_day = the same where the customer joined with it, else null; month_times /
--          month_parts = factor from the interval to a month; what its lines state per unit and interval: list_ticks,
--          gross_ticks, discount, contract, tax_share.
-- Why:     prices are those billed: on the line that starts on the same day as the span.
-- Options: line by line, not kept

create or replace table int_price_side as
with

spans as (
    select old_holding as holding_id, old_first as first_month from int_price_step where old_holding is not null
    union
    select new_holding, new_first from int_price_step where new_holding is not null
),

firsts as (
    select holding_id, min(cycle_start) as first_start
    from int_ledger_span where holding_id in (select holding_id from spans)
    group by holding_id
),

sides as (
    select
        span.holding_id, span.first_month, span.customer_id, span.product_id, span.subscription_id, span.plan_id,
        span.currency, span.interval_unit, span.interval_count, span.cycle_start, span.net_micros, span.quantity_micros,
        span.interval_ticks, span.price_ticks, span.standard_ticks, span.tenure_start, span.is_censored, span.region,
        span.channel, firsts.first_start,
        case span.interval_unit when 'day' then to_days(span.interval_count) when 'week' then to_days(7 * span.interval_count)
            when 'year' then to_years(span.interval_count) else to_months(span.interval_count) end as one_interval,
        case when span.interval_unit in ('week', 'day') then 365 else 1 end as month_times,
        span.interval_count * case span.interval_unit when 'month' then 1 when 'week' then 84 else 12 end as month_parts,
        case when span.currency in ('JPY', 'KRW', 'CLP', 'ISK', 'VND', 'XAF', 'XOF') then 10000 else 100 end as coin_ticks
    from int_ledger_span as span
    inner join spans
        using (holding_id, first_month)
    inner join firsts
        using (holding_id)
),

billed as materialized (
    select
        sides.holding_id, sides.first_month, line.row_id, line.gross_amount, line.net_amount, line.discount_amount,
        line.tax_amount, line.quantity, line.discount_id
    from int_line_disposition as line
    inner join sides
        on line.customer_id = sides.customer_id
        and line.period_start = sides.cycle_start and line.product_id = sides.product_id
        and line.plan_id is not distinct from sides.plan_id and line.subscription_id is not distinct from sides.subscription_id
        and line.interval_unit = sides.interval_unit and line.interval_count = sides.interval_count
    where line.exclusion is null
),

stated as (
    select
        billed.holding_id, billed.first_month,
        max(said.list_unit_price) as list_price,
        sum(coalesce(billed.gross_amount, billed.net_amount + coalesce(billed.discount_amount, 0))) / sum(billed.quantity) as gross,
        sum(billed.net_amount) / sum(billed.quantity) as line_net,
        sum(billed.tax_amount) / sum(billed.net_amount) as tax_share,
        max(billed.discount_id) as discount_id, max(said.discount_percent) as discount_percent,
        max(said.discount_end) as discount_end, max(said.discount_steps) as discount_steps,
        max(said.contract_index) as contract_index, max(said.contract_x) as contract_x,
        max(said.contract_rounding) as contract_rounding
    from stg_billing as said
    inner join billed
        on said.row_id = billed.row_id
    group by billed.holding_id, billed.first_month
),

final as (
    select
        sides.* exclude (one_interval, first_start),
        first_start as held_since, cast(cycle_start - one_interval as date) as day_before,
        cast(cycle_start + one_interval as date) as day_after,
        case when first_start < tenure_start + one_interval + to_days(16) and not is_censored then first_start end as joined_day,
        cast(round(stated.list_price * 10000) as bigint) as list_ticks,
        cast(round(stated.gross * 10000) as bigint) as gross_ticks,
        cast(round(stated.line_net * 10000) as bigint) as line_ticks,
        stated.* exclude (holding_id, first_month, list_price, gross, line_net)
    from sides
    left join stated
        using (holding_id, first_month)
)

select * from final;
