-- Grain:   one row per thing held in the as-of month: an observation; a rejected row of that month stands for one.
-- Reads:   int_grouped_span, int_as_of_row, int_unpriced_observation
-- Columns: those of the ledger that findings use; pricing_decision = that of the offer, or the one a book states;
--          reason = why it has no price or no offer, null where it has both; month_ticks = what an observation without
--          a price costs a month.
-- Why:     a book states one month and comes here as it is; billing lines bring the as-of month with all that belongs
--          to it. What cannot be compared is an observation too. Decision D4.

create or replace view observation as
with

final as (
    select
        party_id, customer_id, currency, cell_key, lens_key, loyalty_group, band_order, paid_ticks, quantity_micros,
        offered_ticks, pricing_decision, offer_reason as reason, cast(null as bigint) as month_ticks, offered_headline_ticks,
        offered_effective_ticks, offered_standard_ticks, other_pricing_decision, offered_other_ticks, derived_n, pricing_month,
        before_ticks, after_ticks, before_offer_ticks, after_offer_ticks, market_ticks, cost_ticks
    from int_as_of_row
    union all
    select
        party_id, customer_id, currency, cell_key, lens_key, loyalty_group, band_order, paid_ticks, quantity_micros,
        offered_ticks, pricing_decision, case when paid_ticks is null then 'no_price' else offer_reason end as reason,
        null as month_ticks, null as offered_headline_ticks, null as offered_effective_ticks, null as offered_standard_ticks,
        null as other_pricing_decision, null as offered_other_ticks, null as derived_n, null as pricing_month,
        prior_ticks as before_ticks, case when prior_ticks is not null then price_ticks end as after_ticks,
        null as before_offer_ticks, null as after_offer_ticks, market_ticks, cost_ticks
    from int_grouped_span
    where role = 'book'
    union all
    select
        party_id, customer_id, currency, cell_key, lens_key, loyalty_group, band_order, null as paid_ticks, null as quantity_micros,
        null as offered_ticks, null as pricing_decision, reason, month_ticks, null as offered_headline_ticks,
        null as offered_effective_ticks, null as offered_standard_ticks, null as other_pricing_decision,
        null as offered_other_ticks, null as derived_n, null as pricing_month, null as before_ticks, null as after_ticks,
        null as before_offer_ticks, null as after_offer_ticks, null as market_ticks, null as cost_ticks
    from int_unpriced_observation
)

select * from final;
