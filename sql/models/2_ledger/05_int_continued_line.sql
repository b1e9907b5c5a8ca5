-- Grain:   one row per line that is not a full price by itself, but counts towards one.
-- Reads:   int_line_disposition, int_term_end, int_removed_unit
-- Columns: row_id; interval_unit, interval_count = those of the term; n_days = days that the line bills, null for a line
--          that takes off units of a whole period.
-- Why:     seats are changed within a term by a credit and a new line, both for the rest of it, or by a line for the seats
--          that are added. Such a line starts where the credit ended the term, or while the term runs, ends with the
--          term, and bills the same product, plan and subscription for at least 28 days: its price is converted by days
--          to the interval of the term. Other part-period lines continue nothing, nor does a proration alone: what a change
--          within the term costs until its end is no price of it.

create or replace table int_continued_line as
with

parts as (
    select
        row_id, customer_id, product_id, subscription_id, plan_id, currency, period_start, period_end,
        date_diff('day', period_start, period_end) as n_days, exclusion = 'proration' as is_proration
    from int_line_disposition
    where exclusion in ('partial_period', 'proration')
        and net_amount > 0
        and quantity > 0
        and date_diff('day', period_start, period_end) >= 28
),

ended as (
    select distinct
        line.customer_id, line.product_id, line.subscription_id, line.plan_id, line.currency, line.period_end,
        int_term_end.ends_on
    from int_term_end
    inner join int_line_disposition as line
        on int_term_end.charge_row_id = line.row_id
),

terms as (
    select
        parts.row_id,
        parts.n_days,
        term.interval_unit,
        term.interval_count,
        row_number() over (
            partition by parts.row_id order by term.period_start, term.interval_unit desc, term.interval_count desc
        ) as term_rank
    from parts
    inner join int_line_disposition as term
        on parts.customer_id = term.customer_id
        and parts.product_id = term.product_id
        and parts.subscription_id is not distinct from term.subscription_id
        and parts.plan_id is not distinct from term.plan_id
        and parts.currency = term.currency
        and parts.period_end = term.period_end
    left join ended
        on parts.customer_id = ended.customer_id
        and parts.product_id = ended.product_id
        and parts.subscription_id is not distinct from ended.subscription_id
        and parts.plan_id is not distinct from ended.plan_id
        and parts.currency = ended.currency
        and parts.period_end = ended.period_end
        and parts.period_start = ended.ends_on
    where term.exclusion is null
        and term.period_start < parts.period_start
        and (ended.ends_on is not null or term.covered_until > parts.period_start and not parts.is_proration)
),

final as (
    select row_id, interval_unit, interval_count, n_days
    from terms
    where term_rank = 1
    union all
    select row_id, interval_unit, interval_count, case when exclusion = 'partial_period' then n_days end
    from (select *, date_diff('day', period_start, period_end) as n_days from int_line_disposition)
    where row_id in (select row_id from int_removed_unit)
)

select * from final;
