-- Grain:   one row per thing held in the as-of month, or rejected row of it, that has no price or no offer.
-- Reads:   observation
-- Columns: customer_id, party_id, currency, cell_key, lens_key, loyalty_group, band_order: as in price_ledger
--          reason: as in cell_coverage
--          paid_ticks: as in price_ledger
--          month_ticks: What an observation without a price comes to a month, in 10^-4 currency units; null where no
--            amount is known
-- Why:     these are the customers who could not be compared, by name: the rows behind the counts of cell_coverage.
--          Cells with too few customers are left to the analysis, and listed with their money in findings_support.

create or replace view not_compared as
with

final as (
    select
        customer_id, party_id, currency, cell_key, lens_key, loyalty_group, band_order, reason, paid_ticks, month_ticks
    from observation
    where reason is not null
)

select * from final;
