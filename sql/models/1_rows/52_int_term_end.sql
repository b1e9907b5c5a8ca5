-- Grain:   one row per credit for the rest of a term and line that billed the term.
-- Reads:   int_credit, int_billing_line, int_reversal, int_term_discount
-- Columns: row_id = the credit; charge_row_id; ends_on = the day on which the term now ends, the first day of the
--          credit; is_lowered = the credit is of the price after discounts of the whole term, which end there too.
-- Why:     such a credit starts inside the term, ends with it, names no other line, and is what the rest of the term costs
--          by its days, before or after discounts of the whole term, within 5 % or two days. The price of the term stays
--          as billed; the term is only shorter.

create or replace table int_term_end as
with

terms as (
    select *, net_amount as charged, false as is_lowered from int_billing_line
    union all
    select line.*, line.net_amount + lowered.discounted, true
    from int_billing_line as line
    inner join (select term_row_id, sum(net_amount) as discounted from int_term_discount group by term_row_id) as lowered
        on line.row_id = lowered.term_row_id
    where line.net_amount + lowered.discounted > 0
),

pairs as (
    select
        int_credit.row_id,
        charge.row_id as charge_row_id,
        int_credit.period_start as ends_on,
        charge.period_start,
        charge.is_lowered,
        cast(charge.charged * 1000000 as hugeint) as charged,
        -- How far the credit is off, times the days of the term.
        abs(
            cast(abs(int_credit.net_amount) * 1000000 as hugeint) * date_diff('day', charge.period_start, charge.period_end)
            - cast(charge.charged * 1000000 as hugeint) * date_diff('day', int_credit.period_start, charge.period_end)
        ) as off,
        cast(charge.charged * 1000000 as hugeint) * date_diff('day', int_credit.period_start, charge.period_end) as due
    from int_credit
    inner join terms as charge
        on int_credit.customer_id = charge.customer_id
        and int_credit.currency = charge.currency
        and int_credit.period_end = charge.period_end
    where int_credit.row_id not in (select row_id from int_reversal)
        and charge.row_id not in (select charge_row_id from int_reversal)
        and coalesce(int_credit.reverses_line_id = charge.line_id, int_credit.reverses_line_id is null)
        and charge.invoice_status = 'final'
        and charge.livemode
        and charge.line_kind in ('recurring', 'proration')
        and charge.net_amount > 0
        and charge.period_start < int_credit.period_start
        and int_credit.period_start < charge.period_end
        and coalesce(int_credit.product_id = charge.product_id, int_credit.product_id is null)
        and coalesce(int_credit.plan_id = charge.plan_id, int_credit.plan_id is null)
        and coalesce(int_credit.subscription_id = charge.subscription_id, int_credit.subscription_id is null)
),

ranked as (
    select
        pairs.*,
        row_number() over (partition by row_id order by off, period_start desc, charge_row_id, is_lowered) as charge_rank
    from pairs
    where 20 * off <= due
        or off <= 2 * charged
),

final as (
    select
        row_id,
        charge_row_id,
        ends_on,
        is_lowered,
        row_number() over (partition by charge_row_id order by ends_on, row_id) as credit_rank
    from ranked
    where charge_rank = 1
)

select row_id, charge_row_id, ends_on, is_lowered
from final
where credit_rank = 1;
