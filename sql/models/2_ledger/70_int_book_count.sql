-- Grain:   one row per cell, lens combination, loyalty group, tenure band and set of stated prices of a book.
-- Reads:   int_book_line, stg_book, tenure_class
-- Columns: prices in major units of `currency` per billing interval, as stated; n_customers = accepted rows with exactly
--          these.
-- Why:     ten million customers have only a few different prices, so what depends on a price is worked out once for
--          each. Grouping by one number for cell (which names the currency), lens combination and tenure takes half the
--          time of grouping by their texts.

create or replace table int_book_count as
with

cells as materialized (
    select
        cell_key,
        currency,
        row_number() over () as cell_number
    from (select distinct cell_key, currency from stg_book)
),

lenses as materialized (
    select
        lens_key,
        row_number() over () as lens_number
    from (select distinct lens_key from stg_book)
),

classes as materialized (
    select
        tenure_months,
        loyalty_group,
        band_order,
        dense_rank() over (order by loyalty_group, band_order) as class_number
    from tenure_class
),

sizes as materialized (
    select
        1 + coalesce((select max(lens_number) from lenses), 0) as n_lenses,
        1 + coalesce((select max(class_number) from classes), 0) as n_classes
),

counted as (
    select
        (cell_number * n_lenses + lens_number) * n_classes + coalesce(class_number, 0) as combination,
        price_decision, price, prior_price, offer_price, market_price, expected_cost,
        count(*) as n_customers
    from int_book_line
    cross join sizes
    inner join cells
        on int_book_line.cell_key = cells.cell_key
    inner join lenses
        on int_book_line.lens_key = lenses.lens_key
    left join classes
        on int_book_line.tenure_months = classes.tenure_months
    group by all
),

final as (
    select
        cells.currency, cells.cell_key, lenses.lens_key, coalesce(class.loyalty_group, 'unknown') as loyalty_group,
        class.band_order, price_decision, price, prior_price, offer_price, market_price, expected_cost, n_customers
    from counted
    cross join sizes
    inner join cells
        on combination // n_classes // n_lenses = cells.cell_number
    inner join lenses
        on combination // n_classes % n_lenses = lenses.lens_number
    left join (select distinct class_number, loyalty_group, band_order from classes) as class
        on combination % n_classes = class.class_number
)

select * from final;
