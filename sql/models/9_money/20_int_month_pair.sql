-- Grain:   one row per thing held and pair of successive months in one of which it is compared.
-- Reads:   int_compared_month, int_price_step, price_change, params
-- Columns: holding_id; interval; month_number of the later month; step = stayer where it is compared in both, else what
--          brought it in or took it out; old_paid, new_paid, old_offered, new_offered, old_micros, new_micros, null where it
--          is not compared; change_id = change of its price between the two, null for none.
-- Why:     a change of plan takes one thing out and brings another in: both count in one row, so that what a customer
--          moves between plans is net.

create or replace table int_month_pair as
with

months as (
    select chain, month_number, max(month_number) over (partition by chain) as last_month
    from (select distinct chain, month_number from int_compared_month)
),

joined as (
    select
        coalesce(new.holding_id, old.holding_id) as holding_id, coalesce(new.chain, old.chain) as chain,
        coalesce(new.interval_unit, old.interval_unit) as interval_unit,
        coalesce(new.interval_count, old.interval_count) as interval_count,
        coalesce(new.month_number, old.month_number + 1) as month_number,
        coalesce(old.is_compared, false) as was_compared, coalesce(new.is_compared, false) as is_compared,
        old.is_tenured as was_tenured, new.is_tenured,
        old.paid_ticks as old_paid, old.offered_ticks as old_offered, old.quantity_micros as old_micros,
        new.paid_ticks as new_paid, new.offered_ticks as new_offered, new.quantity_micros as new_micros
    from int_compared_month as new
    full join int_compared_month as old
        on new.holding_id = old.holding_id
        and new.month_number = old.month_number + 1
),

placed as (
    select
        joined.* exclude (old_paid, old_offered, old_micros, new_paid, new_offered, new_micros),
        case when was_compared then old_paid end as old_paid, case when was_compared then old_offered end as old_offered,
        case when was_compared then old_micros end as old_micros, case when is_compared then new_paid end as new_paid,
        case when is_compared then new_offered end as new_offered, case when is_compared then new_micros end as new_micros,
        case
            when was_compared and is_compared then 'stayer'
            when is_compared and was_tenured is not null then case when was_tenured then 'newly_covered' else 'newly_tenured' end
            when was_compared and is_tenured is not null then 'no_longer'
            when is_compared then case when before.chain is null then 'newly_covered' else 'plan_change' end
            when after.chain is not null then 'plan_change'
            when before.last_month >= joined.month_number then 'no_longer'
            else 'left'
        end as step
    from joined
    left join months as before
        on joined.chain = before.chain and joined.month_number - 1 = before.month_number
    left join months as after
        on joined.chain = after.chain and joined.month_number = after.month_number
    where was_compared or is_compared
),

final as (
    select placed.* exclude (was_compared, is_compared, was_tenured, is_tenured), change.change_id
    from placed
    left join int_price_step as step
        on placed.holding_id = step.new_holding and placed.month_number = step.new_first
        and step.kind = 'price' and not step.across_gap and placed.step = 'stayer'
    left join price_change as change
        on step.step_id = change.change_id
    cross join params
    where placed.month_number between params.as_of_number - 11 and params.as_of_number
)

select * from final;
