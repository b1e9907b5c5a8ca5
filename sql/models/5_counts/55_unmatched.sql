-- Grain:   one row per currency, cell, loyalty group and reason: customers without an offer, with their money, as-of
--          month.
-- Reads:   price_counts
-- Columns: currency, cell_key, loyalty_group, offer_reason: as in price_ledger
--          n_observations: Observations of the as-of month without an offer
--          paid_ticks: What they pay together per billing interval, in 10^-4 currency units
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
