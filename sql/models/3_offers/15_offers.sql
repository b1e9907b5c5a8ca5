-- Grain:   one row per offer version: offer_id x valid_from.
-- Reads:   int_offer_price
-- Columns: offer_id: Offer; with valid_from the key
--          origin: Where the offer comes from, as stated; market is a competitor
--          audience: Whom the offer is for: new_only, all or existing_only
--          customer_id: Customer for whom alone the offer is; null = any
--          product_id: as in price_ledger
--          plan_id: Plan; null = any
--          currency: as in price_ledger
--          region: Region; null = any
--          channel: Channel; null = any
--          interval_unit, interval_count: as in price_ledger
--          qty_from: Least quantity, inclusive; null = any
--          qty_to: Greatest quantity, exclusive; null = any
--          valid_from: First day in force
--          valid_to: First day no longer in force, as stated; null = open
--          in_force_to: First day no longer in force: valid_to, or the start of the next open row of the same keys and
--            kind; null = still in force
--          kind: The origin stated, else promotion or price_book; rows of different kinds do not close each other
--          list_unit_price: List price per billing interval, currency units
--          intro_unit_price: Introductory price per billing interval, currency units; null without one
--          intro_cycles: Billing intervals at the introductory price
--          setup_fee: Fee on joining, currency units
--          incentive_value: Value of the gift on joining, currency units
--          price_decision: Price decision that the offer file names; null where it names none
--          headline_ticks: The introductory price, in 10^-4 currency units a month
--          effective_ticks: The average over the horizon, with set-up fee and incentive, in 10^-4 currency units a
--            month
--          standard_ticks: The price after the introduction, in 10^-4 currency units a month
--          headline_interval_ticks: The introductory price per billing interval, in 10^-4 currency units
--          effective_interval_ticks: The average over the horizon, per billing interval, in 10^-4 currency units
--          standard_interval_ticks: The price after the introduction per billing interval, in 10^-4 currency units
--          primary_ticks: The price at the basis of the study, in 10^-4 currency units a month
--          is_new_customer_offer: True where the offer may serve as the comparator: it is for new customers or for all
--            (a personal one for new customers only), and not from the market
-- Why:     when a price list is raised by a new row, the old row is left open: the later start closes it, but never a
--          row of another kind. Without a stated origin, a row with an end or an introductory price is a promotion if
--          it is cheaper than the open row beside it (in force when it starts, or else the first to start before it
--          ends); all others are list prices. A renewal quote is not a new-customer offer to anybody.

create or replace table offers as
with

keyed as (
    select
        int_offer_price.*,
        audience in ('new_only', 'all') and origin is distinct from 'market' and (customer_id is null or audience = 'new_only')
            as is_new_customer_offer,
        case when valid_to is null then primary_ticks end as open_ticks,
        case when valid_to is null then valid_from end as open_from,
        valid_to is not null or intro_unit_price is not null as may_be_promotion
    from int_offer_price
),

placed as (
    select
        keyed.*,
        dense_rank() over (
            order by is_new_customer_offer, customer_id, product_id, plan_id, currency, region, channel, interval_unit,
                interval_count, qty_from, qty_to
        ) as key_number
    from keyed
),

beside as (
    select
        placed.*,
        last_value(open_ticks ignore nulls) over (earlier rows between unbounded preceding and 1 preceding) as ticks_before,
        first_value(open_ticks ignore nulls) over (earlier rows between 1 following and unbounded following) as ticks_after,
        first_value(open_from ignore nulls) over (earlier rows between 1 following and unbounded following) as open_after
    from placed
    window earlier as (
        partition by key_number
        order by valid_from, may_be_promotion, primary_ticks desc, offer_id, list_unit_price
    )
),

kinds as (
    select
        beside.* exclude (open_ticks, may_be_promotion, ticks_before, ticks_after, open_after),
        case
            when origin is not null then origin
            when may_be_promotion
                and primary_ticks < coalesce(ticks_before, case when open_after < valid_to then ticks_after end)
                then 'promotion'
            else 'price_book'
        end as kind
    from beside
),

starts as (
    select
        key_number,
        kind,
        open_from,
        lead(open_from) over (partition by key_number, kind order by open_from) as next_start
    from (select distinct key_number, kind, open_from from kinds where open_from is not null)
),

final as (
    select
        kinds.* exclude (key_number, open_from),
        coalesce(kinds.valid_to, starts.next_start) as in_force_to
    from kinds
    left join starts
        on kinds.key_number = starts.key_number
        and kinds.kind = starts.kind
        and kinds.open_from = starts.open_from
)

select * from final
order by offer_id, valid_from;
