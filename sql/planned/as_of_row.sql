-- The rows of the as-of month at other prices and offers, seen from another month: groups are those of that month, and
-- what is in new_price and new_offer replaces what was billed and offered. Without a month in moment, groups stay.

create or replace table int_as_of_row as
with

aged as (
    select
        was.holding_id, held.priced_on,
        case
            when moment.month_number is null then was.tenure_months
            when was.tenure_number is not null then greatest(0, moment.month_number - was.tenure_number)
            else greatest(0, 12 * (year(held.priced_on) - year(was.tenure_start)) + month(held.priced_on) - month(was.tenure_start)
                - case when day(held.priced_on) < day(was.tenure_start) then 1 else 0 end)
        end as tenure_months
    from base.int_as_of_row as was
    cross join moment
    left join holding_moment as held
        on was.holding_id = held.holding_id
),

offered as (
    select
        offer.*, case params.comparator_basis when 'headline' then headline_ticks when 'standard' then list_ticks
            else effective_ticks end as ticks
    from new_offer as offer
    cross join params
),

sized as (
    select
        was.*, new.ticks as new_ticks, new.charged_on, offer.line, offer.headline_ticks as new_headline,
        offer.effective_ticks as new_effective, offer.list_ticks as new_list, offer.ticks as new_offered,
        case when interval_unit in ('week', 'day') then 365 else 1 end
            / (interval_count * case interval_unit when 'month' then 1.0 when 'week' then 84 else 12 end) as by_month,
        cast(was.quantity_micros as double) / 1000000 as units, aged.tenure_months as months, aged.priced_on,
        tenure_class.loyalty_group as class, tenure_class.band_order as class_band
    from base.int_as_of_row as was
    inner join aged
        using (holding_id)
    left join tenure_class
        on aged.tenure_months = tenure_class.tenure_months
    left join new_price as new
        using (holding_id)
    left join offered as offer
        using (holding_id)
),

final as (
    select
        sized.* exclude (new_ticks, charged_on, line, new_headline, new_effective, new_list, new_offered, by_month, units, months,
            priced_on, class, class_band)
        replace (
            case when new_ticks is null then price_ticks else cast(round(new_ticks * by_month) as bigint) end as price_ticks,
            coalesce(new_ticks, interval_ticks) as interval_ticks,
            case when new_ticks is null then paid_ticks else cast(round(new_ticks * units) as bigint) end as paid_ticks,
            case when charged_on is null then price_changed_month else year(charged_on) * 12 + month(charged_on) - 1 end
                as price_changed_month,
            case when charged_on is null then previous_ticks else price_ticks end as previous_ticks,
            coalesce(priced_on, pricing_date) as pricing_date, months as tenure_months,
            case when priced_on is null then loyalty_group when is_censored and class = 'tenured' then 'tenured'
                when is_censored then 'unknown' when class = 'new' and discount_audience = 'existing_only' then 'middle'
                else coalesce(class, 'unknown') end as loyalty_group,
            case when priced_on is null then band_order when not is_censored then class_band end as band_order,
            coalesce(concat('planned offer, line ', cast(line as varchar)), offer_id) as offer_id,
            case when line is null then pricing_decision
                else concat(product_id, '/', coalesce(plan_id, ''), '/planned@', cast(line as varchar)) end as pricing_decision,
            case when line is null then offer_reason end as offer_reason,
            coalesce(cast(round(new_offered * by_month) as bigint), offer_ticks) as offer_ticks,
            coalesce(cast(round(new_headline * by_month) as bigint), headline_ticks) as headline_ticks,
            coalesce(cast(round(new_effective * by_month) as bigint), effective_ticks) as effective_ticks,
            coalesce(cast(round(new_list * by_month) as bigint), standard_offer_ticks) as standard_offer_ticks,
            coalesce(new_offered, offer_interval_ticks) as offer_interval_ticks,
            coalesce(new_headline, headline_interval_ticks) as headline_interval_ticks,
            coalesce(new_effective, effective_interval_ticks) as effective_interval_ticks,
            coalesce(new_list, standard_interval_ticks) as standard_interval_ticks,
            coalesce(cast(round(new_offered * units) as bigint), offered_ticks) as offered_ticks,
            coalesce(cast(round(new_headline * units) as bigint), offered_headline_ticks) as offered_headline_ticks,
            coalesce(cast(round(new_effective * units) as bigint), offered_effective_ticks) as offered_effective_ticks,
            coalesce(cast(round(new_list * units) as bigint), offered_standard_ticks) as offered_standard_ticks
        )
    from sized
)

select * from final;
