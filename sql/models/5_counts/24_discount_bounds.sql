-- Grain:   one row per loyalty group: customers not compared because nothing shows which line a discount belongs to,
--          as-of month, currency of the study.
-- Reads:   int_unplaced_bill, int_discount_part, int_discount_month, int_unpriced_observation, params
-- Columns: loyalty_group: as in price_ledger
--          n_customers: Distinct customers with such a discount and an offer
--          n_observations: Things they hold that it may belong to and that have an offer
--          least_ticks: What these cost a month if as much of the discounts as possible belongs to them, in 10^-4
--            currency units
--          most_ticks: The same if as much as possible belongs to what has no offer
--          offered_ticks: What a new customer would pay for them a month, in 10^-4 currency units
-- Why:     wherever a discount belongs, all the things that it may belong to cost the same together. So it moves an
--          average only as far as it may belong to things that the average leaves out, and no price falls below zero.
--          Decision D42.

create or replace table discount_bounds as
with

unplaced as (
    select distinct part.customer_id, part.row_id, part.line_row_id, part.month_number
    from int_discount_part as part
    inner join params
        on part.month_number = params.as_of_number
        and part.currency = params.currency
    where not part.is_assigned
),

discounts as (
    select
        asked.customer_id,
        sum(cast(discount.micros as hugeint) * discount.month_times // (100 * discount.month_parts)) as discount_ticks
    from unplaced as asked
    inner join int_discount_month as discount
        on asked.row_id = discount.row_id
        and asked.line_row_id is not distinct from discount.line_row_id
        and asked.month_number = discount.month_number
    group by asked.customer_id
),

customers as (
    select
        customer_id,
        count(offered_ticks) as n_observations,
        sum(case when offered_ticks is not null then gross_ticks end) as inside,
        sum(case when offered_ticks is null then gross_ticks else 0 end) as outside,
        sum(offered_ticks) as offered_ticks
    from int_unplaced_bill
    group by customer_id
    having count(offered_ticks) > 0
),

groups as (
    select customer_id, min(loyalty_group) as loyalty_group
    from int_unpriced_observation
    where reason = 'discount_not_assigned'
    group by customer_id
),

final as (
    select
        groups.loyalty_group,
        count(*) as n_customers,
        cast(sum(n_observations) as bigint) as n_observations,
        cast(sum(greatest(inside + discount_ticks, 0)) as bigint) as least_ticks,
        cast(sum(inside + least(discount_ticks + outside, 0)) as bigint) as most_ticks,
        cast(sum(offered_ticks) as bigint) as offered_ticks
    from customers
    inner join discounts
        on customers.customer_id = discounts.customer_id
    inner join groups
        on customers.customer_id = groups.customer_id
    group by groups.loyalty_group
)

select * from final
order by loyalty_group;
