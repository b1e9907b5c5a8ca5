"""The SQL behind each figure, as text that runs on the published tables.

A figure for the whole book comes from ``findings``. A figure for a filtered view is not a published row: its query
computes the estimate from the same counts that the analysis reads; intervals and verdicts come only from the analysis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fairness.findings.document import Finding
from fairness.panels.view import Chosen, Filter
from fairness.text.escape import sql_literal

_COLUMNS = """    finding_id, estimand, comparator, basis, scope, tenure_band,
    estimate, ci_lower, ci_upper, confidence_level, amount, verdict,
    n_tenured, n_new, support_share, p_value, p_value_adjusted"""


def findings_query(ids: Iterable[int]) -> str:
    """Return the query for published findings by number."""
    numbers = ", ".join(str(number) for number in sorted(ids))
    return f"select\n{_COLUMNS}\nfrom findings\nwhere finding_id in ({numbers})\norder by finding_id;"


def chosen_cells(chosen: Chosen) -> str:
    """Return the head of a query that names the cells left by the filters."""
    rules = "\n        or ".join(f"(column_name = {sql_literal(rule.column)} and {_takes(rule)})" for rule in chosen)
    return f"""with

chosen as (
    select cell_key
    from cell_value
    where {rules}
    group by cell_key
    having count(*) = {len(chosen)}
)"""


def _takes(rule: Filter) -> str:
    known = [sql_literal(value) for value in rule.values if value is not None]
    # `is true`: a null value is in no list, and in none that excludes.
    listed = f"value = {known[0]}" if len(known) == 1 else f"value in ({', '.join(known)})"
    parts = [f"({listed}) is true"] if known else []
    parts += ["value is null"] if None in rule.values else []
    either = " or ".join(parts)
    if rule.excluded:
        return f"not ({either})"
    return f"({either})" if len(parts) > 1 else either


def offer_query(chosen: Chosen, *, by: str = "") -> str:
    """Return the query for the gap to the offer in a view, by ``basis`` or ``band_order`` where asked.

    Dividing sums needs one billing interval, which all cells of most studies share.
    """
    if not chosen:
        return ""
    only = "" if by == "basis" else "    and basis = 'primary'\n"
    who = "<> 'unknown'" if by == "band_order" else "= 'tenured'"
    return f"""{chosen_cells(chosen)}

select
{f"    {by}," if by else "    'all' as part,"}
    sum(paid_ticks * n_observations) / sum(offered_ticks * n_observations) - 1 as estimate,
    sum(n_observations) as n_observations
from offer_counts
where cell_key in (select cell_key from chosen)
{only}    and loyalty_group {who}
group by 1
order by 1;"""


def counts_query(chosen: Chosen) -> str:
    """Return the query for the counts that a comparison with new customers reads in a view."""
    return f"""{chosen_cells(chosen)}

select cell_key, loyalty_group, band_order, paid_ticks, quantity_micros, sum(n_observations) as n_observations
from cell_counts
where cell_key in (select cell_key from chosen)
group by all
order by all;"""


def coverage_query(chosen: Chosen) -> str:
    """Return the query for who could be compared, by cell; in a view where filters are set."""
    head = f"{chosen_cells(chosen)}\n\n" if chosen else ""
    where = "\n    and cell_key in (select cell_key from chosen)" if chosen else ""
    return f"""{head}select
    cell_key,
    sum(n_observations) as n_observations,
    sum(n_priced) as priced,
    sum(n_offered) as with_offer,
    sum(paid_ticks) / 10000 as paid
from cell_coverage
where loyalty_group = 'tenured'
    and currency = (select currency from params){where}
group by cell_key
order by cell_key;"""


CELL_SIZES = """select
    cell_key,
    sum(n_observations) filter (where loyalty_group = 'tenured') as n_tenured,
    sum(n_observations) filter (where loyalty_group = 'new') as n_new
from cell_coverage
where currency = (select currency from params)
group by cell_key
order by cell_key;"""
"""Tenured and new customers of every cell."""

KEY_SEPARATOR = "\x1d"
"""Separates cell keys in a list."""


def customers_of_cells_query(known_by: str | None) -> str:
    """Return the query for tenured customers who are compared in several cells: how many there are, in which cells.

    Args:
        known_by: Column that is above 0 where something can be compared; None where a price is enough.
    """
    comparable = f"\n    and {known_by} > 0" if known_by else ""
    return f"""select
    n_parties,
    string_agg(distinct cell_key, chr(29)) as cell_keys
from party_counts
where loyalty_group = 'tenured'
    and paid_ticks is not null{comparable}
group by pattern, customer_number, n_parties
having count(distinct cell_key) > 1;"""


CELL_REASONS = """select
    cell_key,
    reason,
    sum(n_observations) as n_tenured
from cell_coverage
where loyalty_group = 'tenured'
    and reason is not null
    and currency = (select currency from params)
group by cell_key, reason
order by cell_key, n_tenured desc, reason;"""
"""Why what the tenured of a cell hold has no price or no offer, most frequent reason first."""

UNMATCHED = """select
    reason,
    sum(n_observations) as n_observations,
    sum(paid_ticks) / 10000 as paid_each_interval,
    sum(month_ticks) / 10000 as billed_each_month
from cell_coverage
where loyalty_group = 'tenured'
    and reason is not null
    and currency = (select currency from params)
group by reason
order by reason;"""

RECONCILIATION = """select
    disposition,
    sum(n_rows) as n_rows
from reconciliation
where role in ('billing', 'book')
group by disposition
order by disposition;"""

QUARANTINE = """select
    role,
    reason,
    count(*) as n_rows,
    min(source_file) as source_file,
    arg_min(source_row, (source_file, source_row)) as source_row,
    arg_min(column_name, (source_file, source_row)) as column_name
from quarantine
group by role, reason
order by n_rows desc, role, reason;"""

UNREAD = """select
    inputs.role,
    inputs.path,
    column_unread.column_name
from column_unread
inner join inputs on column_unread.source_index = inputs.source_index
order by column_unread.source_index, column_unread.column_order;"""

MONTHLY = """select month, estimate, ci_lower, ci_upper, n_tenured
from findings_monthly
order by month;"""


def price_query(values: Mapping[str, str | None]) -> str:
    """Return the query for the prices of new and tenured customers in one cell."""
    return f"""{_one_cell(values)}

select
    loyalty_group,
    paid_ticks * 100 / quantity_micros as price,
    sum(n_observations) as observations
from cell_counts
where cell_key in (select cell_key from chosen)
    and loyalty_group in ('new', 'tenured')
group by loyalty_group, price
order by loyalty_group, price;"""


def _one_cell(values: Mapping[str, str | None]) -> str:
    return chosen_cells(tuple(Filter(name, (value,)) for name, value in values.items()))


def summary_query(values: Mapping[str, str | None]) -> str:
    """Return the query for customers, mean, median and middle 90 % by group in one cell."""
    return f"""{_one_cell(values)},

observations as (
    select loyalty_group, paid_ticks, quantity_micros, paid_ticks * 100 / quantity_micros as price
    from cell_counts, unnest(range(n_observations))
    where cell_key in (select cell_key from chosen)
        and loyalty_group in ('new', 'tenured')
)

select
    loyalty_group,
    count(*) as observations,
    sum(paid_ticks) * 100 / sum(quantity_micros) as mean_price,
    quantile_cont(price, 0.5) as median_price,
    quantile_cont(price, 0.05) as lower_price,
    quantile_cont(price, 0.95) as upper_price
from observations
group by loyalty_group
order by loyalty_group;"""


def offers_query(values: Mapping[str, str | None]) -> str:
    """Return the query for the offers behind the tenured customers of one cell."""
    return f"""{_one_cell(values)}

select
    offered_ticks * 100 / quantity_micros as offer,
    sum(n_observations) as observations,
    sum(quantity_micros * n_observations) / 1000000 as units,
    sum(paid_ticks * n_observations) / 10000 as paid,
    sum(n_observations) filter (where paid_ticks > offered_ticks) as above
from offer_counts
where cell_key in (select cell_key from chosen)
    and basis = 'primary'
    and loyalty_group = 'tenured'
group by offer
order by offer;"""


def customers_query(values: Mapping[str, str | None]) -> str:
    """Return the query that lists the customers of one cell, those furthest above their offer first."""
    return f"""{_one_cell(values)}

select
    customer_id,
    loyalty_group,
    tenure_months,
    interval_ticks / 10000 as price,
    offer_interval_ticks / 10000 as offer,
    quantity
from price_ledger
where cell_key in (select cell_key from chosen)
    and month is not distinct from (select as_of_month from params)
order by price - offer desc, customer_id;"""


def by_number(findings: Sequence[Finding], all_findings: Sequence[Finding]) -> list[int]:
    """Return the number of each finding in the document, as the published table has it."""
    numbers = {id(finding): number for number, finding in enumerate(all_findings, start=1)}
    return [numbers[id(finding)] for finding in findings]
