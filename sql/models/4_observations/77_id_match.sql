-- Grain:   one row per pair of files whose ids have to match.
-- Reads:   int_id
-- Columns: pair: customers = the month's customers in the customer file; offers = what they hold, by product, in the
--            offers; price_events = the events, by what they name, in the lines
--          n_asked: Customers, things held or events
--          n_matched: Those whose id is found
--          n_alike: Those whose id is found once leading zeros, case and spaces are left out of both
--          n_zeros, n_case, n_spaces: Those for whom leaving out one of the three is enough
-- Why:     an id that lost a leading zero in a spreadsheet matches nothing: its customer has no tenure, its product no
--          offer. Such ids are only counted, never joined: 007 and 7 may be two customers.

create or replace table id_match as
with

ids as (
    select * from int_id
),

open_pairs as (
    select distinct pair
    from ids
    where n_asked > 0 and not is_known
),

ways as (
    select * from (values ('any'), ('zeros'), ('case'), ('spaces')) as listed(way)
),

folded as (
    select
        one.pair, one.kind, one.n_asked, one.is_known, ways.way,
        case ways.way
            when 'zeros' then ltrim(one.id, '0')
            when 'case' then lower(one.id)
            when 'spaces' then replace(one.id, ' ', '')
            else lower(ltrim(replace(one.id, ' ', ''), '0'))
        end as folded_id
    from ids as one
    inner join open_pairs
        on one.pair = open_pairs.pair
    cross join ways
),

met as (
    select
        pair,
        way,
        sum(n_open) as n
    from (
        select pair, way, sum(case when is_known then 0 else n_asked end) as n_open
        from folded
        group by pair, kind, way, folded_id
        having bool_or(is_known)
    ) as by_id
    group by pair, way
),

total as (
    select
        pair,
        sum(n_asked) as n_asked,
        sum(case when is_known then n_asked else 0 end) as n_matched
    from ids
    group by pair
    having sum(n_asked) > 0
),

final as (
    select
        total.pair,
        cast(total.n_asked as bigint) as n_asked,
        cast(total.n_matched as bigint) as n_matched,
        cast(coalesce(max(case when met.way = 'any' then met.n end), 0) as bigint) as n_alike,
        cast(coalesce(max(case when met.way = 'zeros' then met.n end), 0) as bigint) as n_zeros,
        cast(coalesce(max(case when met.way = 'case' then met.n end), 0) as bigint) as n_case,
        cast(coalesce(max(case when met.way = 'spaces' then met.n end), 0) as bigint) as n_spaces
    from total
    left join met
        on total.pair = met.pair
    group by total.pair, total.n_asked, total.n_matched
)

select * from final
order by pair;
