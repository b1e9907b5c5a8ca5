-- Healthy: no rows.
-- Reads:   reconciliation, amount_beside
-- Guards:  what is billed beside the price adds up to the lines of those kinds, per kind and currency, to the last decimal.

with

billed as (
    select
        currency,
        sum(case when reason = 'finance' then amount else 0 end) as finance,
        sum(case when reason in ('fee', 'setup') then amount else 0 end) as fee,
        sum(case when reason = 'usage' then amount else 0 end) as usage,
        sum(case when reason = 'one_off' then amount else 0 end) as one_off,
        sum(case when reason in ('credit', 'refund') then amount else 0 end) as credit,
        sum(case when reason = 'summary' then amount else 0 end) as summary
    from reconciliation
    where role = 'billing'
        and disposition = 'excluded'
    group by currency
),

beside as (
    select
        currency,
        sum(finance_amount) as finance,
        sum(fee_amount) as fee,
        sum(usage_amount) as usage,
        sum(one_off_amount) as one_off,
        sum(credit_amount) as credit,
        sum(summary_amount) as summary
    from amount_beside
    group by currency
)

select
    coalesce(billed.currency, beside.currency) as currency,
    billed.* exclude (currency),
    beside.finance as finance_beside,
    beside.fee as fee_beside,
    beside.usage as usage_beside,
    beside.one_off as one_off_beside,
    beside.credit as credit_beside,
    beside.summary as summary_beside
from billed
full join beside
    on billed.currency = beside.currency
where coalesce(billed.finance, 0) <> coalesce(beside.finance, 0)
    or coalesce(billed.fee, 0) <> coalesce(beside.fee, 0)
    or coalesce(billed.usage, 0) <> coalesce(beside.usage, 0)
    or coalesce(billed.one_off, 0) <> coalesce(beside.one_off, 0)
    or coalesce(billed.credit, 0) <> coalesce(beside.credit, 0)
    or coalesce(billed.summary, 0) <> coalesce(beside.summary, 0)
order by currency;
