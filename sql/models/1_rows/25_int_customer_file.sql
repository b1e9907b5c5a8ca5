-- Grain:   one row per readable customer_id of the customer file.
-- Reads:   stg_customer
-- Columns: customer_id; n_rows = readable rows with it; n_versions = distinct contents among them; the content, where
--          there is only one version (the least value of each column otherwise).
-- Why:     copies of one row agree: the first counts, the others are duplicates. Rows that contradict each other are
--          all rejected (DUP_CUSTOMER): nothing shows which is right, and joining both would multiply the lines.

create or replace table int_customer_file as
with

contents as (
    select
        customer_id, party_id, tenure_start, tenure_confidence, is_test, controls_key, lens_key,
        count(*) as n_copies
    from stg_customer
    where reject_reason is null
    group by customer_id, party_id, tenure_start, tenure_confidence, is_test, controls_key, lens_key
),

final as (
    select
        customer_id,
        cast(sum(n_copies) as bigint) as n_rows,
        count(*) as n_versions,
        min(party_id) as party_id,
        min(tenure_start) as tenure_start,
        min(tenure_confidence) as tenure_confidence,
        bool_or(is_test) as is_test,
        min(controls_key) as controls_key,
        min(lens_key) as lens_key
    from contents
    group by customer_id
)

select * from final;
