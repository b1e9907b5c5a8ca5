-- Grain:   one row per billing ledger row of the as-of month.
-- Reads:   int_grouped_span, int_price_run, int_offer_match, int_offer_amount, int_acquisition, int_price_change,
--          params
-- Columns: those of int_grouped_span that findings use; price_set_on; other_offer_id, offered_other_ticks = the offer
--          on the other day: the day on which the price was set, or the start of the cycle where that day is the
--          pricing date; derived_n = customers who joined in the cell in the pricing month, null below min_evidence;
--          the price change over twelve months.
-- Why:     findings are made for one month; everything about a customer in that month comes together here, once.

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
        int_price_run.price_changed_month,
        int_price_run.previous_ticks,
        case when params.comparator_date = 'price_set' then int_grouped_span.cycle_start else int_price_run.price_set_on
            end as other_date,
        year(int_grouped_span.pricing_date) * 12 + month(int_grouped_span.pricing_date) - 1 as pricing_month
    from int_grouped_span
    cross join params
    left join int_price_run
        using (holding_id)
    where int_grouped_span.role = 'billing'
        and covers_as_of
),

final as (
    select
        ledger.* exclude (personal_customer_id),
        other.offer_id as other_offer_id,
        other.pricing_decision as other_pricing_decision,
        other_amount.offered_ticks as offered_other_ticks,
        evidence.derived_n,
        change.before_ticks,
        change.after_ticks,
        change.before_offer_ticks,
        change.after_offer_ticks
    from ledger
    left join int_offer_match as other
        on ledger.product_id = other.product_id
        and ledger.currency = other.currency
        and ledger.interval_unit = other.interval_unit
        and ledger.interval_count = other.interval_count
        and ledger.other_date = other.lookup_date
        and ledger.quantity_micros = other.quantity_micros
        and ledger.plan_id is not distinct from other.plan_id
        and ledger.region is not distinct from other.region
        and ledger.channel is not distinct from other.channel
        and ledger.personal_customer_id is not distinct from other.offer_customer_id
    left join int_offer_amount as other_amount
        on other.lookup_id = other_amount.lookup_id
    left join evidence
        on ledger.cell_key = evidence.cell_key
        and ledger.pricing_month = evidence.pricing_month
    left join int_price_change as change
        on ledger.holding_id = change.holding_id
)

select * from final;
