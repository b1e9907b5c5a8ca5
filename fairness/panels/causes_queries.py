"""The SQL behind the figures of the pages *Price changes* and *Remedies*, as text for the published tables."""

from __future__ import annotations

_OWN_CURRENCY = "currency = (select currency from params)"

DRIVERS = f"""select driver, count(distinct customer_id) as customers, sum(rise_a_year) as money
from price_rise
where in_last_year
    and {_OWN_CURRENCY}
group by driver
order by money desc, driver;"""

EXPOSURE = f"""select label, sum(n_held) as held, sum(n_raised) as raised,
    sum(n_raised) / sum(n_held) as share_raised, sum(rise_ticks) / sum(before_ticks) as mean_rise
from rise_exposure
cross join params
left join tenure_band using (band_order)
where rise_exposure.{_OWN_CURRENCY}
    and starts_on < as_of_month + to_months(1)
    and starts_on >= as_of_month - to_months(11)
group by band_order, label
order by band_order nulls last;"""

DECISIONS = f"""select window_id, product_id, plan_id, region, channel, starts_on, label,
    sum(n_held) as held, sum(n_raised) as raised
from rise_exposure
cross join params
left join tenure_band using (band_order)
where rise_exposure.{_OWN_CURRENCY}
    and starts_on < as_of_month + to_months(1)
    and starts_on >= as_of_month - to_months(11)
group by window_id, product_id, plan_id, region, channel, starts_on, band_order, label
order by window_id, band_order nulls last;"""

OUTCOMES = f"""select outcome, count(*) as letters, count(distinct customer_id) as customers,
    sum(over_amount) as charged_above, sum(under_amount) as charged_below
from told_outcome
where {_OWN_CURRENCY}
group by outcome
order by letters desc, outcome;"""

TOLD_BY_TENURE = f"""select label, outcome, count(*) as letters, sum(over_amount) as charged_above,
    sum(under_amount) as charged_below
from told_outcome
left join tenure_band using (band_order)
where {_OWN_CURRENCY}
group by band_order, label, outcome
order by band_order nulls last, outcome;"""

TOLD_BY_RUN = f"""select campaign, outcome, count(*) as letters, sum(over_amount) as charged_above,
    sum(under_amount) as charged_below
from told_outcome
where {_OWN_CURRENCY}
group by campaign, outcome
order by campaign, outcome;"""

UNTOLD = f"""select product_id, count(distinct customer_id) as customers, sum(rise_a_year) as money
from untold_rise
where in_last_year
    and {_OWN_CURRENCY}
group by product_id
order by money desc, product_id;"""

COST_TO_CLOSE = """with

tenured as (
    select paid_ticks, greatest(offered_ticks, 0) as offered_ticks,
        case interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end
            / interval_count as times
    from price_ledger as ledger
    cross join params
    where month_number = params.as_of_number
        and ledger.currency = params.currency
        and loyalty_group = 'tenured'
        and interval_ticks is not null
        and offer_interval_ticks is not null
)

select x, sum(greatest(paid_ticks - (1 + x) * offered_ticks, 0) * times) / 10000 as cost
from tenured
cross join unnest([0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5]) as above (x)
group by x
order by x;"""


def unreasoned(owner: str) -> str:
    """Return the query for the rises without a reason by product, plan, channel or region."""
    return f"""select {owner}, driver, count(distinct customer_id) as customers, sum(rise_a_year) as money
from price_rise
where in_last_year
    and {_OWN_CURRENCY}
    and driver in ('back_book_rise', 'unexplained')
group by all
order by money desc, {owner}, driver;"""


BY_MONTH = """select strftime(changed_on, '%Y-%m') as month, driver, count(distinct customer_id) as customers,
    sum(rise_a_year) as money
from price_rise
cross join params
where price_rise.currency = params.currency
    and changed_on < as_of_month + to_months(1)
group by month, driver
order by month, money desc, driver;"""
