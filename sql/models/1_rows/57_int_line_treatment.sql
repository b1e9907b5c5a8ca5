-- Grain:   one row per line that is cancelled, cancels, or is cut short.
-- Reads:   int_reversal, int_named_reversal, int_term_discount, int_term_end, int_credit
-- Columns: row_id; exclusion = reversed for both lines of a pair, rest_of_term for the credit that ends a term,
--          over_credited for a line whose credits exceed it, credit for a recurring credit on a named line;
--          covered_until = the day on which the line's term now ends, null where it is not cut short.
-- Why:     every line looks up here, in one small join, whether it is one of these few.

create or replace table int_line_treatment as
with

treated as (
    select row_id, 'reversed' as exclusion, cast(null as date) as covered_until from int_reversal
    union all
    select charge_row_id, 'reversed', null from int_reversal
    union all
    select charge_row_id, 'over_credited', null from int_named_reversal where outcome = 'over_credited'
    union all
    select row_id, 'rest_of_term', null from int_term_end
    union all
    select charge_row_id, null, ends_on from int_term_end
    union all
    select discount.row_id, null, term.ends_on
    from int_term_end as term
    inner join int_term_discount as discount
        on term.charge_row_id = discount.term_row_id
    where term.is_lowered
    union all
    select row_id, 'credit', null
    from int_credit
    where reverses_line_id is not null
        and line_kind = 'recurring'
        and row_id not in (select row_id from int_reversal)
        and row_id not in (select row_id from int_term_end)
),

final as (
    select
        row_id,
        min(exclusion) as exclusion,
        min(covered_until) as covered_until
    from treated
    group by row_id
)

select * from final;
