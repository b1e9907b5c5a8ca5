-- Grain:   one row per change of what a chain (customer x product x subscription x currency) pays, from a month with a price to
--          the next one.
-- Reads:   int_ledger_span, int_step_pair, int_priced_month, int_unpriced_month, int_month_bill, int_holding
-- Columns: step_id; kind as in int_step_pair; old_holding, old_first and new_holding, new_first = spans before and after;
--          across_gap = months without a price lie between.
-- Why:     months without any live line between two prices are an exit and an entry, not a change. What is paid, the
--          quantity and the price before discounts show whether anything changed.

create or replace table int_price_step as
with

single as (
    select
        holding_id, first_month, n_months, net_micros, quantity_micros, standard_ticks,
        lag(first_month) over thing as old_first,
        lag(n_months) over thing as old_n_months,
        lag(net_micros) over thing as old_net_micros,
        lag(quantity_micros) over thing as old_quantity_micros,
        lag(standard_ticks) over thing as old_standard_ticks
    from int_ledger_span
    where holding_id not in (select distinct holding_id from int_priced_month)
    window thing as (partition by holding_id order by first_month)
),

changed as (
    select
        'price' as kind, holding_id as old_holding, old_first, holding_id as new_holding, first_month as new_first,
        old_first + old_n_months - 1 as old_month, first_month as new_month
    from single
    where net_micros <> old_net_micros
        or quantity_micros <> old_quantity_micros
        or standard_ticks <> old_standard_ticks
    union all
    select pair.kind, pair.old_holding, pair.old_first, pair.new_holding, pair.new_first, pair.old_month, pair.new_month
    from int_step_pair as pair
    left join int_ledger_span as old
        on pair.old_holding = old.holding_id
        and pair.old_first = old.first_month
    left join int_ledger_span as new
        on pair.new_holding = new.holding_id
        and pair.new_first = new.first_month
    where pair.kind <> 'price'
        or old.net_micros <> new.net_micros
        or old.quantity_micros <> new.quantity_micros
        or old.standard_ticks <> new.standard_ticks
),

live as (
    select customer_id, product_id, subscription_id, currency, month_number from int_unpriced_month
    union
    select customer_id, product_id, subscription_id, currency, month_number from int_month_bill where reason is not null
),

touched as (
    select changed.kind, changed.old_holding, changed.new_holding, changed.new_month, count(distinct live.month_number) as n_live
    from changed
    inner join int_holding as thing
        on coalesce(changed.new_holding, changed.old_holding) = thing.holding_id
    inner join live
        on thing.customer_id = live.customer_id
        and thing.product_id = live.product_id
        and thing.subscription_id is not distinct from live.subscription_id
        and thing.currency = live.currency
        and live.month_number > changed.old_month
        and live.month_number < changed.new_month
    where changed.new_month > changed.old_month + 1
    group by all
),

final as (
    select
        row_number() over (order by coalesce(new_holding, old_holding), new_month, kind, old_holding) as step_id,
        changed.* exclude (old_month, new_month),
        changed.new_month > changed.old_month + 1 as across_gap
    from changed
    left join touched
        using (kind, old_holding, new_holding, new_month)
    where changed.new_month = changed.old_month + 1
        or touched.n_live = changed.new_month - changed.old_month - 1
)

select * from final;
