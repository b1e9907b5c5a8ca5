-- Grain:   one row per discount, month and thing held that it belongs to or may belong to.
-- Reads:   int_discount_candidate, int_discount_month, int_line_month, int_percent_discount, params
-- Columns: row_id; line_row_id; month_number; the thing held; discount_id, discount_audience; is_assigned = it is known to belong
--          there; part_micros = what falls on the thing held per its billing interval, in 10^-6, below zero;
--          whole_micros = the same if all of the discount fell on it.
-- Why:     a discount for as many days as a billing interval in weeks or days lowers each bill by its whole amount, and the
--          bill that covers the first of the month is the one that counts. A single candidate takes it all. A percentage of the invoice falls on its lines pro rata to their prices
--          before discounts, as does any other discount where the study says so; otherwise nobody knows where it
--          belongs.

create or replace table int_discount_part as
with

grosses as (
    select
        customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number,
        interval_count * case interval_unit when 'month' then 1 when 'year' then 12 when 'week' then 84 else 12 end as times,
        case when interval_unit in ('week', 'day') then 365 else 1 end as parts,
        interval_count * case interval_unit when 'week' then 7 when 'day' then 1 end as interval_days,
        cast(sum(standard_micros) as hugeint) as gross
    from int_line_month
    group by customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count, month_number
),

weighed as (
    select
        candidate.*, discount.discount_id, discount.discount_audience, discount.covers_first,
        coalesce(discount.n_days = grosses.interval_days, false) as is_per_bill,
        case when is_per_bill then 1 else grosses.times end as times,
        case when is_per_bill then 1 else grosses.parts end as parts,
        cast(discount.micros as hugeint) * case when is_per_bill then 1 else discount.month_times end as month_micros,
        case when is_per_bill then 1 else discount.month_parts end as month_parts,
        discount.discount_percent is not null or percent.discount_id is not null or params.spread_discounts = 'pro_rata'
            as is_pro_rata,
        -- Prices a month, so that a year and a month weigh alike.
        greatest(1, grosses.gross * grosses.parts // grosses.times) as weight
    from int_discount_candidate as candidate
    cross join params
    inner join int_discount_month as discount
        on candidate.row_id = discount.row_id
        and candidate.line_row_id is not distinct from discount.line_row_id
        and candidate.month_number = discount.month_number
    inner join grosses
        on candidate.customer_id = grosses.customer_id
        and candidate.product_id = grosses.product_id
        and candidate.subscription_id is not distinct from grosses.subscription_id
        and candidate.plan_id is not distinct from grosses.plan_id
        and candidate.currency = grosses.currency
        and candidate.interval_unit = grosses.interval_unit
        and candidate.interval_count = grosses.interval_count
        and candidate.month_number = grosses.month_number
    left join int_percent_discount as percent
        on discount.discount_id = percent.discount_id
        and discount.currency = percent.currency
),

shared as (
    select
        weighed.*,
        month_parts * cast(parts as hugeint) as d,
        sum(weight) over (partition by row_id, line_row_id, month_number) as all_weight
    from weighed
    where covers_first or not is_per_bill
),

final as (
    select
        row_id, line_row_id, month_number, customer_id, product_id, subscription_id, plan_id, currency, interval_unit, interval_count,
        discount_id, discount_audience,
        n_candidates = 1 or is_pro_rata as is_assigned,
        cast(sign(month_micros) * ((2 * abs(month_micros) * times * weight + d * all_weight) // (2 * d * all_weight)) as bigint)
            as part_micros,
        cast(sign(month_micros) * ((2 * abs(month_micros) * times + d) // (2 * d)) as bigint) as whole_micros
    from shared
)

select * from final;
