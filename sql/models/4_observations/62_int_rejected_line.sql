-- Grain:   one row per rejected line that names a customer and belongs to the as-of month.
-- Reads:   stg_billing, int_customer, int_unknown_cell, params
-- Columns: customer_id, party_id, currency, cell_key, lens_key; tenure_start, is_censored; covers = its period covers
--          the first day of the month, or nobody can tell; micros = its amount per billing interval in 10^-6;
--          interval_unit, interval_count.
-- Why:     a customer whose bill cannot be read is a customer who cannot be compared. Drafts, and lines of kinds that
--          make nobody a customer, do not count. A key that holds a control character is replaced by an unknown one, an
--          invalid currency by the study's, an invalid interval by a month.

create or replace table int_rejected_line as
with

refused as (
    select
        *,
        case when interval_unit in ('day', 'week', 'month', 'year') then interval_unit else 'month' end as known_unit,
        greatest(coalesce(interval_count, 1), 1) as known_count
    from stg_billing
    where reject_reason <> 'FILTERED'
        and customer_id is not null
),

final as (
    select
        line.customer_id,
        int_customer.party_id,
        case when length(line.currency) = 3 then line.currency else params.currency end as currency,
        case
            when line.reject_reason = 'CONTROL_CHARACTER' then int_unknown_cell.cell_key
            else concat(coalesce(line.product_id, chr(30)), chr(31),
                case when length(line.currency) = 3 then line.currency else params.currency end, chr(31),
                line.known_unit, chr(31), cast(line.known_count as varchar),
                case when params.plan_in_cell then concat(chr(31), coalesce(line.plan_id, chr(30))) else '' end,
                line.controls_key, coalesce(int_customer.controls_key, params.unknown_customer_controls))
        end as cell_key,
        case
            when line.reject_reason = 'CONTROL_CHARACTER' then null
            else substr(concat(line.lens_key, coalesce(int_customer.lens_key, params.unknown_customer_lenses)), 2)
        end as lens_key,
        int_customer.tenure_start,
        coalesce(int_customer.is_censored, false) as is_censored,
        case
            when line.period_start is not null and line.period_end is not null
                then line.period_start <= params.as_of_month and line.period_end > params.as_of_month
            else true
        end as covers,
        cast(line.net_amount * 1000000 as hugeint) as micros,
        line.known_unit as interval_unit,
        line.known_count as interval_count
    from refused as line
    cross join params
    cross join int_unknown_cell
    left join int_customer
        on line.customer_id = int_customer.customer_id
    where coalesce(line.line_kind, 'recurring') in ('recurring', 'trial', 'proration', 'discount', 'summary')
        and coalesce(line.invoice_status, 'final') = 'final'
        and coalesce(line.livemode, true)
        and not coalesce(int_customer.is_test, false)
        and case
            when line.period_start is not null and line.period_end is not null
                then line.period_start < cast(params.as_of_month + to_months(1) as date) and line.period_end > params.as_of_month
            when coalesce(line.period_start, line.issued_on) is not null
                then year(coalesce(line.period_start, line.issued_on)) = year(params.as_of_month)
                    and month(coalesce(line.period_start, line.issued_on)) = month(params.as_of_month)
            else true
        end
)

select * from final;
