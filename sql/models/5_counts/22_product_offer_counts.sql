-- Grain:   one row per cell, lens combination, loyalty group, tenure band, amount and offer of the product:
--          observations whose plan is offered to nobody, as-of month, currency of the study.
-- Reads:   int_as_of_row, int_offer_key, params
-- Columns: cell_key, lens_key, loyalty_group, band_order, paid_ticks: as in price_ledger
--          quantity_micros: as in price_counts
--          offered_ticks: What a new customer would pay for as many units of the product, on the plan that is offered at the
--            study's basis, in 10^-4 currency units per billing interval; null where no plan of it fits
--          n_observations: as in price_counts
-- Why:     a plan that nobody can buy may be an old plan, or the id of a single price taken for a plan. Comparing it
--          with the offer of the product at the same interval and currency shows which: the cheapest that fits, most
--          keys first.

create or replace table product_offer_counts as
with

unoffered as (
    select
        cell_key, lens_key, loyalty_group, band_order, product_id, ledger.currency, interval_unit, interval_count, region, channel,
        pricing_date, paid_ticks, quantity_micros,
        count(*) as n_observations
    from int_as_of_row as ledger
    inner join params
        on ledger.currency = params.currency
    where offer_reason = 'plan_not_offered'
    group by all
),

asked as (
    select distinct product_id, currency, interval_unit, interval_count, region, channel, pricing_date, quantity_micros
    from unoffered
),

candidates as (
    select
        asked.*,
        case params.comparator_basis
            when 'headline' then offer.headline_interval_ticks
            when 'standard' then offer.standard_interval_ticks
            else offer.effective_interval_ticks
        end as offer_ticks,
        row_number() over (
            partition by asked.product_id, asked.currency, asked.interval_unit, asked.interval_count, asked.region, asked.channel,
                asked.pricing_date, asked.quantity_micros
            order by offer.n_keys desc, offer.primary_ticks, offer.offer_id, offer.valid_from
        ) as candidate_rank
    from asked
    cross join params
    inner join int_offer_key as offer
        on asked.product_id = offer.product_id
        and asked.currency = offer.currency
        and asked.interval_unit = offer.interval_unit
        and asked.interval_count = offer.interval_count
        and asked.pricing_date >= offer.valid_from
        and (asked.pricing_date < offer.valid_to or offer.valid_to is null)
        and (offer.region is null or asked.region = offer.region)
        and (offer.channel is null or asked.channel = offer.channel)
        and offer.customer_id is null
        and (cast(asked.quantity_micros as decimal(38, 0)) * 0.000001 >= offer.qty_from or offer.qty_from is null)
        and (cast(asked.quantity_micros as decimal(38, 0)) * 0.000001 < offer.qty_to or offer.qty_to is null)
    where offer.primary_ticks > 0
),

final as (
    select
        unoffered.cell_key, unoffered.lens_key, unoffered.loyalty_group, unoffered.band_order, unoffered.paid_ticks,
        unoffered.quantity_micros,
        cast((2 * cast(best.offer_ticks as hugeint) * unoffered.quantity_micros + 1000000) // 2000000 as bigint) as offered_ticks,
        cast(sum(unoffered.n_observations) as bigint) as n_observations
    from unoffered
    left join candidates as best
        on unoffered.product_id = best.product_id
        and unoffered.currency = best.currency
        and unoffered.interval_unit = best.interval_unit
        and unoffered.interval_count = best.interval_count
        and unoffered.region is not distinct from best.region
        and unoffered.channel is not distinct from best.channel
        and unoffered.pricing_date = best.pricing_date
        and unoffered.quantity_micros = best.quantity_micros
        and best.candidate_rank = 1
    group by all
)

select * from final
order by cell_key, lens_key, loyalty_group, band_order nulls first, paid_ticks, offered_ticks nulls first, quantity_micros;
