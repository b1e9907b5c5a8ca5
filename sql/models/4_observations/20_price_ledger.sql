-- Grain:   one row per thing held (customer x product x subscription x plan x currency x billing interval) and month:
--          what was paid, and the offer it is compared with.
-- Reads:   int_grouped_span, month_offset, int_plan_start
-- Columns: role: Where the price comes from: billing or book
--          customer_id: Customer
--          party_id: Person or firm behind the customer; the customer where none is stated
--          product_id: Product
--          currency: Currency, ISO 4217
--          interval_unit: Unit of the billing interval: day, week, month or year
--          interval_count: Number of units in the billing interval
--          month: Month, as its first day
--          month_number: Month, as year * 12 + month - 1
--          pricing_date: Day whose offer counts: start of the cycle or term billed, or the day on which the price was
--            set where the study says so; the as-of day in a book
--          cell_key: Like-for-like cell; joins cell_value; do not parse it
--          lens_key: Combination of lens values; joins lens_value, empty text without lenses
--          tenure_start: Day the customer joined; the first bill where no day is stated
--          tenure_months: Completed months of tenure on the first day of the month; on the pricing date where the study
--            reads tenure there
--          is_censored: True where tenure_start is only the latest possible day: the customer was first seen in the
--            first month of the data
--          discount_audience: Whom the discount is for: existing_only moves a new customer to the middle group
--          discount_id: Discount on the price, null without one
--          subscription_id: Subscription
--          plan_id: Plan
--          channel: Sales channel
--          region: Region
--          quantity: Units billed together; the price is per unit
--          plan_age_months: Completed months on the plan on the pricing date
--          contract_status: in_contract or out_of_contract on the pricing date; null where no contract end is stated
--          price_ticks: Price paid, discounts taken off, before tax, in 10^-4 currency units, per month where prices
--            come from billing lines, per stated interval in a book
--          standard_ticks: Price before discounts, in 10^-4 currency units a month; null in a book
--          prior_ticks: Price a year ago that a book states, in 10^-4 currency units, per month where prices come from
--            billing lines, per stated interval in a book
--          offer_ticks: Offer to a new customer on the pricing date, at the basis of the study, in 10^-4 currency
--            units, per month where prices come from billing lines, per stated interval in a book; null without an
--            offer
--          offer_id: Offer used as the comparator; null without one
--          offer_reason: Why there is no offer: no_offer, plan_not_offered (the product is offered, but on other
--            plans), no_offer_in_force, offer_not_positive; null where there is one
--          n_candidates: Offers that fit the customer on the pricing date
--          headline_ticks: The offer at its introductory price, in 10^-4 currency units a month; null in a book
--          effective_ticks: The offer averaged over the horizon, with set-up fee and incentive, in 10^-4 currency units
--            a month; null in a book
--          standard_offer_ticks: The offer after its introduction, in 10^-4 currency units a month; null in a book
--          interval_ticks: Price paid per unit and billing interval, as billed or as a book states it, in 10^-4
--            currency units; sums of money are made from it
--          offer_interval_ticks: The offer at the basis of the study per billing interval, in 10^-4 currency units;
--            null without an offer
--          headline_interval_ticks: The offer at its introductory price per billing interval, in 10^-4 currency units;
--            null in a book
--          effective_interval_ticks: The offer averaged over the horizon per billing interval, in 10^-4 currency units;
--            null in a book
--          standard_interval_ticks: The offer after its introduction per billing interval, in 10^-4 currency units;
--            null in a book
--          paid_ticks: What is paid for all units per billing interval, discounts taken off, before tax, in 10^-4
--            currency units
--          offered_ticks: What a new customer would pay for as many units per billing interval, at the basis of the
--            study, in 10^-4 currency units; null without an offer
--          offered_headline_ticks: The same at the introductory price of the offer, in 10^-4 currency units; null in a
--            book
--          offered_effective_ticks: The same averaged over the horizon, in 10^-4 currency units; null in a book
--          offered_standard_ticks: The same after the introduction, in 10^-4 currency units; null in a book
--          market_ticks: Market price that a book states, in 10^-4 currency units, per month where prices come from
--            billing lines, per stated interval in a book
--          cost_ticks: Expected cost that a book states, in 10^-4 currency units, per month where prices come from
--            billing lines, per stated interval in a book
--          loyalty_group: new, middle, tenured or unknown
--          band_order: Tenure band; joins tenure_band, null where the tenure is unknown
--          paid_price: Price paid in currency units: price_ticks / 10000
-- Why:     one row holds everything that an analyst needs about one month of one thing held. Later models that do not
--          need the plan age read int_grouped_span, which has one row for many months and joins less. What is billed
--          beside the price has its own grain: amount_beside. The condition that only billing rows have a plan age is
--          in the select list: in the join, it would keep some engines from hashing it. Decisions D1 and D55.

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
        cell_key, lens_key, tenure_start,
        case
            when tenure_number is null then tenure_months
            when ledger.month_number > tenure_number then ledger.month_number - tenure_number
            else 0
        end as tenure_months, is_censored, discount_audience, discount_id,
        subscription_id, ledger.plan_id, channel, region, quantity,
        case when role = 'billing' then greatest(0, 12 * (year(pricing_date) - year(plan.plan_start))
            + month(pricing_date) - month(plan.plan_start)
            - case when day(pricing_date) < day(plan.plan_start) then 1 else 0 end) end as plan_age_months,
        contract_status, price_ticks, standard_ticks, prior_ticks, offer_ticks, offer_id, offer_reason, n_candidates,
        headline_ticks, effective_ticks, standard_offer_ticks, interval_ticks, offer_interval_ticks, headline_interval_ticks,
        effective_interval_ticks, standard_interval_ticks, paid_ticks, offered_ticks, offered_headline_ticks,
        offered_effective_ticks, offered_standard_ticks, market_ticks, cost_ticks,
        loyalty_group, band_order, paid_price
    from monthly as ledger
    left join int_plan_start as plan
        on ledger.customer_id = plan.customer_id
        and ledger.product_id = plan.product_id
        and ledger.plan_id is not distinct from plan.plan_id
)

select * from final;
