-- Grain:   one row per line_id with several lines and distinct content.
-- Reads:   stg_billing, int_repeated_line
-- Columns: line_id; row_id of one line with this content; currency, net_amount; n_copies = lines with this content;
--          version_rank = 1 for the version that counts.
-- Why:     identical lines are copies: one stays, the others are duplicates. Of contradictory versions, the latest
--          counts (by extracted_at, then issued_on, then content, so that the order of the input never matters); the
--          older ones are superseded.
-- Options: line by line

create or replace table int_line_version as
with

contents as (
    select
        stg_billing.line_id,
        stg_billing.content_key,
        min(stg_billing.row_id) as row_id,
        min(stg_billing.currency) as currency,
        min(stg_billing.net_amount) as net_amount,
        min(stg_billing.issued_on) as issued_on,
        max(stg_billing.extracted_at) as extracted_at,
        count(*) as n_copies
    from stg_billing
    inner join int_repeated_line
        on stg_billing.line_id = int_repeated_line.line_id
    where stg_billing.reject_reason is null
    group by stg_billing.line_id, stg_billing.content_key
),

final as (
    select
        line_id,
        row_id,
        currency,
        net_amount,
        n_copies,
        row_number() over (
            partition by line_id
            order by extracted_at desc nulls last, issued_on desc, content_key desc
        ) as version_rank
    from contents
)

select * from final;
