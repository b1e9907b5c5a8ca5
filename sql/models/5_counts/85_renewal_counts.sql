-- Grain:   one row per cell, lens combination, kind of renewal, month of it, price and quantity: the latest renewal of the
--          last twelve months, currency of the study.
-- Reads:   int_as_of_row, params
-- Columns: cell_key, lens_key: as in price_ledger
--          loyalty_group: new at the first renewal, tenured at a later one, whatever the tenure; other terms are left
--            out
--          pricing_month: Month of the renewal, as year * 12 + month - 1
--          paid_ticks: Price before discounts for all units, in 10^-4 currency units per billing interval
--          quantity_micros: as in price_counts
--          n_observations: as in price_counts
-- Why:     serves first_renewal_gap. A term is a billing interval of six months or more. Where only the latest possible
--          day of joining is known, the number of renewals is a lower bound: that a renewal is a later one is certain,
--          that it is the first is not.

create or replace table renewal_counts as
with

terms as (
    select
        cell_key, lens_key, is_censored, price_ticks, standard_ticks, paid_ticks, quantity_micros,
        year(cycle_start) * 12 + month(cycle_start) - 1 as pricing_month,
        interval_count * case interval_unit when 'year' then 12 when 'month' then 1 else 0 end as term_months,
        greatest(0, 12 * (year(cycle_start) - year(tenure_start)) + month(cycle_start) - month(tenure_start)
            - case when day(cycle_start) < day(tenure_start) then 1 else 0 end) as held_months,
        params.as_of_number
    from int_as_of_row
    inner join params
        on int_as_of_row.currency = params.currency
    where standard_ticks > 0
        and tenure_start is not null
),

numbered as (
    select
        *,
        held_months // term_months as renewal_number
    from terms
    where term_months >= 6
        and pricing_month > as_of_number - 12
),

final as (
    select
        cell_key,
        lens_key,
        case when renewal_number = 1 then 'new' else 'tenured' end as loyalty_group,
        pricing_month,
        -- Without a discount it is what is billed, to the last digit.
        case
            when standard_ticks = price_ticks then paid_ticks
            else cast(round(standard_ticks * term_months * (quantity_micros / 1000000)) as bigint)
        end as paid_ticks,
        quantity_micros,
        count(*) as n_observations
    from numbered
    where renewal_number >= 2
        or (renewal_number = 1 and not is_censored)
    group by all
)

select * from final
order by cell_key, lens_key, loyalty_group, pricing_month, paid_ticks, quantity_micros;
