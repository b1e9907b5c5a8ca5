-- Grain:   one row per thing held (customer x product x subscription x plan x currency x billing interval) and month (a
--          book states one month).
-- Reads:   int_grouped_span, month_offset, int_plan_start, int_amount_beside
-- Columns: *_ticks are integers of 10^-4 major units, ex tax: per month where the price comes from billing lines, per
--          stated interval where it comes from a book; *interval_ticks are per billing interval everywhere; paid_price is
--          price_ticks in major units; paid_ticks and offered_ticks are money per billing interval, price x quantity;
--          tenure_months are completed months at the pricing date; loyalty_group in new,
--          middle, tenured, unknown; band_order joins tenure_band; offer_ticks = the offer at the study's basis; cell_key
--          joins cell_value; lens_key joins lens_value.
-- Why:     everything an analyst needs of one month of one customer stands in one row. Later models that need neither
--          plan age nor the amounts beside the price read int_grouped_span, which has a row for many months and joins
--          less. That those belong to billing rows alone is said where they are selected: said in the join, it keeps some
--          engines from hashing it.

create or replace view price_ledger as
with

monthly as (
    select
        span.* exclude (first_month, n_months, covers_as_of, covers_year_before),
        span.first_month + month_offset.month_offset as month_number
    from int_grouped_span as span
    inner join month_offset
        on span.n_months = month_offset.n_months
),

final as (
    select
        role, ledger.customer_id, party_id, ledger.product_id, ledger.currency, interval_unit, interval_count,
        make_date(ledger.month_number // 12, ledger.month_number % 12 + 1, 1) as month, ledger.month_number, pricing_date,
        cell_key, lens_key, tenure_start, tenure_months, is_censored, discount_audience, discount_id,
        subscription_id, ledger.plan_id, channel, region, quantity,
        case when role = 'billing' then greatest(0, 12 * (year(pricing_date) - year(plan.plan_start))
            + month(pricing_date) - month(plan.plan_start)
            - case when day(pricing_date) < day(plan.plan_start) then 1 else 0 end) end as plan_age_months,
        contract_status, price_ticks, standard_ticks, prior_ticks, offer_ticks, offer_id, offer_reason, n_candidates,
        headline_ticks, effective_ticks, standard_offer_ticks, interval_ticks, offer_interval_ticks, headline_interval_ticks,
        effective_interval_ticks, standard_interval_ticks, paid_ticks, offered_ticks, offered_headline_ticks,
        offered_effective_ticks, offered_standard_ticks, market_ticks, cost_ticks,
        case when role = 'billing' then coalesce(beside.finance_ticks, 0) end as finance_ticks,
        case when role = 'billing' then coalesce(beside.fee_ticks, 0) end as fee_ticks,
        case when role = 'billing' then coalesce(beside.usage_ticks, 0) end as usage_ticks,
        case when role = 'billing' then coalesce(beside.one_off_ticks, 0) end as one_off_ticks,
        case when role = 'billing' then coalesce(beside.tax_ticks, 0) end as tax_ticks,
        loyalty_group, band_order, paid_price
    from monthly as ledger
    left join int_plan_start as plan
        on ledger.customer_id = plan.customer_id
        and ledger.product_id = plan.product_id
        and ledger.plan_id is not distinct from plan.plan_id
    left join int_amount_beside as beside
        on ledger.customer_id = beside.customer_id
        and ledger.product_id = beside.product_id
        and ledger.currency = beside.currency
        and ledger.month_number = beside.month_number
)

select * from final;
