-- Grain:   one row per thing held in the as-of month whose customer joined on an offer with an introduction.
-- Reads:   int_ledger_span, int_offer_match, int_offer_candidate, offers
-- Columns: holding_id; intro_end = first day after the introduction; after_ticks = the price after it, per unit and billing
--          interval.
-- Why:     the offer joined on is the one in force on the day of joining; whoever has held the thing for a shorter time
--          joined on another. Its cycles count from the first full bill.

create or replace table int_running_intro as
with

spans as (
    select span.*, span.interval_count * case span.interval_unit when 'month' then 1 when 'year' then 12 else 0 end as month_step,
        span.interval_count * case span.interval_unit when 'day' then 1 when 'week' then 7 else 0 end as day_step
    from int_ledger_span as span
    where span.covers_as_of
        and not span.is_censored
),

joined as (
    select holding_id, min(cycle_start) as first_start
    from int_ledger_span
    where holding_id in (select holding_id from spans)
    group by holding_id
),

final as (
    select
        spans.holding_id, max(offers.standard_interval_ticks) as after_ticks,
        cast(max(first_start + to_months(month_step * cast(intro_cycles as integer))
            + to_days(day_step * cast(intro_cycles as integer))) as date) as intro_end
    from spans
    inner join joined
        using (holding_id)
    inner join int_offer_match as asked
        on spans.product_id = asked.product_id and spans.currency = asked.currency
        and spans.interval_unit = asked.interval_unit and spans.interval_count = asked.interval_count
        and spans.tenure_start = asked.lookup_date and spans.quantity_micros = asked.quantity_micros
        and spans.plan_id is not distinct from asked.plan_id and spans.region is not distinct from asked.region
        and spans.channel is not distinct from asked.channel
        and spans.personal_customer_id is not distinct from asked.offer_customer_id
    inner join int_offer_candidate as best
        on asked.lookup_id = best.lookup_id
        and best.candidate_rank = 1
    inner join offers
        on best.offer_id = offers.offer_id
        and best.valid_from = offers.valid_from
    where offers.intro_unit_price is not null
        and offers.intro_cycles > 0
        and joined.first_start < spans.tenure_start + to_months(month_step) + to_days(day_step + 16)
    group by spans.holding_id
)

select * from final;
