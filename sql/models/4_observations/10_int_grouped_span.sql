-- Grain:   one row per thing held (customer x product x subscription x plan x currency x billing interval) and span of
--          months (a book states one month).
-- Reads:   int_book_span, int_tenure_span, tenure_class
-- Columns: those of price_ledger except month, plan age and the amounts beside the price; the span and what it covers,
--          as in int_tenure_span; paid_ticks, offered_ticks = price x quantity per billing interval, 10^-4 major units.
-- Why:     group and band come from one table of months, so that they cannot disagree. A left-censored tenure is a
--          lower bound: it decides the group only where the bound alone is enough, and never the band. A retention
--          discount shows that a customer is known to the firm, so such a customer is not new. Money is what was
--          billed, not a rounded price times the units: 100.00 for three units stays 100.00.

create or replace view int_grouped_span as
with

stated as (
    select
        'billing' as role, holding_id, customer_id, coalesce(party_id, customer_id) as party_id, product_id, currency,
        interval_unit, interval_count, first_month, n_months, covers_as_of, covers_year_before, cycle_start, pricing_date,
        cell_key, lens_key, personal_customer_id, tenure_start, tenure_number, tenure_months, is_censored, discount_audience, discount_id, subscription_id, plan_id, channel, region,
        quantity, quantity_micros, contract_status, price_ticks, standard_ticks, cast(null as bigint) as prior_ticks,
        offer_ticks, offer_id, pricing_decision, offer_reason, n_candidates,
        headline_ticks, effective_ticks, standard_offer_ticks, interval_ticks, offer_interval_ticks, headline_interval_ticks,
        effective_interval_ticks, standard_interval_ticks, cast(null as bigint) as market_ticks,
        cast(null as bigint) as cost_ticks,
        cast((2 * net_micros + 100) // 200 - case when (2 * net_micros + 100) % 400 = 200 then 1 else 0 end as bigint)
            as paid_ticks,
        offered_ticks, offered_headline_ticks, offered_effective_ticks, offered_standard_ticks
    from int_tenure_span
    union all
    select
        'book' as role, cast(null as bigint) as holding_id, customer_id, coalesce(party_id, customer_id) as party_id,
        product_id, currency, interval_unit, interval_count, first_month, n_months, covers_as_of, covers_year_before,
        as_of as cycle_start, as_of as pricing_date, cell_key, lens_key, null as personal_customer_id, tenure_start,
        cast(null as integer) as tenure_number, tenure_months, false as is_censored, null as discount_audience, null as discount_id,
        null as subscription_id, null as plan_id, null as channel, null as region, 1 as quantity,
        1000000 as quantity_micros, null as contract_status,
        price_ticks, null as standard_ticks, prior_ticks, offer_ticks, null as offer_id, price_decision as pricing_decision,
        case when offer_ticks is null then 'no_offer' end as offer_reason,
        case when offer_ticks is null then 0 else 1 end as n_candidates, null as headline_ticks, null as effective_ticks,
        null as standard_offer_ticks, price_ticks as interval_ticks, offer_ticks as offer_interval_ticks,
        null as headline_interval_ticks, null as effective_interval_ticks, null as standard_interval_ticks,
        market_ticks, cost_ticks, price_ticks as paid_ticks, offer_ticks as offered_ticks, null as offered_headline_ticks,
        null as offered_effective_ticks, null as offered_standard_ticks
    from int_book_span
),

final as (
    select
        stated.*,
        case
            when is_censored and tenure_class.loyalty_group = 'tenured' then 'tenured'
            when is_censored then 'unknown'
            when tenure_class.loyalty_group = 'new' and discount_audience = 'existing_only' then 'middle'
            else coalesce(tenure_class.loyalty_group, 'unknown')
        end as loyalty_group,
        case when not is_censored then tenure_class.band_order end as band_order,
        cast(price_ticks * 0.0001 as decimal(18, 4)) as paid_price
    from stated
    left join tenure_class
        on stated.tenure_months = tenure_class.tenure_months
)

select * from final;
