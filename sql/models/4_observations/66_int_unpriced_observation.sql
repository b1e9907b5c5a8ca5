-- Grain:   one row per thing held, or rejected row, of the as-of month that makes no price.
-- Reads:   int_not_compared, int_rejected_row, int_as_of_row, int_rejoin, tenure_class, lens_column, params
-- Columns: customer_id, party_id, currency, cell_key, lens_key; loyalty_group, band_order on the first day of the month;
--          reason = why there is no price; month_ticks = what its lines come to a month, 10^-4 major units, null where no
--          amount can be read.
-- Why:     who holds something that cannot be compared is a customer, counted with the reason and the money: support is a
--          share of all of them. A rejected line that only overlaps the month counts where nothing else shows its customer.

create or replace table int_unpriced_observation as
with

unknown_lens as (
    select coalesce(string_agg(chr(30), chr(31)), '') as lens_key
    from lens_column
),

billed as (
    select
        customer_id, party_id, currency, cell_key, lens_key, tenure_start, is_censored, cast(null as integer) as stated_months,
        reason, cast(net_micros as hugeint) as micros
    from int_not_compared
    cross join (select as_of_number from params) as study
    where as_of_number between first_month and first_month + n_months - 1
),

known as (
    select customer_id from int_as_of_row
    union
    select customer_id from billed
),

rejected as (
    select
        refused.customer_id, refused.party_id, refused.currency, refused.cell_key,
        coalesce(refused.lens_key, unknown_lens.lens_key) as lens_key,
        refused.tenure_start, refused.is_censored, refused.tenure_months as stated_months, 'rejected' as reason,
        refused.micros * case when refused.interval_unit in ('week', 'day') then 365 else 1 end as times_micros,
        refused.interval_count * case refused.interval_unit when 'month' then 1 when 'week' then 84 else 12 end as months
    from int_rejected_row as refused
    cross join unknown_lens
    left join known
        on refused.customer_id = known.customer_id
    where refused.covers
        or known.customer_id is null
),

together as (
    select * from billed
    union all
    select
        customer_id, party_id, currency, cell_key, lens_key, tenure_start, is_censored, stated_months, reason,
        sign(times_micros) * ((2 * abs(times_micros) + months) // (2 * months))
    from rejected
),

started as (
    select
        together.* exclude (tenure_start, is_censored),
        params.as_of_number,
        coalesce(int_rejoin.rejoined_on, together.tenure_start) as tenure_start,
        together.is_censored and int_rejoin.customer_id is null as is_censored
    from together
    cross join params
    left join int_rejoin
        on together.customer_id = int_rejoin.customer_id
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
