-- One row per thing held whose comparator is a planned offer: of several that fit, the one that states most keys, then the
-- latest; n_equal shows whether several are equal in both.

create or replace table planned_offer_match as
with

fitting as (
    select
        held.holding_id, held.quantity_micros, planned.*,
        dense_rank() over (partition by held.holding_id order by n_keys desc, effective_on desc) as best
    from int_running_price as held
    inner join params
        on held.currency = params.currency
    inner join holding_moment as moment
        using (holding_id)
    inner join planned_offer as planned
        on held.product_id = planned.product_id
        and held.interval_unit = planned.interval_unit and held.interval_count = planned.interval_count
        and moment.priced_on >= planned.effective_on
    where coalesce(planned.plan_id, held.plan_id, '') = coalesce(held.plan_id, '')
        and coalesce(planned.region, held.region, '') = coalesce(held.region, '')
        and coalesce(planned.channel, held.channel, '') = coalesce(held.channel, '')
),

final as (
    select
        holding_id, min(line) as line, count(*) as n_equal, any_value(quantity_micros) as quantity_micros,
        any_value(headline_ticks) as headline_ticks, any_value(effective_ticks) as effective_ticks,
        any_value(list_ticks) as list_ticks
    from fitting
    where best = 1
    group by holding_id
)

select * from final;
