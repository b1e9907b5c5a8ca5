-- Grain:   one row per credit that names a line of its customer.
-- Reads:   int_credit, int_billing_line
-- Columns: row_id = the credit; charge_row_id = the line it names; outcome = reversed where the credits that name the
--          line sum to its amount, to a coin; part where they come to less; over_credited where they come to more.
-- Why:     what the firm itself says of a credit comes before any guess. A credit for less than the line is a credit on
--          it and cancels nothing; one for more cannot be understood. A credit may be written with either sign.

create or replace table int_named_reversal as
with

named as (
    select
        int_credit.row_id,
        charge.row_id as charge_row_id,
        abs(int_credit.net_amount) as credited,
        charge.net_amount as charged
    from int_credit
    inner join int_billing_line as charge
        on int_credit.customer_id = charge.customer_id
        and int_credit.reverses_line_id = charge.line_id
        and int_credit.currency = charge.currency
    where charge.row_id <> int_credit.row_id
        and charge.net_amount > 0
        and charge.invoice_status = 'final'
),

summed as (
    select
        named.*,
        sum(credited) over (partition by charge_row_id) as credited_together
    from named
),

final as (
    select
        row_id,
        charge_row_id,
        case
            when abs(credited_together - charged) <= 0.01 then 'reversed'
            when credited_together < charged then 'part'
            else 'over_credited'
        end as outcome
    from summed
)

select * from final;
