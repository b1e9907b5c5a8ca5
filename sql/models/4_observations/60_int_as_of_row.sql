-- Grain:   one row per billing ledger row of the as-of month.
-- Reads:   int_grouped_span, int_price_run, int_offer_match, int_offer_amount, int_acquisition, int_price_change, stg_offer,
--          params
-- Columns: those of int_grouped_span that findings use; price_set_on and the offer of that day; derived_n = customers who
--          joined in the cell in the pricing month, null below min_evidence; the price change over twelve months.
-- Why:     findings are made for one month; everything about a customer in that month meets here, once.

create or replace table int_as_of_row as
with

evidence as (
    select
        cell_key,
        pricing_month,
        cast(sum(n_observations) as bigint) as derived_n
    from int_acquisition
    group by cell_key, pricing_month
    having sum(n_observations) >= (select min_evidence from params)
),

ledger as (
    select
        int_grouped_span.* exclude (role, first_month, n_months, covers_as_of, covers_year_before),
        int_price_run.price_set_on,
        year(int_grouped_span.pricing_date) * 12 + month(int_grouped_span.pricing_date) - 1 as pricing_month,
        case when exists (
            select 1 from stg_offer where stg_offer.customer_id = int_grouped_span.customer_id and stg_offer.reject_reason is null
        ) then int_grouped_span.customer_id end as personal_customer_id
    from int_grouped_span
    left join int_price_run
        using (holding_id)
    where int_grouped_span.role = 'billing'
        and covers_as_of
),

final as (
    select
        ledger.* exclude (personal_customer_id),
        at_set.offer_id as set_offer_id,
        amount_at_set.offered_ticks as offered_at_price_set_ticks,
        evidence.derived_n,
        change.before_ticks,
        change.after_ticks,
        change.before_offer_ticks,
        change.after_offer_ticks
    from ledger
    left join int_offer_match as at_set
        on ledger.product_id = at_set.product_id
        and ledger.currency = at_set.currency
        and ledger.interval_unit = at_set.interval_unit
        and ledger.interval_count = at_set.interval_count
        and ledger.price_set_on = at_set.lookup_date
        and ledger.quantity_micros = at_set.quantity_micros
        and ledger.plan_id is not distinct from at_set.plan_id
        and ledger.region is not distinct from at_set.region
        and ledger.channel is not distinct from at_set.channel
        and ledger.personal_customer_id is not distinct from at_set.offer_customer_id
    left join int_offer_amount as amount_at_set
        on at_set.lookup_id = amount_at_set.lookup_id
    left join evidence
        on ledger.cell_key = evidence.cell_key
        and ledger.pricing_month = evidence.pricing_month
    left join int_price_change as change
        on ledger.holding_id = change.holding_id
)

select * from final;
