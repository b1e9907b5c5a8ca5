-- Grain:   one row per section of the config, product, plan and number of days that blank intervals stand for there.
-- Reads:   int_billed_period
-- Columns: section, product_id, plan_id; n_days = the length, which is not a month; n_lines = lines of that length;
--          n_of = lines of the plan that were examined.
-- Why:     bills of 28 or 30 days taken for months get the price per day wrong by 8 or 1 %. A length that occurs in
--          months of both 30 and 31 days does not come from a calendar; a month itself shows 30 and 31, with inclusive
--          ends 29 and 30. It takes at least three lines and 1 % of the plan's lines, or at least five that are half of
--          them, or all. Left out: starts in February and months from the 29th on, which are cut; whole quarters and
--          years; part periods of calendar months. Decision D16.

create or replace table int_interval_vote as
with

blank as (
    select
        section, product_id, plan_id, n_days, n_lines,
        day(last_day(period_start)) as month_days,
        n_days between 29 and 31 as may_be_month,
        n_days not between 29 and 31 and (day(period_start) = 1 or ends_month) as may_be_part,
        ends_month, period_start, period_end,
        greatest(2, date_diff('month', period_start, period_end)) as least_months
    from (select *, day(period_end) = 1 or period_end = last_day(period_end) as ends_month from int_billed_period)
    where interval_is_blank
        and interval_count = 1
        and month(period_start) <> 2
        and not (is_month and day(period_start) > 28)
),

looked_at as (
    select *
    from blank
    where date_diff('day', period_end, cast(period_start + to_months(least_months) as date)) not in (0, 1)
        and date_diff('day', period_end, cast(period_start + to_months(least_months + 1) as date)) not in (0, 1)
),

lengths as (
    select
        section, product_id, plan_id, n_days,
        bool_or(may_be_month) as may_be_month,
        sum(n_lines) as n_lines,
        bool_or(ends_month) as ends_month,
        coalesce(sum(n_lines) filter (month_days = 30 and not may_be_part), 0) as n_in_30,
        coalesce(sum(n_lines) filter (month_days = 31 and not may_be_part), 0) as n_in_31
    from looked_at
    group by section, product_id, plan_id, n_days
),

plans as (
    select
        section, product_id, plan_id,
        sum(n_lines) as n_of, sum(n_in_30) as n_of_30, sum(n_in_31) as n_of_31,
        coalesce(sum(n_in_30) filter (n_days = 29), 0) as n_inclusive_30
    from lengths
    group by section, product_id, plan_id
),

final as (
    select
        lengths.section, lengths.product_id, lengths.plan_id, lengths.n_days,
        cast(lengths.n_lines as bigint) as n_lines,
        cast(plans.n_of as bigint) as n_of
    from lengths
    inner join plans
        on lengths.section = plans.section
        and lengths.product_id = plans.product_id
        and lengths.plan_id is not distinct from plans.plan_id
    where case
        when not may_be_month
            then n_in_30 > 0 and n_in_31 > 0 and n_in_30 + n_in_31 >= 3 and 100 * (n_in_30 + n_in_31) >= n_of
                or n_in_30 + n_in_31 >= 5 and 2 * (n_in_30 + n_in_31) >= n_of
                or lengths.n_lines >= 5 and lengths.n_lines = n_of and not ends_month
        -- 30 days in a month of 31 are an inclusive month too: as many as inclusive ends explain do not count.
        when n_days = 30
            then n_in_30 > 0 and n_in_31 >= 3
                and 100 * (n_in_31 * n_of_30 - n_inclusive_30 * n_of_31) >= n_of * n_of_30
        when n_days = 31 then n_in_31 > 0 and n_in_30 >= 3 and 100 * n_in_30 >= n_of
        else n_in_30 > 0 and n_in_31 >= 3 and 100 * n_in_31 >= n_of
    end
)

select * from final;
