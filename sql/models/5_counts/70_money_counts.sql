-- Grain:   one row per basis, cell, lens combination, loyalty group, tenure band, price and offer per billing interval.
-- Reads:   int_as_of_row, offer_counts, params
-- Columns: basis in primary, headline, effective, standard; price_ticks, offer_ticks in 10^-4 major units per billing
--          interval, as billed and not per month; n_customers.
-- Why:     money is summed from what is billed: a yearly price brought to months and back is off by up to 6 ticks. The
--          offer_counts of a book are per stated interval already. Serves overpayment.

create or replace table money_counts as
with

readings as (
    select 'primary' as basis, int_as_of_row.*, offer_ticks as reading_ticks, offer_interval_ticks as billed_ticks
    from int_as_of_row
    union all
    select 'headline', int_as_of_row.*, headline_ticks, headline_interval_ticks from int_as_of_row
    union all
    select 'effective', int_as_of_row.*, effective_ticks, effective_interval_ticks from int_as_of_row
    union all
    select 'standard', int_as_of_row.*, standard_offer_ticks, standard_interval_ticks from int_as_of_row
),

billed as (
    select
        readings.basis,
        readings.cell_key,
        readings.lens_key,
        readings.loyalty_group,
        readings.band_order,
        readings.interval_ticks as price_ticks,
        readings.billed_ticks as offer_ticks,
        count(*) as n_customers
    from readings
    inner join params
        on readings.currency = params.currency
    where readings.price_ticks is not null
        and readings.reading_ticks > 0
    group by all
),

final as (
    select * from billed
    union all
    select
        basis, cell_key, lens_key, loyalty_group, band_order, price_ticks, offer_ticks,
        cast(sum(n_customers) as bigint) as n_customers
    from offer_counts
    where basis <> 'at_price_set'
        and not exists (select 1 from int_as_of_row)
    group by basis, cell_key, lens_key, loyalty_group, band_order, price_ticks, offer_ticks
)

select * from final
order by basis, cell_key, lens_key, loyalty_group, band_order nulls first, price_ticks, offer_ticks;
