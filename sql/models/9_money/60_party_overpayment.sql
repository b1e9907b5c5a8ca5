-- Grain:   one row per party with a tenured thing in the as-of month that has a price and an offer, currency of the study.
-- Reads:   int_party_row, int_conduct
-- Columns: party_id: as in price_ledger
--          n_things: Things held that are compared
--          net_a_year: What they cost above the offers a year, currency units; below 0 where the party pays less
--          overpayment_a_year: The same, 0 where the party pays less over all it holds
--          positives_a_year: What those above their offer cost above it, without what others are below
--          conduct: negotiated (a discount granted after the first twelve months that new customers do not have),
--            passive (none), unknown (the beginning of a discount was not seen), null in a book
--          creep_a_year: Rises of the price before discounts since joining, for each year since, currency units a year;
--            null where bills since joining are missing
-- Why:     one household may overpay on one thing and save on another: only what is left over all its things is money that
--          it loses.

create or replace table party_overpayment as
with

final as (
    select
        held_row.party_id, count(*) as n_things, cast(sum(above_a_year) as decimal(38, 6)) as net_a_year,
        greatest(0, cast(sum(above_a_year) as decimal(38, 6))) as overpayment_a_year,
        cast(sum(greatest(0, above_a_year)) as decimal(38, 6)) as positives_a_year,
        case
            when count(held_row.holding_id) = 0 then null
            when bool_or(conduct.is_negotiated) then 'negotiated'
            when bool_or(conduct.holding_id is not null and conduct.is_negotiated is null) then 'unknown'
            else 'passive'
        end as conduct,
        case when count(*) = count(conduct.rise_a_year) and min(conduct.years) > 0
            then cast(sum(conduct.rise_a_year / conduct.years) as decimal(38, 6)) end as creep_a_year
    from int_party_row as held_row
    left join int_conduct as conduct
        on held_row.holding_id = conduct.holding_id
    group by held_row.party_id
)

select * from final
order by party_id;
