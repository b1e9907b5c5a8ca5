-- Grain:   one row per change of a chain that holds several things, from a month with a price to the next one.
-- Reads:   int_priced_month
-- Columns: kind = price (the same thing), interval_change, plan_change, line_added, line_dropped; old_holding, old_first and
--          new_holding, new_first = span before and after, null where there is none; old_month, new_month.
-- Why:     equal plans and intervals pair first, then equal plans; one thing left over on each side is a change of
--          plan. Whatever is left after that was added or dropped.

create or replace view int_step_pair as
with

olds as (
    select chain_id, holding_id, plan_id, first_month, month_number as old_month, next_month as new_month
    from int_priced_month
    where next_month is not null
),

news as (
    select chain_id, holding_id, plan_id, first_month, last_month as old_month, month_number as new_month
    from int_priced_month
    where last_month is not null
),

paired as (
    select
        coalesce(olds.chain_id, news.chain_id) as chain_id,
        coalesce(olds.old_month, news.old_month) as old_month,
        coalesce(olds.new_month, news.new_month) as new_month,
        coalesce(olds.plan_id, news.plan_id, chr(30)) as plan,
        olds.holding_id as old_holding, olds.first_month as old_first,
        news.holding_id as new_holding, news.first_month as new_first
    from olds
    full join news
        on olds.chain_id = news.chain_id
        and olds.old_month = news.old_month
        and olds.holding_id = news.holding_id
),

lone as (
    select
        paired.*,
        count(old_holding) over (partition by chain_id, old_month, plan) as n_old_of_plan,
        count(new_holding) over (partition by chain_id, old_month, plan) as n_new_of_plan
    from paired
    where old_holding is null or new_holding is null
),

left_over as (
    select
        lone.*,
        count(old_holding) over (partition by chain_id, old_month) as n_old,
        count(new_holding) over (partition by chain_id, old_month) as n_new
    from lone
    where n_old_of_plan <> 1 or n_new_of_plan <> 1
),

joined as (
    select
        case when left_over.chain_id is null then 'interval_change' when n_old = 1 and n_new = 1 then 'plan_change'
            when lone.old_holding is null then 'line_added' else 'line_dropped' end as kind,
        lone.* exclude (n_old_of_plan, n_new_of_plan)
    from lone
    left join left_over
        on lone.chain_id = left_over.chain_id
        and lone.old_month = left_over.old_month
        and lone.old_holding is not distinct from left_over.old_holding
        and lone.new_holding is not distinct from left_over.new_holding
),

final as (
    select kind, chain_id, old_month, new_month, old_holding, old_first, new_holding, new_first
    from joined
    where kind in ('line_added', 'line_dropped')
    union all
    select kind, chain_id, old_month, new_month, max(old_holding), max(old_first), max(new_holding), max(new_first)
    from joined
    where kind in ('interval_change', 'plan_change')
    group by kind, chain_id, old_month, new_month, case when kind = 'interval_change' then plan end
    union all
    select 'price', chain_id, old_month, new_month, old_holding, old_first, new_holding, new_first
    from paired
    where old_first <> new_first and old_holding = new_holding
)

select * from final;
