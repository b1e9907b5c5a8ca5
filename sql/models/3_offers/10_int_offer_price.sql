-- Grain:   one row per accepted offer row.
-- Reads:   int_offer_row, params
-- Columns: those of stg_offer; headline_ticks = introductory, standard_ticks = after the introduction,
--          effective_ticks = average over the horizon, with set-up fee and incentive, 10^-4 major units per month;
--          *_interval_ticks = the same per billing interval of the offer; primary_ticks = that of the study's basis.
-- Why:     m = mn / md months per cycle. Effective = (intro k + list (H - k m) / m + set-up - incentive) / H with k the
--          introductory cycles, clipped to the horizon H. The fractions are exact, and rounded once, half to even.

create or replace table int_offer_price as
with

accepted as (
    select * exclude (source_index, reject_reason, is_contradicted, copy_number)
    from int_offer_row
    where not is_contradicted
        and copy_number = 1
),

cycles as (
    select
        accepted.*,
        cast(params.horizon_months as hugeint) as h,
        params.comparator_basis,
        interval_count * case interval_unit when 'month' then 1 when 'week' then 84 else 12 end as mn,
        case when interval_unit in ('week', 'day') then 365 else 1 end as md,
        cast(list_unit_price * 1000000 as hugeint) as list,
        cast(coalesce(intro_unit_price, list_unit_price) * 1000000 as hugeint) as intro,
        cast((coalesce(setup_fee, 0) - coalesce(incentive_value, 0)) * 1000000 as hugeint) as once
    from accepted
    cross join params
),

fractions as (
    select
        cycles.*,
        intro * md as headline_a,
        case when intro_unit_price is not null and intro_cycles is null then intro else list end * md as standard_a,
        case
            when intro_unit_price is null then list * h * md
            when intro_cycles is null or intro_cycles * mn >= h * md then intro * h * md
            else intro * intro_cycles * mn + list * (h * md - intro_cycles * mn)
        end + once * mn as effective_a,
        cast(100 as hugeint) * mn as d
    from cycles
),

rounded as (
    select
        fractions.*,
        (2 * headline_a + d) // (2 * d) - case when (2 * headline_a + d) % (4 * d) = 2 * d then 1 else 0 end as headline_n,
        (2 * standard_a + d) // (2 * d) - case when (2 * standard_a + d) % (4 * d) = 2 * d then 1 else 0 end as standard_n,
        case when effective_a <= 0 then 0 else (2 * effective_a + d * h) // (2 * d * h)
            - case when (2 * effective_a + d * h) % (4 * d * h) = 2 * d * h then 1 else 0 end end as effective_n,
        (2 * headline_a + 100 * md) // (200 * md)
            - case when (2 * headline_a + 100 * md) % (400 * md) = 200 * md then 1 else 0 end as headline_interval_n,
        (2 * standard_a + 100 * md) // (200 * md)
            - case when (2 * standard_a + 100 * md) % (400 * md) = 200 * md then 1 else 0 end as standard_interval_n,
        case when effective_a <= 0 then 0 else (2 * effective_a + 100 * md * h) // (200 * md * h)
            - case when (2 * effective_a + 100 * md * h) % (400 * md * h) = 200 * md * h then 1 else 0 end end as effective_interval_n
    from fractions
),

final as (
    select
        offer_id, origin, audience, customer_id, product_id, plan_id, currency, region, channel, interval_unit,
        interval_count, qty_from, qty_to, valid_from, valid_to, list_unit_price, intro_unit_price, intro_cycles, setup_fee,
        incentive_value, price_decision,
        cast(headline_n as bigint) as headline_ticks,
        cast(effective_n as bigint) as effective_ticks,
        cast(standard_n as bigint) as standard_ticks,
        cast(headline_interval_n as bigint) as headline_interval_ticks,
        cast(effective_interval_n as bigint) as effective_interval_ticks,
        cast(standard_interval_n as bigint) as standard_interval_ticks,
        cast(case comparator_basis when 'headline' then headline_n when 'standard' then standard_n else effective_n end
            as bigint) as primary_ticks
    from rounded
)

select * from final;
