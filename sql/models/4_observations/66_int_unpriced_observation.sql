-- Grain:   one row per thing held, or rejected row, of the as-of month that makes no price.
-- Reads:   int_unpriced_row, int_rejoin, tenure_class, params
-- Columns: customer_id, party_id, currency, cell_key, lens_key; loyalty_group, band_order on the first day of the month;
--          reason = why there is no price; month_ticks = what its lines come to a month, 10^-4 major units, null where no
--          amount can be read.
-- Why:     someone who holds a thing that cannot be compared is still a customer, and is counted with the reason and
--          the money: support is a share of all customers.

create or replace table int_unpriced_observation as
with

started as (
    select
        unpriced.* exclude (tenure_start, is_censored),
        params.as_of_number,
        coalesce(int_rejoin.rejoined_on, unpriced.tenure_start) as tenure_start,
        unpriced.is_censored and int_rejoin.customer_id is null as is_censored
    from int_unpriced_row as unpriced
    cross join params
    left join int_rejoin
        on unpriced.customer_id = int_rejoin.customer_id
        and params.as_of_number >= int_rejoin.from_month
        and params.as_of_number < int_rejoin.until_month
),

counted as (
    select
        started.*,
        case
            when stated_months is not null then stated_months
            when tenure_start is null then null
            when as_of_number <= year(tenure_start) * 12 + month(tenure_start) - 1 then 0
            else as_of_number - year(tenure_start) * 12 - month(tenure_start) + 1 - case when day(tenure_start) > 1 then 1 else 0 end
        end as tenure_months
    from started
),

final as (
    select
        counted.customer_id,
        coalesce(counted.party_id, counted.customer_id) as party_id,
        counted.currency,
        counted.cell_key,
        counted.lens_key,
        case
            when counted.is_censored and tenure_class.loyalty_group <> 'tenured' then 'unknown'
            else coalesce(tenure_class.loyalty_group, 'unknown')
        end as loyalty_group,
        case when not counted.is_censored then tenure_class.band_order end as band_order,
        counted.reason,
        cast(sign(micros) * ((2 * abs(micros) + 100) // 200
            - case when (2 * abs(micros) + 100) % 400 = 200 then 1 else 0 end) as bigint) as month_ticks
    from counted
    left join tenure_class
        on counted.tenure_months = tenure_class.tenure_months
)

select * from final;
