-- Grain:   one row per new-customer offer version and price: offer_id x valid_from x product x plan x currency x interval x
--          prices x stated decision.
-- Reads:   offers, params
-- Columns: the keys; pricing_decision = the stated one, else the first version of the unbroken run of equal terms that
--          this one belongs to, with its price where the version has several; is_stated = whether the offer file names
--          it.
-- Why:     a price is decided once, however many regions it holds in and however often it is reissued under a new id.
--          Customers of one decision are one draw. A break in the terms ends the decision. One offer_id may stand for a
--          whole price list: rows under it with different prices are different decisions. Decision D20.

create or replace table int_offer_decision as
with

versions as (
    select
        offer_id,
        valid_from,
        coalesce(in_force_to, date '9999-12-31') as valid_to,
        price_decision,
        product_id, plan_id, offers.currency, interval_unit, interval_count, primary_ticks, headline_interval_ticks,
        standard_interval_ticks,
        concat_ws(chr(31), coalesce(product_id, chr(30)), coalesce(plan_id, chr(30)), offers.currency, interval_unit,
            cast(interval_count as varchar), cast(primary_ticks as varchar),
            case when comparator_basis = 'effective' then cast(headline_interval_ticks as varchar) end,
            case when comparator_basis = 'effective' then cast(standard_interval_ticks as varchar) end) as terms
    from offers
    cross join params
    where is_new_customer_offer
),

covered as (
    select
        versions.*,
        max(valid_to) over (
            partition by terms order by valid_from, offer_id rows between unbounded preceding and 1 preceding
        ) as covered_to
    from versions
),

runs as (
    select
        covered.*,
        min(primary_ticks) over (partition by offer_id, valid_from)
            <> max(primary_ticks) over (partition by offer_id, valid_from) as has_several,
        sum(case when covered_to >= valid_from then 0 else 1 end) over (
            partition by terms order by valid_from, offer_id rows unbounded preceding
        ) as run
    from covered
),

final as (
    select distinct
        offer_id, valid_from, product_id, plan_id, currency, interval_unit, interval_count, primary_ticks,
        headline_interval_ticks, standard_interval_ticks, price_decision,
        coalesce(price_decision, first_value(
            concat(offer_id, '@', strftime(valid_from, '%Y-%m-%d'),
                case when has_several then concat('@', cast(primary_ticks as varchar)) else '' end)
        ) over (partition by terms, run order by valid_from, offer_id)) as pricing_decision,
        price_decision is not null as is_stated
    from runs
)

select * from final;
