-- Grain:   one row per thing held in the as-of month that a discount may or may not belong to.
-- Reads:   int_month_bill, int_discount_part, int_offer_match, int_offer_amount, stg_offer, params
-- Columns: customer_id; gross_ticks = what it costs a month before such discounts; offered_ticks = what a new customer would pay
--          a month for as many units, null without an offer or where anything else keeps it from being compared; 10^-4 major
--          units.
-- Why:     what is not compared has no row in the ledger, so its offer is looked up here.

create or replace table int_unplaced_bill as
with

unplaced as (
    select part.*
    from int_discount_part as part
    inner join params
        on part.month_number = params.as_of_number
        and part.currency = params.currency
    where not part.is_assigned
),

grosses as (
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number,
        sum(part_micros) as part_micros,
        interval_count * case interval_unit when 'month' then 1 when 'year' then 12 when 'week' then 84 else 12 end as times,
        case when interval_unit in ('week', 'day') then 365 else 1 end as parts
    from unplaced
    group by customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number
),

final as (
    select
        bill.customer_id,
        (cast(bill.net_micros as hugeint) - gross.part_micros) * gross.parts // (100 * gross.times) as gross_ticks,
        case when bill.reason = 'discount_not_assigned' then cast(amount.offered_ticks as hugeint) * gross.parts // gross.times end
            as offered_ticks
    from int_month_bill as bill
    cross join params
    inner join grosses as gross
        on bill.customer_id = gross.customer_id
        and bill.product_id = gross.product_id
        and bill.subscription_id is not distinct from gross.subscription_id
        and bill.plan_id is not distinct from gross.plan_id
        and bill.currency = gross.currency
        and bill.interval_unit = gross.interval_unit
        and bill.interval_count = gross.interval_count
        and bill.month_number = gross.month_number
    left join (select distinct customer_id from stg_offer where customer_id is not null and reject_reason is null) as own
        on bill.customer_id = own.customer_id
    left join int_offer_match as offer
        on bill.product_id = offer.product_id
        and bill.currency = offer.currency
        and bill.interval_unit = offer.interval_unit
        and bill.interval_count = offer.interval_count
        and bill.quantity_micros = offer.quantity_micros
        and case when params.comparator_date = 'price_set' then coalesce(bill.price_set_on, bill.period_start)
            else bill.period_start end = offer.lookup_date
        and bill.plan_id is not distinct from offer.plan_id
        and bill.region is not distinct from offer.region
        and bill.channel is not distinct from offer.channel
        and own.customer_id is not distinct from offer.offer_customer_id
    left join int_offer_amount as amount
        on offer.lookup_id = amount.lookup_id
)

select * from final;
