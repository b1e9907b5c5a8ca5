-- Grain:   one row per customer x product x currency x billing interval x month.
-- Reads:   int_ledger, int_offer_match, int_plan_start, int_amount_beside, params
-- Columns: those of int_ledger; the offer in force on the pricing date and its prices; plan age; what is paid beside.
-- Why:     everything an analyst needs of one month of one customer stands in one row.

create or replace view int_billing_ledger as
with

final as (
    select
        ledger.*,
        offer.offer_id,
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
        greatest(0, 12 * (year(ledger.pricing_date) - year(plan.plan_start))
            + month(ledger.pricing_date) - month(plan.plan_start)
            - case when day(ledger.pricing_date) < day(plan.plan_start) then 1 else 0 end) as plan_age_months,
        case
            when ledger.contract_end > ledger.pricing_date then 'in_contract'
            when ledger.contract_end <= ledger.pricing_date then 'out_of_contract'
        end as contract_status,
        coalesce(beside.finance_ticks, 0) as finance_ticks,
        coalesce(beside.fee_ticks, 0) as fee_ticks,
        coalesce(beside.usage_ticks, 0) as usage_ticks,
        coalesce(beside.one_off_ticks, 0) as one_off_ticks,
        coalesce(beside.tax_ticks, 0) as tax_ticks
    from int_ledger as ledger
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
    left join int_plan_start as plan
        on ledger.customer_id = plan.customer_id
        and ledger.product_id = plan.product_id
        and ledger.plan_id is not distinct from plan.plan_id
    left join int_amount_beside as beside
        on ledger.customer_id = beside.customer_id
        and ledger.product_id = beside.product_id
        and ledger.currency = beside.currency
        and ledger.month_number = beside.month_number
)

select * from final;
