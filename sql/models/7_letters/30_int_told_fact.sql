-- Grain:   one row per letter and thing held that it concerns.
-- Reads:   int_told_letter, int_told_bill, int_ledger_span
-- Columns: those of int_told_letter; what its bills show: first_is_told, first_is_old, n_old_first = bills at the
--          old price in a row from the first on, n_bills; other_day, other_is_told, other_over = the first at a price
--          other than the old one; end_day = the first at the told price; next_day = effective day of the next letter;
--          is_superseded, is_early, is_lock_broken; continues = the chain goes on with another plan or interval.
-- Why:     each outcome is a question about the bills; here they are asked once.

create or replace table int_told_fact as
with

numbered as (
    select
        bill.*, letter.effective_day, letter.told_day, letter.lock_day, letter.lock_until,
        abs(over_micros) <= half_coin as is_told,
        abs(above_old_micros) <= half_coin as is_old,
        first_value(case when bill.bill_day = letter.lock_day then month_standard_ticks end ignore nulls) over (
            partition by bill.letter_id, bill.holding_id) as lock_standard
    from int_told_bill as bill
    inner join int_told_letter as letter
        using (letter_id, holding_id)
),

billed as (
    select
        letter_id, holding_id,
        max(bill_number) as n_bills,
        bool_or(is_told) filter (where bill_number = 1) as first_is_told,
        bool_or(is_old) filter (where bill_number = 1) as first_is_old,
        coalesce(min(bill_number) filter (where not is_old), max(bill_number) + 1) - 1 as n_old_first,
        min(bill_day) filter (where bill_number >= 1 and not is_old) as other_day,
        arg_min(is_told, bill_day) filter (where bill_number >= 1 and not is_old) as other_is_told,
        arg_min(over_micros, bill_day) filter (where bill_number >= 1 and not is_old) as other_over,
        arg_min(over_micros, bill_day) filter (where bill_number = 1) as first_over,
        max(told_ticks) filter (where bill_number = 1) as told_ticks,
        max(price_ticks) filter (where bill_number = 1) as charged_ticks,
        max(old_ticks) as old_ticks,
        min(bill_day) filter (where bill_number >= 1 and is_told) as end_day,
        min(bill_day) filter (where bill_number is null and bill_day >= told_day and above_old_micros > half_coin) as early_day,
        bool_or(bill_day > lock_day and bill_day < lock_until and month_standard_ticks > lock_standard + 50) as is_raised_in_lock,
        bool_or(bill_day > lock_day and bill_day < lock_until) as has_bill_in_lock,
        bool_or(lock_standard is not null) as has_lock_price
    from numbered
    group by letter_id, holding_id
),

others as (
    select
        letter.letter_id, letter.holding_id,
        min(other.effective_day) filter (where other.effective_day > letter.effective_day) as next_day,
        bool_or(other.told_day > letter.told_day and other.told_day <= letter.first_day
            and other.effective_day < letter.effective_day + letter.one_interval
            and other.effective_day > letter.effective_day - letter.one_interval) as is_superseded,
        bool_or(other.effective_day <= billed.early_day and other.effective_day > letter.old_day) as is_covered
    from int_told_letter as letter
    inner join billed
        using (letter_id, holding_id)
    inner join int_told_letter as other
        on letter.holding_id = other.holding_id
        and letter.letter_id <> other.letter_id
    group by letter.letter_id, letter.holding_id
),

locks as (
    select distinct letter.letter_id, letter.holding_id, true as is_locked_out
    from int_told_letter as letter
    inner join int_told_letter as lock
        on letter.holding_id = lock.holding_id
        and letter.first_day > lock.lock_day
        and letter.first_day < lock.lock_until
    inner join int_told_bill as bill
        on letter.letter_id = bill.letter_id and letter.holding_id = bill.holding_id
    inner join int_ledger_span as span
        on lock.holding_id = span.holding_id and lock.lock_day = span.cycle_start
    where bill.month_standard_ticks > span.standard_ticks + 50 and bill.bill_number = 1
),

final as (
    select letter.*, billed.* exclude (letter_id, holding_id), next_day, coalesce(is_superseded, false) as is_superseded,
        early_day is not null and not coalesce(is_covered, false) as is_early, coalesce(is_locked_out, false) as is_locked_out
    from int_told_letter as letter
    left join billed using (letter_id, holding_id)
    left join others using (letter_id, holding_id)
    left join locks using (letter_id, holding_id)
)

select * from final;
