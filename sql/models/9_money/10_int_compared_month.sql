-- Grain:   one row per thing held and month of the thirteen up to the as-of month, for chains with a compared tenured month.
-- Reads:   int_grouped_span, int_holding, month_offset, params
-- Columns: holding_id; chain = first thing held of the same customer, product and subscription; interval; month_number; paid_ticks, offered_ticks,
--          quantity_micros; is_tenured; is_compared = tenured, with a price and an offer.
-- Why:     how the money above the offers moved from month to month starts from what was compared in each of them.

create or replace table int_compared_month as
with

chains as (
    select holding_id, min(holding_id) over (partition by customer_id, product_id, subscription_id, currency) as chain
    from int_holding
),

spans as (
    select
        span.holding_id, chains.chain, span.interval_unit, span.interval_count, span.first_month, span.n_months, span.paid_ticks, span.offered_ticks,
        span.quantity_micros, span.loyalty_group = 'tenured' as is_tenured,
        span.loyalty_group = 'tenured' and span.paid_ticks is not null and coalesce(span.offered_ticks > 0, false) as is_compared,
        params.as_of_number
    from int_grouped_span as span
    inner join params
        on span.currency = params.currency
        and span.first_month <= params.as_of_number
        and span.first_month + span.n_months > params.as_of_number - 12
    inner join chains
        on span.holding_id = chains.holding_id
    where span.role = 'billing'
),

final as (
    select spans.* exclude (first_month, n_months, as_of_number), first_month + month_offset.month_offset as month_number
    from spans
    inner join month_offset
        on spans.n_months = month_offset.n_months
    where first_month + month_offset.month_offset between as_of_number - 12 and as_of_number
        and chain in (select chain from spans where is_compared)
)

select * from final;
