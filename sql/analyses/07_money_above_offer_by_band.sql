-- Question: How much a year do customers of each tenure band pay above the offer?
-- Reads:    price_ledger, tenure_band, params
-- Columns: tenure_band = completed years, from the label; n_customers = as-of month, with an offer; n_above = of those,
--          above the offer; above_a_year = what those pay above the offer, currency units a year; net_a_year = the net
--          amount for all of them; gap = paid / offered - 1, a fraction.

with

compared as (
    select
        price_ledger.band_order,
        price_ledger.customer_id,
        price_ledger.paid_ticks,
        price_ledger.offered_ticks,
        case
            when price_ledger.interval_unit = 'month' then 12 / price_ledger.interval_count
            when price_ledger.interval_unit = 'week' then 365 / 7 / price_ledger.interval_count
            when price_ledger.interval_unit = 'day' then 365 / price_ledger.interval_count
            else 1 / price_ledger.interval_count
        end as per_year
    from price_ledger
    inner join params
        on price_ledger.currency = params.currency
        -- A book states one month and sets no as-of month.
        and (price_ledger.role = 'book' or price_ledger.month_number = params.as_of_number)
    where price_ledger.offered_ticks > 0
),

final as (
    select
        tenure_band.label as tenure_band,
        count(distinct customer_id) as n_customers,
        count(distinct customer_id) filter (paid_ticks > offered_ticks) as n_above,
        round(sum(greatest(paid_ticks - offered_ticks, 0) * per_year) / 10000, 2) as above_a_year,
        round(sum((paid_ticks - offered_ticks) * per_year) / 10000, 2) as net_a_year,
        round(sum(paid_ticks * per_year) / nullif(sum(offered_ticks * per_year), 0) - 1, 4) as gap
    from compared
    inner join tenure_band
        on compared.band_order = tenure_band.band_order
    group by tenure_band.label, tenure_band.band_order
)

select * from final
order by (select tenure_band.band_order from tenure_band where tenure_band.label = final.tenure_band);
