-- Grain:   one row per offer version: offer_id x valid_from.
-- Reads:   int_offer_row, params
-- Columns: offer_id: Offer; with valid_from the key
--          origin: Where the offer comes from, as stated; market is a competitor
--          audience: Whom the offer is for: new_only, all or existing_only
--          customer_id: Customer whose own offer it is; null = any
--          product_id: as in price_ledger
--          plan_id: Plan; null = any
--          currency: as in price_ledger
--          region: Region; null = any
--          channel: Channel; null = any
--          interval_unit, interval_count: as in price_ledger
--          qty_from: Least quantity, inclusive; null = any
--          qty_to: Greatest quantity, exclusive; null = any
--          valid_from: First day in force
--          valid_to: First day no longer in force; null = open
--          list_unit_price: List price per billing interval, currency units
--          intro_unit_price: Introductory price per billing interval, currency units; null without one
--          intro_cycles: Billing intervals at the introductory price
--          setup_fee: Fee on joining, currency units
--          incentive_value: Value of the gift on joining, currency units
--          price_decision: Price decision that the offer file names; null where it names none
--          headline_ticks: The introductory price, in 10^-4 currency units a month
--          effective_ticks: The average over the horizon with set-up fee and incentive, in 10^-4 currency units a month
--          standard_ticks: The price after the introduction, in 10^-4 currency units a month
--          headline_interval_ticks: The introductory price per billing interval, in 10^-4 currency units
--          effective_interval_ticks: The average over the horizon per billing interval, in 10^-4 currency units
--          standard_interval_ticks: The price after the introduction per billing interval, in 10^-4 currency units
--          primary_ticks: The price at the basis of the study, in 10^-4 currency units a month
--          is_new_customer_offer: True where the offer may serve as comparator: for new customers and not of the market
-- Why:     m = mn / md months per cycle. Effective = (intro k + list (H - k m) / m + set-up - incentive) / H with k the
--          introductory cycles, clipped to the horizon H. Exact fractions, rounded half to even once.

create or replace table offers as
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
            as bigint) as primary_ticks,
        audience in ('new_only', 'all') and origin <> 'market' as is_new_customer_offer
    from rounded
)

select * from final
order by offer_id, valid_from;
