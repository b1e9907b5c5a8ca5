-- Grain:   one row per currency, reason, loyalty group and cell.
-- Reads:   price_counts
-- Columns: offer_reason = why there is no offer to compare with; n_observations; paid_ticks = what they pay together.
-- Why:     unmatched customers are counted with their money and the reason, never dropped.

create or replace table unmatched as
with

final as (
    select
        currency,
        cell_key,
        loyalty_group,
        offer_reason,
        cast(sum(n_observations) as bigint) as n_observations,
        sum(cast(n_observations as hugeint) * paid_ticks) as paid_ticks
    from price_counts
    where offer_reason is not null
        and paid_ticks is not null
    group by currency, cell_key, loyalty_group, offer_reason
)

select * from final
order by currency, cell_key, loyalty_group, offer_reason;
