-- Question: How old are the prices that customers pay, and do older prices lie further above the offer?
-- Reads:    int_as_of_row, params
-- Columns: loyalty_group = group; years_old = completed years since price_set_on at the as-of month; n_customers =
--          customers; oldest_set_on = earliest day such a price was set, at most the first month of the data; mean_paid
--          = currency units per unit a month; gap = paid / offered - 1 for those with an offer, a fraction.

with

aged as (
    select
        int_as_of_row.*,
        greatest(0, date_diff('month', date_trunc('month', int_as_of_row.price_set_on), params.as_of_month)) // 12 as years_old
    from int_as_of_row
    inner join params
        on int_as_of_row.currency = params.currency
),

final as (
    select
        loyalty_group,
        years_old,
        count(distinct customer_id) as n_customers,
        min(price_set_on) as oldest_set_on,
        round(sum(price_ticks * quantity) / nullif(sum(quantity), 0) / 10000, 2) as mean_paid,
        round(
            sum(price_ticks * quantity) filter (offer_ticks > 0)
                / nullif(sum(offer_ticks * quantity) filter (offer_ticks > 0), 0) - 1, 4
        ) as gap
    from aged
    group by loyalty_group, years_old
)

select * from final
order by loyalty_group, years_old;
