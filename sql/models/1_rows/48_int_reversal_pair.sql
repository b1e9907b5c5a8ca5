-- Grain:   one row per credit that names no line and recurring charge that it may reverse.
-- Reads:   int_credit, int_billing_line, int_named_reversal
-- Columns: row_id = the credit; charge_row_id; shape = what the credit states; n_missing = parts that the charge states
--          but the credit does not; charge_rank, credit_rank = order within the shape, latest first.
-- Why:     the two match in customer, product, plan, subscription, currency and period, and their amounts are exact
--          opposites; the charge is no later than the last such credit, except where all are later and the credit states
--          their period. A discount reverses nothing. Decision D41.

create or replace table int_reversal_pair as
with

credits as (
    select
        int_credit.*,
        concat_ws(chr(31), customer_id, currency, cast(net_amount as varchar), coalesce(product_id, chr(30)),
            coalesce(plan_id, chr(30)), coalesce(subscription_id, chr(30)), coalesce(cast(period_start as varchar), chr(30)),
            coalesce(cast(period_end as varchar), chr(30))) as shape
    from int_credit
    where reverses_line_id is null
        and line_kind in ('credit', 'refund', 'recurring')
),

charges as (
    select
        line.row_id, line.line_id, line.customer_id, line.product_id, line.plan_id, line.subscription_id, line.currency,
        line.issued_on, line.period_start, line.period_end, line.net_amount
    from int_billing_line as line
    left join int_named_reversal
        on line.row_id = int_named_reversal.charge_row_id
        and int_named_reversal.outcome = 'reversed'
    where line.invoice_status = 'final'
        and line.livemode
        and line.line_kind = 'recurring'
        and line.net_amount > 0
        and int_named_reversal.charge_row_id is null
),

last_credits as (
    select shape, max(issued_on) as last_issued_on
    from credits
    group by shape
),

matched as (
    select
        credits.row_id, charges.row_id as charge_row_id, credits.shape, credits.issued_on, credits.content_key,
        charges.issued_on as charged_on, charges.line_id,
        case when credits.product_id is null then 1 else 0 end
            + case when credits.plan_id is null and charges.plan_id is not null then 1 else 0 end
            + case when credits.subscription_id is null and charges.subscription_id is not null then 1 else 0 end
            + case when credits.period_start is null and charges.period_start is not null then 1 else 0 end as n_missing
    from credits
    inner join last_credits
        on credits.shape = last_credits.shape
    inner join charges
        on credits.customer_id = charges.customer_id
        and credits.currency = charges.currency
        and -credits.net_amount = charges.net_amount
    where coalesce(credits.product_id = charges.product_id, credits.product_id is null)
        and coalesce(credits.plan_id = charges.plan_id, credits.plan_id is null)
        and coalesce(credits.subscription_id = charges.subscription_id, credits.subscription_id is null)
        and coalesce(credits.period_start = charges.period_start, credits.period_start is null)
        and coalesce(credits.period_end = charges.period_end, credits.period_end is null)
    qualify charges.issued_on <= last_credits.last_issued_on
        or credits.period_start is not null
        and not bool_or(charges.issued_on <= last_credits.last_issued_on) over (partition by credits.shape)
),

-- The content of a line is long: it is put together for these few.
pairs as (
    select
        matched.row_id, matched.charge_row_id, matched.shape, matched.n_missing,
        dense_rank() over (
            partition by matched.shape
            order by matched.charged_on desc, matched.line_id desc nulls last, charge.content_key desc, matched.charge_row_id
        ) as charge_rank,
        dense_rank() over (
            partition by matched.shape order by matched.issued_on desc, matched.content_key desc, matched.row_id
        ) as credit_rank
    from matched
    inner join int_billing_line as charge
        on matched.charge_row_id = charge.row_id
)

select * from pairs;
