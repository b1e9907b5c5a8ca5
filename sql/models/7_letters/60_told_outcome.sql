-- Grain:   one row per letter and thing held that it concerns.
-- Reads:   int_told_outcome, int_told_bill, tenure_class
-- Columns: letter_id: Number of the letter among the price events
--          customer_id, product_id, plan_id, subscription_id, currency, interval_unit, interval_count: as in
--            price_ledger
--          campaign: Mailing: the price decision stated, else the day told and the effective day
--          told_on: Day on which the customer was told; null where none is stated
--          effective_on: Day from which the price told holds
--          lock_until: End of the price lock that the letter grants, exclusive; null without one
--          tenure_months: Completed months of tenure on the effective day
--          band_order: Tenure band on that day; null where unknown or only a lower bound
--          told_ticks: Price told, discounts taken off, ex tax, per unit and billing interval, 10^-4 currency units;
--            null for a lock without a price
--          old_ticks: Price of the last bill before, likewise
--          charged_ticks: Price of the first bill on the effective day or later, likewise
--          outcome: kept, broken_lock, early, late, never, more, less, superseded or not_assessable
--          reason: Why it is not assessable: no_price_before, left, no_bill_yet, plan_changed, other_interval,
--            not_understood, tax_unknown; null elsewhere
--          over_amount: Charged above what was told, until the difference ends, the next letter or the last bill,
--            currency units
--          under_amount: Charged below it, likewise, below 0; over and under are never netted
-- Why:     what was said and what was charged, per customer. The first outcome that fits counts, in the order given on
--          the page on causes.

create or replace table told_outcome as
with

money as (
    select
        bill.letter_id, bill.holding_id,
        sum(greatest(case when bill_number is null then above_old_micros else over_micros end, 0)) as over_micros,
        sum(least(case when bill_number is null then 0 else over_micros end, 0)) as under_micros
    from int_told_bill as bill
    inner join int_told_outcome using (letter_id, holding_id)
    where outcome in ('early', 'late', 'never', 'more', 'less', 'broken_lock') and not is_lock_only
        and (bill_number is null and outcome = 'early' and bill_day >= told_day
            or bill_number >= 1 and (end_day is null or bill_day < end_day))
        and (next_day is null or bill_day < next_day)
        and abs(case when bill_number is null then above_old_micros else over_micros end) > half_coin
    group by bill.letter_id, bill.holding_id
),

final as (
    select
        letter_id, customer_id, product_id, plan_id, subscription_id, currency, interval_unit, interval_count, campaign,
        told_day as told_on, effective_day as effective_on, lock_until,
        cast(greatest(0, date_diff('month', tenure_start, effective_day)
            - case when day(effective_day) < day(tenure_start) then 1 else 0 end) as integer) as tenure_months,
        case when not is_censored then tenure_class.band_order end as band_order,
        told_ticks, old_ticks, charged_ticks, outcome, reason,
        cast(coalesce(money.over_micros, 0) as decimal(38, 0)) * 0.000001 as over_amount,
        cast(coalesce(money.under_micros, 0) as decimal(38, 0)) * 0.000001 as under_amount
    from int_told_outcome
    left join money using (letter_id, holding_id)
    left join tenure_class
        on tenure_class.tenure_months = greatest(0, date_diff('month', tenure_start, effective_day)
            - case when day(effective_day) < day(tenure_start) then 1 else 0 end)
)

select * from final
order by letter_id, customer_id, product_id;
