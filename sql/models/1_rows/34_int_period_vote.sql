-- Grain:   one row per section of the config whose period ends are not declared but can be determined.
-- Reads:   int_billed_period
-- Columns: section; n_votes = lines whose end reads as one of the two; n_inclusive; outcome = exclusive, inclusive, mixed.
-- Why:     where the end is the last day of service but is taken for the day after it, customers billed on any day but
--          the first are lost. 95 % of 20 votes, or all of 5, decide; between 5 and 95 %, the export writes both.
--          Decision D16.

create or replace table int_period_vote as
with

counted as (
    select
        section,
        cast(sum(n_lines) as bigint) as n_votes,
        cast(coalesce(sum(n_lines) filter (vote = 'inclusive'), 0) as bigint) as n_inclusive
    from int_billed_period
    where vote is not null
    group by section
),

final as (
    select
        counted.*,
        case
            when n_votes >= 5 and n_inclusive = n_votes then 'inclusive'
            when n_votes >= 20 and 100 * n_inclusive >= 95 * n_votes then 'inclusive'
            when n_inclusive < n_votes and 100 * n_inclusive > 5 * n_votes then 'mixed'
            else 'exclusive'
        end as outcome
    from counted
)

select * from final;
