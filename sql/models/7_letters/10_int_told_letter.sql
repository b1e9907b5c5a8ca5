-- Grain:   one row per letter and thing held that it concerns; a letter is an event that states a price, a change, a
--          percentage or a lock.
-- Reads:   stg_price_event, int_holding, int_ledger_span, params
-- Columns: letter_id; holding_id, its interval in one_interval; told_day, effective_day; lock_until; what is told;
--          campaign; coin_ticks; old_day = start of the last bill before both days (for a letter at the sale, before
--          its effective day); first_day = that of the first on the effective day or later; lock_day = that of the last
--          by then.
-- Why:     a letter names a subscription, a customer, or a plan or product; in that case it concerns all who held it
--          when it was sent: billed by then, and until then or the as-of month. Who has changed the plan before holds
--          the other one.

create or replace table int_told_letter as
with

events as (
    select
        event.* exclude (reject_reason, content_key), row_id as letter_id,
        coalesce(notice_on, told_on, announced_on) as told_day, coalesce(effective_on, changed_on, told_on) as effective_day,
        least(12 * year(coalesce(told_day, effective_day)) + month(coalesce(told_day, effective_day)) - 1, as_of_number) as held_until
    from stg_price_event as event cross join params
    where reject_reason is null
        and coalesce(told_price, told_change, told_percent) is not null
        or reject_reason is null and lock_until is not null
),

matched as (
    select events.* exclude (customer_id, subscription_id, product_id, plan_id), thing.*, false as is_general
    from events
    inner join int_holding as thing
        on events.subscription_id = thing.subscription_id
    where coalesce(events.product_id, thing.product_id) = thing.product_id
        and (events.plan_id is null or events.plan_id = thing.plan_id)
    union all
    select events.* exclude (customer_id, subscription_id, product_id, plan_id), thing.*, false as is_general
    from events
    inner join int_holding as thing
        on events.customer_id = thing.customer_id
    where events.subscription_id is null
        and coalesce(events.product_id, thing.product_id) = thing.product_id
        and (events.plan_id is null or events.plan_id = thing.plan_id)
    union all
    select events.* exclude (customer_id, subscription_id, product_id, plan_id), thing.*, true as is_general
    from events
    inner join int_holding as thing
        on coalesce(events.product_id, thing.product_id) = thing.product_id
    where events.subscription_id is null
        and events.customer_id is null
        and (events.plan_id is null or events.plan_id = thing.plan_id)
),

billed_each as (
    select
        matched.letter_id, matched.holding_id,
        coalesce(
            max(span.cycle_start) filter (where span.cycle_start < least(coalesce(told_day, effective_day), effective_day)),
            max(span.cycle_start) filter (where span.cycle_start < effective_day)) as old_day,
        min(span.cycle_start) filter (where span.cycle_start >= effective_day) as first_day,
        max(span.cycle_start) filter (where span.cycle_start <= effective_day) as lock_day,
        bool_or(span.cycle_start <= coalesce(told_day, effective_day))
            and max(span.first_month + span.n_months) > any_value(held_until) as was_held
    from matched
    inner join int_ledger_span as span
        on matched.holding_id = span.holding_id
    group by all
),

billed as (
    select billed_each.*, bool_or(was_held) over (partition by letter_id) as any_held
    from billed_each
),

final as (
    select
        matched.letter_id, matched.holding_id, matched.customer_id, matched.product_id, matched.plan_id, matched.currency,
        matched.subscription_id, matched.interval_unit, matched.interval_count, told_day, effective_day, lock_until,
        told_price, told_change, told_percent, told_basis, told_tax_included, exit_right,
        case when matched.currency in ('JPY', 'KRW', 'CLP', 'ISK', 'VND', 'XAF', 'XOF') then 10000 else 100 end as coin_ticks,
        case interval_unit when 'day' then to_days(interval_count) when 'week' then to_days(7 * interval_count)
            when 'year' then to_years(interval_count) else to_months(interval_count) end as one_interval,
        coalesce(price_decision, concat(coalesce(cast(told_day as varchar), ''), ' ', cast(effective_day as varchar))) as campaign,
        billed.old_day, billed.first_day, billed.lock_day
    from matched
    inner join billed
        on matched.letter_id = billed.letter_id
        and matched.holding_id = billed.holding_id
    where billed.was_held
        or not matched.is_general and not billed.any_held
)

select * from final;
