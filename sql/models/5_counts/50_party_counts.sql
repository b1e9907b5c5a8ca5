-- Grain:   one row per set of observations that parties with several have, and observation in it; no ids.
-- Reads:   int_party_observation
-- Columns: pattern: Number of the set of observations
--          n_parties: Parties with exactly this set
--          cell_key, lens_key, loyalty_group, band_order, paid_ticks: as in price_ledger
--          reason: as in cell_coverage
--          quantity_micros: as in price_counts
--          offered_ticks, offered_headline_ticks, offered_effective_ticks, offered_standard_ticks: as in price_ledger
--          offered_other_ticks: as in price_counts
--          market_ticks: Market price that a book states, in 10^-4 currency units per stated interval; null where it
--            states none
--          cost_ticks: Expected cost that a book states, in 10^-4 currency units per stated interval; null where it
--            states none
--          derived_month: Month of pricing, as year * 12 + month - 1, where there is a derived comparator; else null
--          change_known: 2 where the price and offer of a year ago are known, 1 where only the price is, else 0
--          customer_number: Which of the party's customers, from 1
-- Why:     clustering by party and counting distinct customers need to know which observations belong together, not
--          whose they are. No id leaves this model. Decisions D23 and D54.

create or replace table party_counts as
with

numbered as (
    select
        int_party_observation.*,
        dense_rank() over (partition by party_id order by customer_id) as customer_number
    from int_party_observation
),

described as (
    select
        party_id,
        concat_ws(chr(29), cell_key, lens_key, loyalty_group, coalesce(cast(band_order as varchar), '-'),
            coalesce(reason, '-'), coalesce(cast(paid_ticks as varchar), '-'), coalesce(cast(quantity_micros as varchar), '-'),
            coalesce(cast(offered_ticks as varchar), '-'), coalesce(cast(offered_headline_ticks as varchar), '-'),
            coalesce(cast(offered_effective_ticks as varchar), '-'), coalesce(cast(offered_standard_ticks as varchar), '-'),
            coalesce(cast(offered_other_ticks as varchar), '-'),
            coalesce(cast(market_ticks as varchar), '-'), coalesce(cast(cost_ticks as varchar), '-'),
            coalesce(cast(derived_month as varchar), '-'), cast(change_known as varchar), cast(customer_number as varchar)) as observation,
        cell_key, lens_key, loyalty_group, band_order, reason, paid_ticks, quantity_micros, offered_ticks, offered_headline_ticks,
        offered_effective_ticks, offered_standard_ticks, offered_other_ticks, market_ticks, cost_ticks,
        derived_month, change_known, customer_number
    from numbered
),

parties as (
    select
        party_id,
        string_agg(observation, chr(28) order by observation) as observations
    from described
    group by party_id
),

patterns as (
    select
        observations,
        min(party_id) as example_party,
        count(*) as n_parties,
        row_number() over (order by observations) as pattern
    from parties
    group by observations
),

final as (
    select
        patterns.pattern,
        patterns.n_parties,
        described.cell_key, described.lens_key, described.loyalty_group, described.band_order,
        described.reason, described.paid_ticks, described.quantity_micros, described.offered_ticks, described.offered_headline_ticks,
        described.offered_effective_ticks, described.offered_standard_ticks, described.offered_other_ticks,
        described.market_ticks, described.cost_ticks, described.derived_month, described.change_known, described.customer_number
    from patterns
    inner join described
        on patterns.example_party = described.party_id
)

select * from final
order by
    pattern, customer_number, cell_key, lens_key, loyalty_group, reason nulls first, paid_ticks nulls first,
    quantity_micros nulls first, offered_ticks nulls first;
