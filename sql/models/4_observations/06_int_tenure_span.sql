-- Grain:   one row per row of int_billing_span and run of months in which its customer stays in one group and band.
-- Reads:   int_billing_span, int_rejoin, int_tenure_run, params
-- Columns: those of int_billing_span, with the span of the run; tenure_start after the last return; tenure_number
--          = first month (year * 12 + month - 1) whose first day lies on or after it, null where tenure is read at
--          pricing; tenure_months completed on the first day of first_month, or on the pricing date; covers_as_of,
--          covers_year_before.
-- Why:     groups and bands are those of the observed month, so that a price frozen for years does not remain a new
--          customer's. k months are completed on the first day of tenure_number + k. Nearly all spans are one month
--          long and need no split. covers_as_of and covers_year_before are set beforehand, so that models of one month
--          read only the spans of that month. Decision D3.

create or replace view int_tenure_span as
with

started as not materialized (
    select
        span.* exclude (tenure_start, is_censored),
        params.as_of_number,
        params.tenure_clock,
        coalesce(int_rejoin.rejoined_on, span.tenure_start) as tenure_start,
        span.is_censored and int_rejoin.customer_id is null as is_censored
    from int_billing_span as span
    cross join params
    left join int_rejoin
        on span.customer_id = int_rejoin.customer_id
        and span.first_month >= int_rejoin.from_month
        and span.first_month < int_rejoin.until_month
),

counted as not materialized (
    select
        started.*,
        case when tenure_clock = 'observed' then year(tenure_start) * 12 + month(tenure_start) - 1
            + case when day(tenure_start) > 1 then 1 else 0 end end as tenure_number
    from started
),

whole as (
    select
        counted.* exclude (first_month, n_months, covers_as_of, covers_year_before), first_month, n_months,
        case
            when tenure_number is not null then case when first_month > tenure_number then first_month - tenure_number else 0 end
            when tenure_start >= pricing_date then 0
            else 12 * (year(pricing_date) - year(tenure_start)) + month(pricing_date) - month(tenure_start)
                - case when day(pricing_date) < day(tenure_start) then 1 else 0 end
        end as tenure_months,
        covers_as_of, covers_year_before
    from counted
    where n_months = 1
        or tenure_number is null
),

pieces as (
    select
        counted.* exclude (first_month, n_months),
        run.from_months,
        case when run.from_months = 0 then first_month else greatest(first_month, tenure_number + run.from_months) end as first_month,
        least(first_month + n_months - 1, tenure_number + run.to_months) as last_month
    from counted
    inner join int_tenure_run as run
        on counted.tenure_number + run.to_months >= counted.first_month
        and (run.from_months = 0 or counted.tenure_number + run.from_months < counted.first_month + counted.n_months)
    where counted.n_months > 1
),

cut as (
    select
        pieces.* exclude (from_months, first_month, last_month, covers_as_of, covers_year_before),
        first_month,
        last_month - first_month + 1 as n_months,
        case when first_month > tenure_number then first_month - tenure_number else 0 end as tenure_months,
        covers_as_of and as_of_number between first_month and last_month as covers_as_of,
        covers_year_before and as_of_number - 12 between first_month and last_month as covers_year_before
    from pieces
    where last_month >= first_month
),

observed as (
    select * from whole
    union all
    select * from cut
),

final as (
    select observed.* exclude (as_of_number, tenure_clock)
    from observed
)

select * from final;
