-- What is held in the as-of month; gift_ticks is the offer with its gifts and introduction taken off.

create or replace temp view policy as
select
    ledger.*, ledger.tenure_months >= 12 as is_renewed,
    not ledger.is_censored or ledger.tenure_months >= 12 as is_known,
    case ledger.interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end
        / ledger.interval_count as times,
    concat(ledger.product_id, '/', coalesce(ledger.plan_id, ''), '/', coalesce(ledger.offer_id, '')) as decision,
    case when ledger.role = 'book' then ledger.offer_interval_ticks else ledger.effective_interval_ticks end as gift_ticks
from price_ledger as ledger
cross join params
where ledger.month_number = params.as_of_number
    and ledger.currency = params.currency;
