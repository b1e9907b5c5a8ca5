"""The panels of the page *Data quality*: what happened to the rows, what was read from them, and how far they match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from fairness.engine.models import analysis_query
from fairness.panels import html, queries
from fairness.panels.panel import Panel, source_line
from fairness.panels.view import View, query
from fairness.text import data_notes, numbers, quality_words
from fairness.text.escape import NOTHING
from fairness.text.reasons import row_reason

_MOST_ROWS = 24
"""Lines of a table on the page; the rest are in the table behind it."""


_Reasons = dict[str, tuple[int, int]]
"""Tenured customers and what they hold, by reason or ``offered``."""


def set_aside(view: View) -> Panel:
    """Return the rows that are not part of a price, by reason, with their amounts."""
    text = analysis_query("rows_set_aside")
    names, found = query(view.study.run, text)
    place = {name: number for number, name in enumerate(names)}
    rows = sorted(found, key=lambda row: -int(row[place["n_rows"]]))
    lines = []
    for row in rows:
        role, outcome, code, currency, n, _, amount = row[:7]
        reason = row_reason(str(outcome), str(code))
        money = "–" if amount is None or currency is None else numbers.money(amount, str(currency))
        lines.append(
            (quality_words.role(str(role)), quality_words.OUTCOMES[str(outcome)], reason.label, f"{n:,}", money)
        )
    total = sum(int(row[place["n_rows"]]) for row in rows)
    head = quality_words.SET_ASIDE_COLUMNS
    return Panel(
        key="set-aside",
        title=quality_words.set_aside_title(total),
        subtitle=quality_words.SET_ASIDE,
        body=html.plain_table(head, lines[:_MOST_ROWS], kind="wide") if lines else NOTHING,
        table=html.Table(head, tuple(lines), tuple(names), tuple(found)) if lines else None,
        sql=text,
        foot=(quality_words.more(len(lines) - _MOST_ROWS), source_line(view))
        if len(lines) > _MOST_ROWS
        else (source_line(view),),
    )


def rejected(view: View) -> Panel:
    """Return the rows that could not be read, by reason, with an example and what to do."""
    found = query(view.study.run, queries.QUARANTINE)[1]
    lines = []
    for role, code, n, file, row, column in found:
        reason = row_reason("rejected", str(code))
        example = quality_words.example(str(file), row, column)
        lines.append((quality_words.role(str(role)), reason.label, numbers.count(int(n)), example, reason.fix))
    head = quality_words.REJECTED_COLUMNS
    return Panel(
        key="rejected",
        title=quality_words.rejected_title(sum(int(row[2]) for row in found)),
        subtitle=quality_words.REJECTED,
        body=html.plain_table(head, lines, kind="wide") if lines else NOTHING,
        table=html.Table(head, tuple(lines), ("role", "reason", "rows", "file", "row", "column"), tuple(found))
        if lines
        else None,
        sql=queries.QUARANTINE,
        foot=(source_line(view),),
    )


def unread(view: View) -> Panel:
    """Return the columns of the exports that nothing reads."""
    found = query(view.study.run, queries.UNREAD)[1]
    by_file: dict[tuple[str, str], list[str]] = defaultdict(list)
    for role, path, column in found:
        by_file[(str(role), str(path))].append(str(column))
    lines = [(quality_words.role(role), path, ", ".join(columns)) for (role, path), columns in by_file.items()]
    head = quality_words.UNREAD_COLUMNS
    return Panel(
        key="unread",
        title=quality_words.unread_title(len(found)),
        subtitle=quality_words.UNREAD,
        body=html.plain_table(head, lines, kind="wide") if lines else NOTHING,
        table=html.Table(head, tuple(lines), ("role", "file", "column"), tuple(found)) if lines else None,
        sql=queries.UNREAD,
    )


def by_month(view: View) -> Panel | None:
    """Return how many tenured customers could be compared with an offer in each month, and why not the others."""
    text = analysis_query("offer_coverage_by_month")
    names, found = query(view.study.run, text)
    if not found:
        return None
    months: dict[str, _Reasons] = defaultdict(dict)
    for month, reason, n_customers, n_held, *_ in found:
        months[str(month)[:7]][str(reason)] = int(n_customers), int(n_held)
    lines = [_month(month, reasons) for month, reasons in sorted(months.items(), reverse=True)]
    head = quality_words.MONTH_COLUMNS
    return Panel(
        key="months",
        title=quality_words.months_title([_offered(reasons) for reasons in months.values()]),
        subtitle=quality_words.MONTHS,
        body=html.plain_table(head, lines[:_MOST_ROWS], kind="wide"),
        table=html.Table(head, tuple(lines), tuple(names), tuple(found)),
        sql=text,
        foot=(quality_words.more(len(lines) - _MOST_ROWS), source_line(view))
        if len(lines) > _MOST_ROWS
        else (source_line(view),),
    )


def _offered(reasons: _Reasons) -> float:
    """Return the share of what is held that an offer was found for."""
    return reasons.get("offered", (0, 0))[1] / sum(n for _, n in reasons.values())


def _month(month: str, reasons: _Reasons) -> tuple[str, ...]:
    total = sum(n for _, n in reasons.values())
    rest = sorted(((n, code) for code, (n, _) in reasons.items() if code != "offered"), reverse=True)
    why = quality_words.main_reason(rest[0][1], rest[0][0]) if rest else "–"
    return numbers.month(month), numbers.count(total), numbers.percent(_offered(reasons)), why


def inputs(view: View) -> Panel:
    """Return the files that were read, with their rows and fingerprints."""
    items: Sequence[dict[str, object]] = view.document.build["inputs"]
    lines = [
        (
            quality_words.role(str(item["role"])),
            str(item["path"]),
            numbers.count(int(str(item["rows"]))),
            str(item["sha256"])[:12],
        )
        for item in items
    ]
    total = sum((Decimal(str(item["rows"])) for item in items), Decimal(0))
    head = quality_words.INPUT_COLUMNS
    return Panel(
        key="inputs",
        title=quality_words.inputs_title(len(items), int(total)),
        subtitle=quality_words.INPUTS,
        body=html.plain_table(head, lines, kind="wide"),
        table=html.Table(
            head,
            tuple(lines),
            ("role", "file", "rows", "sha256"),
            tuple((item["role"], item["path"], item["rows"], item["sha256"]) for item in items),
        ),
        sql="from inputs;",
        foot=tuple(data_notes.input_doubts(view.document)),
    )
