-- Grain:   one row per ledger row of the as-of month.
-- Reads:   int_ledger_span, params
-- Columns: holding_id; price_set_on = day on which the price took effect: as the lines state it, else the start of the
--          first cycle at that price; price_changed_month = its first month (year * 12 + month - 1); previous_ticks =
--          the price of the month before, null where there is none.
-- Why:     a price holds from the first month of an unbroken run of equal prices; a missing month breaks the run. The
--          companion at_price_set compares it with the offer of that day.

create or replace table int_price_run as
with

as_of as (
    select int_ledger_span.*, params.as_of_number
    from int_ledger_span
    inner join params
        on int_ledger_span.covers_as_of
),

history as (
    select
        as_of.holding_id,
        as_of.as_of_number - earlier.first_month + 1 as months_ago,
        coalesce(earlier.price_set_on, earlier.cycle_start) as set_on,
        sum(least(earlier.n_months, as_of.as_of_number - earlier.first_month + 1)) over (
            partition by as_of.holding_id
            order by earlier.first_month desc
        ) as months_covered
    from as_of
    inner join int_ledger_span as earlier
        on as_of.holding_id = earlier.holding_id
        and as_of.price_ticks = earlier.price_ticks
        and earlier.first_month <= as_of.as_of_number
),

runs as (
    select
        history.holding_id,
        min(history.set_on) as price_set_on,
        min(params.as_of_number) - max(history.months_ago) + 1 as price_changed_month
    from history
    cross join params
    where history.months_ago = history.months_covered
    group by history.holding_id
),

final as (
    select
        runs.holding_id,
        runs.price_set_on,
        runs.price_changed_month,
        previous.price_ticks as previous_ticks
    from runs
    left join int_ledger_span as previous
        on runs.holding_id = previous.holding_id
        and runs.price_changed_month = previous.first_month + previous.n_months
)

select * from final;
