-- Grain:   one row per letter and thing held that it concerns.
-- Reads:   int_told_fact, int_ledger_span, int_holding, params
-- Columns: those of int_told_fact; tenure_start, is_censored; reason = why it is not assessable, null where it
--          is; outcome.
-- Why:     the first outcome that fits counts, so that each letter has one: what cannot be known, then a later letter,
--          a broken lock, a rise before its day, what was told, and what was charged instead.

create or replace table int_told_outcome as
with

elsewhere as (
    select
        fact.letter_id, fact.holding_id,
        case when bool_or(other.plan_id is distinct from fact.plan_id) then 'plan_changed' else 'other_interval' end as reason
    from int_told_fact as fact
    inner join int_holding as other
        on fact.customer_id = other.customer_id
        and fact.product_id = other.product_id
        and fact.subscription_id is not distinct from other.subscription_id
        and fact.holding_id <> other.holding_id
    inner join int_ledger_span as span
        on other.holding_id = span.holding_id
        and span.cycle_start >= fact.effective_day
    where fact.first_day is null
    group by fact.letter_id, fact.holding_id, fact.plan_id
),

tenures as (
    select holding_id, max(tenure_start) as tenure_start, bool_or(is_censored) as is_censored
    from int_ledger_span
    where holding_id in (select holding_id from int_told_fact)
    group by holding_id
),

judged as (
    select
        fact.*, tenures.tenure_start, tenures.is_censored,
        coalesce(told_price, told_change, told_percent) is null as is_lock_only,
        case
            when coalesce(told_price, told_change, told_percent) is null then case when not has_lock_price or not has_bill_in_lock
                then 'no_price_before' end
            when old_day is null then 'no_price_before'
            when first_day is null then coalesce(elsewhere.reason,
                case when effective_day + one_interval > as_of_month + to_months(1) then 'no_bill_yet' else 'left' end)
            when told_ticks is null then 'tax_unknown'
            when first_day >= effective_day + one_interval then 'not_understood'
            when first_is_old and not first_is_told and other_day is null and n_bills < 3 then 'no_bill_yet'
        end as reason
    from int_told_fact as fact
    cross join params
    left join elsewhere using (letter_id, holding_id)
    left join tenures using (holding_id)
),

final as (
    select
        judged.*,
        case
            when reason is not null then 'not_assessable'
            when is_lock_only then case when is_raised_in_lock then 'broken_lock' else 'kept' end
            when is_superseded then 'superseded'
            when is_locked_out then 'broken_lock'
            when told_ticks > old_ticks and is_early then 'early'
            when first_is_told then 'kept'
            when first_is_old and n_old_first >= 3 then 'never'
            when first_is_old and other_is_told and other_day < effective_day + 2 * one_interval then 'late'
            when other_over > 0 then 'more'
            else 'less'
        end as outcome
    from judged
)

select * from final;
