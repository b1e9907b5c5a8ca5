-- Grain:   one row per row of int_step_question that an offer to new customers answers.
-- Reads:   int_step_question, int_offer_key
-- Columns: the keys and day; standard_ticks = price offered after the introduction, per billing interval; intro_ticks,
--          intro_cycles = the introduction, null without one.
-- Why:     the rules are those of int_offer_candidate: the latest of equal keys and kind, then the most keys stated,
--          then the cheapest. Offers to single customers are left out: they show nothing about a list.

create or replace table int_step_offer as
with

asked as (
    select
        question.*,
        concat(
            chr(30), chr(31),
            case when patterns.pattern like '%p%' then plan_id else chr(30) end, chr(31),
            case when patterns.pattern like '%r%' then region else chr(30) end, chr(31),
            case when patterns.pattern like '%h%' then channel else chr(30) end, chr(31),
            case when patterns.pattern like '%d%' then product_id else chr(30) end, chr(31), currency, chr(31),
            interval_unit, chr(31), cast(interval_count as varchar)
        ) as offer_key
    from int_step_question as question
    cross join (select distinct pattern from int_offer_key where pattern not like '%c%') as patterns
),

fitting as (
    select
        asked.question_id, offer.offer_id, offer.valid_from, offer.n_keys, offer.primary_ticks,
        offer.standard_interval_ticks, offer.intro_unit_price, offer.intro_cycles,
        row_number() over (
            partition by asked.question_id, asked.offer_key, offer.qty_from, offer.qty_to, offer.kind
            order by offer.valid_from desc, offer.primary_ticks, offer.offer_id
        ) as age_rank
    from asked
    inner join int_offer_key as offer
        on asked.offer_key = offer.offer_key
        and asked.day >= offer.valid_from
        and (asked.day < offer.in_force_to or offer.in_force_to is null)
        and (cast(asked.quantity_micros as decimal(38, 0)) * 0.000001 >= offer.qty_from or offer.qty_from is null)
        and (cast(asked.quantity_micros as decimal(38, 0)) * 0.000001 < offer.qty_to or offer.qty_to is null)
),

best as (
    select
        fitting.*,
        row_number() over (
            partition by question_id order by n_keys desc, primary_ticks, offer_id, valid_from
        ) as candidate_rank
    from fitting
    where age_rank = 1
),

final as (
    select
        question.*,
        best.standard_interval_ticks as standard_ticks,
        case when best.intro_cycles > 0 then cast(best.intro_unit_price * 10000 as bigint) end as intro_ticks,
        case when best.intro_unit_price is not null then best.intro_cycles end as intro_cycles
    from int_step_question as question
    inner join best
        on question.question_id = best.question_id
    where best.candidate_rank = 1
        and best.primary_ticks > 0
)

select * from final;
