-- Grain:   one row per distinct combination of offer keys and date that any ledger row asks for.
-- Reads:   int_ledger_span, int_price_run, int_month_bill, stg_offer, params
-- Columns: lookup_id; the keys; lookup_date; offer_customer_id where the customer has personal offers.
-- Why:     millions of ledger rows ask the same few questions; each is answered once. In the as-of month, the day on
--          which the price was set is asked for as well as the pricing date, or the start of the cycle where that day
--          is the pricing date; bills that make no price because nobody knows where a discount belongs ask too
--          (discount_bounds). Customers who may still be within an introduction ask for the day on which they joined.

create or replace table int_offer_lookup as
with

asked as (
    select
        personal_customer_id as offer_customer_id, product_id, plan_id, currency, region, channel, interval_unit,
        interval_count, quantity_micros, pricing_date as lookup_date
    from int_ledger_span
    union all
    select
        ledger.personal_customer_id as offer_customer_id, ledger.product_id, ledger.plan_id, ledger.currency, ledger.region,
        ledger.channel, ledger.interval_unit, ledger.interval_count, ledger.quantity_micros,
        case when params.comparator_date = 'price_set' then ledger.cycle_start else int_price_run.price_set_on end as lookup_date
    from int_price_run
    cross join params
    inner join int_ledger_span as ledger
        on int_price_run.holding_id = ledger.holding_id
        and ledger.covers_as_of
    union all
    select
        personal.customer_id as offer_customer_id, bill.product_id, bill.plan_id, bill.currency, bill.region, bill.channel,
        bill.interval_unit, bill.interval_count, bill.quantity_micros,
        case when params.comparator_date = 'price_set' then coalesce(bill.price_set_on, bill.period_start) else bill.period_start
            end as lookup_date
    from int_month_bill as bill
    inner join params
        on bill.month_number = params.as_of_number
    left join (select distinct customer_id from stg_offer where customer_id is not null and reject_reason is null) as personal
        on bill.customer_id = personal.customer_id
    where bill.reason = 'discount_not_assigned'
    union all
    select
        ledger.personal_customer_id as offer_customer_id, ledger.product_id, ledger.plan_id, ledger.currency, ledger.region,
        ledger.channel, ledger.interval_unit, ledger.interval_count, ledger.quantity_micros, ledger.tenure_start as lookup_date
    from int_ledger_span as ledger
    inner join (
        select max(intro_cycles * interval_count * case interval_unit when 'year' then 12 else 1 end) as months
        from stg_offer where reject_reason is null
    ) as longest
        on ledger.tenure_start + to_months(cast(1 + longest.months as integer)) > ledger.cycle_start
    where ledger.covers_as_of
        and not ledger.is_censored
),

questions as (
    select distinct asked.*
    from asked
),

final as (
    select
        row_number() over (
            order by offer_customer_id, product_id, plan_id, currency, region, channel, interval_unit, interval_count,
                quantity_micros, lookup_date
        ) as lookup_id,
        questions.*
    from questions
)

select * from final;
