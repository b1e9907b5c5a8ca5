-- Grain:   one row per customer of the billing lines or the customer file.
-- Reads:   int_customer_file, int_first_seen, params
-- Columns: customer_id, party_id; tenure_start; is_censored = tenure_start is only the latest possible day; is_test;
--          controls_key, lens_key = the values that cells and lenses take from the customer file.
-- Why:     a stated start wins over the first bill. A customer first seen in the first month of the data may have been
--          there for years: such a start is a bound, not a date. A customer who is missing from a customer file that
--          states starts, or whose rows in it contradict each other, has no start: a first bill would make such a
--          customer new. Decision D2.
-- Options: line by line

create or replace table int_customer as
with

data_start as (
    select min(year(first_seen) * 12 + month(first_seen)) as first_month
    from int_first_seen
),

customers as (
    select customer_id, party_id, tenure_start, tenure_confidence, is_test, controls_key, lens_key
    from int_customer_file
    where n_versions = 1
),

final as (
    select
        coalesce(customers.customer_id, int_first_seen.customer_id) as customer_id,
        customers.party_id,
        case
            when customers.customer_id is not null or params.tenure_from_lines
                then coalesce(customers.tenure_start, int_first_seen.first_seen)
        end as tenure_start,
        coalesce(customers.tenure_confidence = 'censored', false)
            or (
                customers.tenure_start is null
                and (customers.customer_id is not null or params.tenure_from_lines)
                and coalesce(
                    year(int_first_seen.first_seen) * 12 + month(int_first_seen.first_seen) = data_start.first_month, false
                )
            ) as is_censored,
        coalesce(customers.is_test, false) as is_test,
        coalesce(customers.controls_key, params.unknown_customer_controls) as controls_key,
        coalesce(customers.lens_key, params.unknown_customer_lenses) as lens_key
    from int_first_seen
    full outer join customers
        on int_first_seen.customer_id = customers.customer_id
    cross join data_start
    cross join params
)

select * from final;
