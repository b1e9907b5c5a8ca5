-- Grain:   one row per credit and charge that cancel each other.
-- Reads:   int_named_reversal, int_reversal_pair
-- Columns: row_id = the credit; charge_row_id = the line that it reverses.
-- Why:     charges and credits that state the same are paired one to one. A credit that leaves parts out is paired only
--          if no more charges remain than credits that state just the same; a charge that several kinds of credit may
--          mean goes to the one that states the most.

create or replace table int_reversal as
with

exact as (
    select row_id, charge_row_id
    from (
        select
            row_id, charge_row_id,
            dense_rank() over (partition by shape order by charge_rank) as charge_rank,
            dense_rank() over (partition by shape order by credit_rank) as credit_rank
        from int_reversal_pair
        where n_missing = 0
    ) as stated
    where charge_rank = credit_rank
),

remaining as (
    select
        pair.*,
        dense_rank() over (partition by pair.shape order by pair.charge_rank) as charge_number,
        dense_rank() over (partition by pair.shape order by pair.credit_rank) as credit_number
    from int_reversal_pair as pair
    where pair.row_id not in (select row_id from exact)
        and pair.charge_row_id not in (select charge_row_id from exact)
),

sized as (
    select
        remaining.*,
        max(charge_number) over (partition by shape) as n_charges,
        max(credit_number) over (partition by shape) as n_credits
    from remaining
),

claims as (
    select
        row_id, charge_row_id,
        row_number() over (partition by charge_row_id order by n_missing, shape) as claim
    from sized
    where n_charges <= n_credits
        and charge_number = credit_number
),

final as (
    select row_id, charge_row_id
    from int_named_reversal
    where outcome = 'reversed'
    union all
    select row_id, charge_row_id
    from exact
    union all
    select row_id, charge_row_id
    from claims
    where claim = 1
)

select * from final;
