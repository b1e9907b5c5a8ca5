-- Grain:   one row per currency, reason, loyalty group and cell.
-- Reads:   price_counts
-- Columns: offer_reason = why there is no offer to compare with; n_customers; price_ticks = what they pay together.
-- Why:     unmatched customers are counted with their money and the reason, never dropped.

create or replace table unmatched as
with

final as (
    select
        currency,
        cell_key,
        loyalty_group,
        offer_reason,
        cast(sum(n_customers) as bigint) as n_customers,
        sum(cast(n_customers as hugeint) * price_ticks) as price_ticks
    from price_counts
    where offer_reason is not null
        and price_ticks is not null
    group by currency, cell_key, loyalty_group, offer_reason
)

select * from final
order by currency, cell_key, loyalty_group, offer_reason;
