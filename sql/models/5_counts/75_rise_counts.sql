-- Grain:   one row per cell, lens combination, loyalty group, tenure band, month of the last price change, prices around it,
--          amounts and price decision, as-of month, currency of the study.
-- Reads:   int_as_of_row, int_book_count, int_price_tick, params
-- Columns: cell_key, lens_key, loyalty_group, band_order: as in price_ledger
--          pricing_decision: as in price_counts
--          changed_month: Month of the last price change, as year * 12 + month - 1; 0 in a book, which states one change
--          before_ticks: Price of a unit before that change, in 10^-4 currency units, per month where prices come from
--            billing lines, per stated interval in a book
--          after_ticks: Price of a unit after it, in the same unit
--          paid_ticks, offered_ticks: as in price_ledger
--          n_observations: as in price_counts
-- Why:     when the prices of many customers rise by one factor in one month, that is one decision, however many offers
--          they have. Only observations with an offer and a known earlier price count here.

create or replace table rise_counts as
with

billing as (
    select
        cell_key, lens_key, loyalty_group, band_order, pricing_decision, price_changed_month as changed_month,
        previous_ticks as before_ticks, price_ticks as after_ticks, paid_ticks, offered_ticks, count(*) as n_observations
    from int_as_of_row
    inner join params
        on int_as_of_row.currency = params.currency
    where previous_ticks > 0
        and offered_ticks > 0
    group by all
),

book as (
    select
        counts.cell_key, counts.lens_key, counts.loyalty_group, counts.band_order, counts.price_decision as pricing_decision,
        0 as changed_month, prior.ticks as before_ticks, paid.ticks as after_ticks, paid.ticks as paid_ticks,
        offer.ticks as offered_ticks, cast(sum(counts.n_customers) as bigint) as n_observations
    from int_book_count as counts
    inner join params
        on counts.currency = params.currency
    inner join int_price_tick as paid
        on counts.price = paid.price
    inner join int_price_tick as prior
        on counts.prior_price = prior.price
    inner join int_price_tick as offer
        on counts.offer_price = offer.price
    group by all
),

final as (
    select * from billing
    union all
    select * from book
)

select * from final
order by
    cell_key, lens_key, loyalty_group, band_order nulls first, pricing_decision nulls first, changed_month, before_ticks,
    after_ticks, paid_ticks, offered_ticks;
