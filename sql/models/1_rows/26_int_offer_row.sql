-- Grain:   one row per readable row of the offers.
-- Reads:   stg_offer
-- Columns: those of stg_offer; is_contradicted = another row states other prices for the same offer, keys and
--          dates; copy_number = number among rows of the same content, the first being 1.
-- Why:     nothing shows which of the two prices was offered, so both rows are rejected (DUP_OFFER). Offers to new
--          customers and offers to all count as one audience: a new customer is offered both.

create or replace table int_offer_row as
with

stated as (
    select
        stg_offer.*,
        case when audience in ('new_only', 'all') then 'new' else audience end as audience_kind,
        concat_ws(
            chr(31), cast(list_unit_price as varchar), coalesce(cast(intro_unit_price as varchar), chr(30)),
            coalesce(cast(intro_cycles as varchar), chr(30)), coalesce(cast(setup_fee as varchar), chr(30)),
            coalesce(cast(incentive_value as varchar), chr(30))
        ) as stated_prices
    from stg_offer
    where reject_reason is null
),

compared as (
    select
        stated.*,
        min(stated_prices) over same_offer <> max(stated_prices) over same_offer as is_contradicted,
        row_number() over (partition by content_key order by source_index) as copy_number
    from stated
    window same_offer as (
        partition by offer_id, origin, audience_kind, customer_id, product_id, plan_id, currency, region, channel,
            interval_unit, interval_count, qty_from, qty_to, valid_from, valid_to
    )
),

final as (
    select * exclude (audience_kind, stated_prices)
    from compared
)

select * from final;
