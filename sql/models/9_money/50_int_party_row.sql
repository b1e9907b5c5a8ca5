-- Grain:   one row per tenured thing held in the as-of month that has a price and an offer, currency of the study.
-- Reads:   int_grouped_span, params
-- Columns: party_id; holding_id, null in a book; customer_id, product_id, subscription_id; lens_key; times = billing intervals
--          in a year; above_a_year = what it costs above the offer a year, currency units, below 0 where it is cheaper.
-- Why:     billing lines and a book are looked at alike, so that overpayment can be added up by party.

create or replace view int_party_row as
with

final as (
    select
        span.party_id, span.holding_id, span.customer_id, span.product_id, span.subscription_id, span.lens_key,
        case span.interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end
            / span.interval_count as times,
        (span.paid_ticks - span.offered_ticks) * case span.interval_unit when 'year' then 1.0 when 'month' then 12.0
            when 'week' then 365 / 7.0 else 365.0 end / span.interval_count / 10000 as above_a_year
    from int_grouped_span as span
    inner join params
        on span.currency = params.currency
    where (span.role = 'book' or span.covers_as_of)
        and span.loyalty_group = 'tenured'
        and span.paid_ticks is not null
        and span.offered_ticks > 0
)

select * from final;
