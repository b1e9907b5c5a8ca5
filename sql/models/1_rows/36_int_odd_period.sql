-- Grain:   one row per billed period and interval of a section that cannot be taken as it stands.
-- Reads:   int_billed_period, int_period_vote
-- Columns: section, period_start, period_end, interval_unit, interval_count, interval_is_blank = as on the lines;
--          interval_unclear = the interval is blank and the period is not a month; period_end_mixed = the end reads
--          differently from most of the section; between_firsts = the period covers no first day of a month.
-- Why:     what cannot be understood is set aside with its money, and no accepted line vanishes without a trace. Few
--          periods are odd: lines find them here by a small join.

create or replace table int_odd_period as
with

judged as (
    select
        period.section, period.period_start, period.period_end, period.interval_unit, period.interval_count,
        period.interval_is_blank,
        period.interval_is_blank and not period.is_month as interval_unclear,
        coalesce(
            votes.outcome = 'mixed'
            and period.vote = case when 2 * votes.n_inclusive > votes.n_votes then 'exclusive' else 'inclusive' end,
            false
        ) as period_end_mixed,
        year(period.period_start) * 12 + month(period.period_start) + case when day(period.period_start) > 1 then 1 else 0 end
            = year(period.period_end) * 12 + month(period.period_end) + case when day(period.period_end) > 1 then 1 else 0 end
            as between_firsts
    from int_billed_period as period
    left join int_period_vote as votes
        on period.section = votes.section
),

final as (
    select distinct *
    from judged
    where interval_unclear
        or period_end_mixed
        or between_firsts
)

select * from final;
