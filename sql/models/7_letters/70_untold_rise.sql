-- Grain:   one row per rise in the price of one thing held that the customer was not told of in time.
-- Reads:   price_rise, int_step_event, params, stg_price_event
-- Columns: change_id, customer_id, product_id, plan_id, region, channel, currency, changed_on: as in price_rise
--          tenure_months, loyalty_group, band_order, in_last_year: as in price_rise
--          told_on: Latest day on which the customer was told of the change, too late; null where none is stated
--          rise_a_year: What index, list, rises for existing customers alone, unexplained rises and withdrawn discounts
--            add to twelve months of bills, currency units
-- Why:     rises without a letter are the first thing an ombudsman asks for. The end of a discount was told when it
--          began. Empty where the study has no price events, as then nobody knows.

create or replace view untold_rise as
with

told as (
    select step_id, min(told_day) as first_told, max(told_day) as told_on
    from int_step_event
    group by step_id
),

final as (
    select
        rise.change_id, rise.customer_id, rise.product_id, rise.plan_id, rise.region, rise.channel, rise.currency,
        rise.changed_on, rise.tenure_months, rise.loyalty_group, rise.band_order, rise.in_last_year, told.told_on,
        sum(rise.rise_a_year) as rise_a_year
    from price_rise as rise
    cross join params
    left join told
        on rise.change_id = told.step_id
    where rise.driver in ('index_linked', 'list_rise', 'back_book_rise', 'unexplained', 'no_reason_on_file', 'announced',
            'discount_withdrawn')
        and (told.first_told is null or told.first_told > rise.changed_on - to_days(params.notice_days))
        and exists (select 1 from stg_price_event where reject_reason is null)
    group by all
)

select * from final;
