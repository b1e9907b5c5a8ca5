-- Question: Whose price rose over twelve months although the offer to new customers fell?
-- Reads:    int_as_of_row, params
-- Columns:  customer_id = customer; product_id = product; plan_id = plan; loyalty_group = group; tenure_months = completed
--           months; price_before = price before discounts, currency units a month, a year ago; price_after = now;
--           offer_before = offer after its introduction, a year ago; offer_after = now; rise = price_after - price_before;
--           divergence = growth of the price / growth of the offer - 1, a fraction.

with

changed as (
    select int_as_of_row.*
    from int_as_of_row
    inner join params
        on int_as_of_row.currency = params.currency
    where int_as_of_row.after_ticks > int_as_of_row.before_ticks
        and int_as_of_row.after_offer_ticks < int_as_of_row.before_offer_ticks
),

final as (
    select
        customer_id,
        product_id,
        plan_id,
        loyalty_group,
        tenure_months,
        before_ticks / 10000 as price_before,
        after_ticks / 10000 as price_after,
        before_offer_ticks / 10000 as offer_before,
        after_offer_ticks / 10000 as offer_after,
        (after_ticks - before_ticks) / 10000 as rise,
        round((after_ticks / nullif(before_ticks, 0)) / nullif(after_offer_ticks / nullif(before_offer_ticks, 0), 0) - 1, 4)
            as divergence
    from changed
)

select * from final
order by divergence desc, customer_id, product_id, plan_id nulls last, price_after;
