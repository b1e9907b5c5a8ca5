-- Grain:   one row per readable billing line that is neither a copy nor superseded.
-- Reads:   stg_billing, int_repeated_line, int_line_version
-- Columns: those of stg_billing; money in major units, ex tax; period_end is exclusive.
-- Why:     lines with an id of their own, nearly all of them, are taken as they are; for the others, the version that
--          counts is taken.

create or replace view int_billing_line as
with

latest as (
    select row_id
    from int_line_version
    where version_rank = 1
),

final as (
    select stg_billing.*
    from stg_billing
    left join int_repeated_line
        on stg_billing.line_id = int_repeated_line.line_id
    left join latest
        on stg_billing.row_id = latest.row_id
    where stg_billing.reject_reason is null
        and (int_repeated_line.line_id is null or latest.row_id is not null)
)

select * from final;
