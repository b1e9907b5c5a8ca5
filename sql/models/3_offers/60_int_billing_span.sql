-- Grain:   one row per row of int_ledger_span.
-- Reads:   int_ledger_span, int_offer_match, int_offer_amount, params
-- Columns: those of int_ledger_span; quantity; the offer in force on the pricing date, its prices and what it
--          comes to for as many units; contract status.
-- Why:     the offer is looked up once for each distinct combination of keys and date, and joined here.

create or replace view int_billing_span as
with

final as (
    select
        ledger.*,
        cast(ledger.quantity_micros as decimal(38, 0)) * 0.000001 as quantity,
        offer.offer_id,
        offer.pricing_decision,
        offer.offer_reason,
        offer.n_candidates,
        offer.headline_ticks,
        offer.effective_ticks,
        offer.standard_offer_ticks,
        offer.offer_ticks,
        offer.headline_interval_ticks,
        offer.effective_interval_ticks,
        offer.standard_interval_ticks,
        case params.comparator_basis
            when 'headline' then offer.headline_interval_ticks
            when 'standard' then offer.standard_interval_ticks
            else offer.effective_interval_ticks
        end as offer_interval_ticks,
        amount.offered_ticks,
        amount.offered_headline_ticks,
        amount.offered_effective_ticks,
        amount.offered_standard_ticks,
        case
            when ledger.contract_end > ledger.pricing_date then 'in_contract'
            when ledger.contract_end <= ledger.pricing_date then 'out_of_contract'
        end as contract_status
    from int_ledger_span as ledger
    cross join params
    left join int_offer_match as offer
        on ledger.product_id = offer.product_id
        and ledger.currency = offer.currency
        and ledger.interval_unit = offer.interval_unit
        and ledger.interval_count = offer.interval_count
        and ledger.pricing_date = offer.lookup_date
        and ledger.quantity_micros = offer.quantity_micros
        and ledger.plan_id is not distinct from offer.plan_id
        and ledger.region is not distinct from offer.region
        and ledger.channel is not distinct from offer.channel
        and ledger.personal_customer_id is not distinct from offer.offer_customer_id
    left join int_offer_amount as amount
        on offer.lookup_id = amount.lookup_id
)

select * from final;
