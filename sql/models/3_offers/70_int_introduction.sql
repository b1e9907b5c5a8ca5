-- Grain:   one row per product held.
-- Reads:   int_holding, offers
-- Columns: product_id; intro_months = longest introduction that an offer to new customers of the product states, in
--          months, 0 without one.
-- Why:     a customer who may still pay an introductory price tells nothing about tenure. An offer without a product
--          counts for all of them.

create or replace view int_introduction as
with

stated as (
    select
        product_id,
        max(intro_cycles * interval_count * case interval_unit when 'year' then 12 when 'month' then 1 else 0.25 end)
            as intro_months
    from offers
    where is_new_customer_offer
    group by product_id
),

final as (
    select
        held.product_id,
        greatest(coalesce(own.intro_months, 0), coalesce(every.intro_months, 0)) as intro_months
    from (select distinct product_id from int_holding) as held
    left join stated as own
        on held.product_id = own.product_id
    left join (select intro_months from stated where product_id is null) as every
        on true
)

select * from final;
