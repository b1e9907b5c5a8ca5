-- Grain:   one row per cell and completed months of tenure, as-of month, currency of the study.
-- Reads:   int_as_of_row, int_book_line, int_introduction, params
-- Columns: cell_key: as in price_ledger
--          tenure_months: Completed months of tenure; null where only the latest possible day of joining is known, or
--            where the introductory period of an offer of the product may still be running
--          n_priced: Observations with a price past its introduction, before discounts
--          sum_log_price: Sum of the logarithm of that price in currency units, in billionths
--          n_matched: Of those, with an offer price after its introduction
--          sum_log_ratio: Sum of the logarithm of the price over that offer, in billionths
-- Why:     serves tenure_gradient. Sums of whole billionths come out the same in any order. A customer who may still
--          pay an introductory price tells nothing about tenure.

create or replace table gradient_counts as
with

billing as (
    select
        rows.cell_key,
        case
            when not rows.is_censored
                and rows.tenure_months >= introduction.intro_months
                then rows.tenure_months
        end as tenure_months,
        rows.standard_ticks / 10000 as price,
        rows.standard_offer_ticks / 10000 as offer
    from int_as_of_row as rows
    inner join params
        on rows.currency = params.currency
    inner join int_introduction as introduction
        on rows.product_id = introduction.product_id
    where rows.standard_ticks > 0
),

book as (
    select
        line.cell_key,
        line.tenure_months,
        cast(line.price as double) as price,
        cast(line.offer_price as double) as offer
    from int_book_line as line
    inner join params
        on line.currency = params.currency
    where line.price > 0
),

final as (
    select
        cell_key,
        tenure_months,
        count(*) as n_priced,
        cast(sum(cast(round(ln(price) * 1e9) as bigint)) as bigint) as sum_log_price,
        count(*) filter (where offer > 0) as n_matched,
        cast(coalesce(sum(cast(round(ln(price / offer) * 1e9) as bigint)) filter (where offer > 0), 0) as bigint)
            as sum_log_ratio
    from (select * from billing union all select * from book)
    group by all
)

select * from final
order by cell_key, tenure_months nulls first;
