-- Grain:   one row per thing held, or rejected row, of the as-of month that makes no price.
-- Reads:   int_not_compared, int_rejected_row, int_as_of_row, lens_column, params
-- Columns: customer_id, party_id, currency, cell_key, lens_key; tenure_start, is_censored; stated_months = tenure that a book
--          states; reason = why there is no price; micros = what its lines come to a month, 10^-6 major units.
-- Why:     a customer whose last bill was reversed holds nothing that is known, and has no row here. A rejected line
--          that only overlaps the month counts where nothing else shows its customer.

create or replace table int_unpriced_row as
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
        and reason <> 'reversed_last'
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

final as (
    select * from billed
    union all
    select
        customer_id, party_id, currency, cell_key, lens_key, tenure_start, is_censored, stated_months, reason,
        sign(times_micros) * ((2 * abs(times_micros) + months) // (2 * months))
    from rejected
)

select * from final;
