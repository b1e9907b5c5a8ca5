"""What makes an export look cut off or out of date: it is named, and nothing is left out or changed for it.

A file that ends at a round number of rows, a last month that stops on a day on which others go on, a month without any
bill, customers of whom nobody ever left, or who are billed after they cancelled: each has an innocent reason at times,
so a reader is told and decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fairness.config import Config
from fairness.engine.base import Connection
from fairness.intake.stage import Staged

_SHEET_ENDS = (65_535, 65_536, 1_048_575, 1_048_576)
"""Rows at which spreadsheets end, with and without the header."""

_BILLED = "reject_reason is null and invoice_status = 'final' and issued_on is not null"

_LAST_MONTH = f"""
with lines as (
    select source_index, customer_id, issued_on, date_trunc('month', issued_on) as month
    from stg_billing where {_BILLED}
),
final as (
    select max(month) as month, max(issued_on) as day, max_by(source_index, issued_on) as source_index from lines
),
earlier as (select lines.*, final.day from lines, final
    where lines.month < final.month and lines.month >= final.month - to_months(6))
select (select source_index from final), 'ends_early', (select day::date::varchar from final),
    count(*) filter (day(issued_on) > day(earlier.day)), count(*)
from earlier having count(*) >= 60 and count(distinct month) >= 3
    and count(*) filter (day(issued_on) > day(earlier.day)) >= 0.1 * count(*)
"""

_EMPTY_MONTHS = f"""
with months as (
    select date_trunc('month', issued_on)::date as month, count(*) as n, min(source_index) as source_index
    from stg_billing where {_BILLED} group by 1
),
spanned as (
    select min(month) as first, max(month) as last, median(n) as usual, count(*) as n_months,
        min(source_index) as source_index from months
),
listed as (
    select unnest(generate_series(first, last, interval 1 month))::date as month, usual, n_months, source_index
    from spanned
)
select min(source_index), 'empty_month', strftime(min(month), '%Y-%m'), count(*), any_value(n_months)
from listed where month not in (select month from months) and usual >= 20 and n_months >= 6 having count(*) > 0
"""

_NOBODY_LEFT = f"""
with seen as (
    select customer_id, min(issued_on) as first, max(greatest(issued_on, coalesce(period_end, issued_on))) as last,
        min(source_index) as source_index from stg_billing where {_BILLED} group by 1
),
span as (select min(first) as first, date_trunc('month', max(first)) as month, max(last) as last from seen),
early as (select seen.* from seen, span where seen.first < span.first + to_months(3))
select min(early.source_index), 'nobody_left', strftime(any_value(span.first), '%Y-%m'), count(*), count(*)
from early, span, (select date_trunc('month', max(issued_on)) as final from stg_billing where {_BILLED}) as ended
having count(*) >= 20 and min(early.last) >= any_value(ended.final)
    and any_value(ended.final) >= any_value(span.first) + to_months(12)
"""

_AFTER_END = f"""
with ended as (
    select customer_id, min(cancelled_on) as day, min(source_index) as source_index from stg_customer
    where reject_reason is null and cancelled_on is not null group by 1
),
billed as (
    select customer_id, max(coalesce(period_start, issued_on)) as day from stg_billing where {_BILLED} group by 1
)
select min(ended.source_index), 'billed_after_end', null, count(*) filter (billed.day > ended.day + 31), count(*)
from ended left join billed using (customer_id) having count(*) filter (billed.day > ended.day + 31) >= 0.01 * count(*)
    and count(*) filter (billed.day > ended.day + 31) > 0
"""

_STALE = f"""
select max_by(source_index, issued_on), 'stale', max(issued_on)::date::varchar, 0, 0 from stg_billing where {_BILLED}
having max(issued_on) < date_trunc('month', ?::date) - interval 1 month
"""


def write_input_doubts(con: Connection, config: Config, staged: Staged) -> None:
    """Create ``input_doubt``; needs the staging tables."""
    con.execute(
        "create or replace table input_doubt (path varchar, doubt varchar, said varchar, n bigint, n_of bigint)"
    )
    found: list[tuple[Any, ...]] = [
        (record.source_index, "round_rows", None, record.n_rows, record.n_rows)
        for record in staged.files
        if record.source.role in ("billing", "book") and _is_round(record.n_rows)
    ]
    if any(record.source.role == "billing" for record in staged.files):
        found += [row for query in _queries(config, staged) for row in con.execute(*query).fetchall()]
    paths = {record.source_index: record.file.label for record in staged.files}
    for index, *row in found:
        con.execute("insert into input_doubt values (?, ?, ?, ?, ?)", [paths[index], *row])


def _queries(config: Config, staged: Staged) -> Iterator[tuple[str, list[Any]]]:
    """Yield the queries that find doubts in bills, with their parameters."""
    yield from ((query, []) for query in (_LAST_MONTH, _EMPTY_MONTHS, _NOBODY_LEFT))
    if any(record.source.role == "customers" and record.mapping.has("cancelled_on") for record in staged.files):
        yield _AFTER_END, []
    if config.study.as_of_date is not None:
        yield _STALE, [config.study.as_of_date]


def _is_round(n_rows: int) -> bool:
    """Return whether a number of rows looks like a limit: 1, 2 or 5 with three zeros or more, or the end of a sheet.

    Example:
        >>> [_is_round(n) for n in (1000, 50000, 65536, 500, 3000, 1001)]
        [True, True, True, False, False, False]
    """
    digits = str(n_rows)
    return n_rows in _SHEET_ENDS or (len(digits) > 3 and digits[0] in "125" and not digits[1:].strip("0"))
