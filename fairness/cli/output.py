"""What the command line prints: the findings table that a person reads first, rows, and the progress of a build."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from fairness.config import Config
from fairness.findings.document import Document, Finding
from fairness.findings.estimands import BY_NAME, WORST_SEGMENT
from fairness.text import changes, codes, data_notes, labels, messages, numbers, printed, sentences
from fairness.text.escape import csv_line, terminal_text
from fairness.text.rejections import rejected_lines
from fairness.text.verdict_words import VERDICTS

_WORST_CELLS = 5
_UNDECIDED_CELLS = 10
_ANY_WIDTH = 100_000
"""Wider than any table: what it would need, whatever the terminal has."""
_MAX_JSON_INTEGER = 2**53


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows the step of a build on stderr: a spinner on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield status.update


def print_document(document: Document, form: str, config: Config, path: Path) -> None:
    """Print a findings document as JSON (byte for byte as published), CSV (one row per finding) or a table."""
    if form == "json":
        _write(path.read_text(encoding="utf-8"))
    elif form == "csv":
        _print_csv(document)
    else:
        _print_table(document, config)


def _print_csv(document: Document) -> None:
    """Print one row per finding; nested values as JSON text, companions as name.field columns left to the JSON form."""
    names = [name for name in document.head.data if name not in ("companions", "diagnostics", "deciding_sample")]
    rows = [tuple(_flat(name, finding.data[name]) for name in names) for finding in document.findings]
    print_rows(names, rows, "csv")


def _flat(name: str, value: Any) -> Any:
    """Return a value of a finding for one cell; money, which JSON holds as text, becomes a number."""
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    if isinstance(value, list):
        return ", ".join(value)
    return Decimal(value) if name == "estimate" and isinstance(value, str) else value


def print_change(change: dict[str, Any], form: str) -> None:
    """Print what changed between two runs: in words with a table of its parts, as rows (CSV), or whole as JSON."""
    if form == "json":
        print(json.dumps(change, sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False))
        return
    parts = change["parts"] or []
    if form == "csv":
        rows = [(part["part"], Decimal(part["money"]), part["gap"], part["customers"]) for part in parts]
        print_rows(["part", "money", "gap", "customers"], rows, "csv")
        return
    console, currency = _console(), change["currency"]
    console.print(changes.change_sentence(change), style="bold", soft_wrap=True)
    console.print(changes.sides(change), soft_wrap=True)
    console.print(changes.change_certainty(change), soft_wrap=True)
    if change["why_no_split"]:
        console.print(change["why_no_split"], soft_wrap=True)
        return
    console.print(changes.money_sentence(change, currency), soft_wrap=True)
    console.print()
    console.print(_change_table(parts, currency))


def _change_table(parts: list[dict[str, Any]], currency: str) -> Any:
    from rich.table import Table

    table = Table(title=changes.SPLIT_TITLE, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for number, name in enumerate(changes.SPLIT_COLUMNS):
        table.add_column(name, justify="right" if number else "left")
    for part in parts:
        money = numbers.money(part["money"], currency)
        table.add_row(changes.PARTS[part["part"]], money, changes.points(part["gap"]), numbers.count(part["customers"]))
    total = sum((Decimal(part["money"]) for part in parts), Decimal(0))
    gap = sum(part["gap"] for part in parts)
    table.add_row(changes.TOTAL, numbers.money(total, currency), changes.points(gap), "", style="bold")
    return table


def print_rows(columns: Sequence[str], rows: Sequence[tuple[Any, ...]], form: str) -> None:
    """Print rows as a table, or as records where the terminal is too narrow for one; as CSV; or as a JSON list."""
    if form == "csv":
        for row in (columns, *rows):
            _write(f"{csv_line(row)}\n")
    elif form == "json":
        records = [dict(zip(columns, map(_json_ready, row), strict=True)) for row in rows]
        _write(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
    else:
        from rich.table import Table

        table = Table(box=None, pad_edge=False)
        names = [terminal_text(column) for column in columns]
        cells = [["" if value is None else terminal_text(str(value)) for value in row] for row in rows]
        for name in names:
            table.add_column(name, overflow="fold")
        for texts in cells:
            table.add_row(*texts)
        console = _console()
        if rows and console.measure(table, options=console.options.update(width=_ANY_WIDTH)).maximum > console.width:
            _print_records(names, cells)
        else:
            console.print(table)


def _print_records(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print each row as a block with one column per line."""
    width = max(map(len, columns))
    for number, row in enumerate(rows, start=1):
        print(f"-- record {number:,} ".ljust(width + 20, "-"))
        for column, value in zip(columns, row, strict=True):
            print(f"{column:<{width}}  {value}".rstrip())


def _json_ready(value: Any) -> Any:
    """Return a value as portable JSON: NaN, infinity and whole numbers that a double cannot hold become text."""
    is_portable = (
        abs(value) <= _MAX_JSON_INTEGER
        if isinstance(value, int)
        else math.isfinite(value)
        if isinstance(value, float)
        else value is None or isinstance(value, str)
    )
    return value if is_portable else str(value)


def _write(text: str) -> None:
    """Write CSV or JSON: unchanged into a file or pipe, with control characters as codes on a terminal."""
    sys.stdout.write(terminal_text(text) if _is_terminal() else text)


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _console() -> Any:
    from rich.console import Console

    # Redirected output has no terminal width: long lines are then kept whole instead of being folded at 80.
    return Console(highlight=False, markup=False, width=None if _is_terminal() else 200, emoji=False)


def _print_table(document: Document, config: Config) -> None:
    console = _console()
    for line in rejected_lines(document):
        console.print(f"! {terminal_text(line)}", soft_wrap=True)
    console.print(sentences.headline(document), style="bold", soft_wrap=True)
    console.print(" · ".join(_subline(document)), soft_wrap=True)
    if target := sentences.appetite(document):
        console.print(target, soft_wrap=True)
    least = config.inference.min_pricing_decisions
    for code, finding in document.warnings():
        line = codes.warning(code, finding, min_pricing_decisions=least)
        console.print(f"! {line}", soft_wrap=True)
    for line in data_notes.warnings(document):
        console.print(f"! {line}", soft_wrap=True)
    console.print()
    currency, margin = document.currency, document.margin
    whole = document.whole()
    shown = [finding for finding in whole if not BY_NAME[finding.estimand].is_told]
    told = [finding for finding in document.findings if _is_told(finding, document)]
    console.print(_table("The whole book", shown, margin, currency, sentences.estimand))
    bands = document.bands()
    if len(bands) > 1:
        console.print(_table("By tenure", bands, margin, currency, lambda f: labels.band_name(str(f.tenure_band))))
    name_scope = _namer(config)
    for lens in config.lenses.names:
        if rows := document.groups(lens):
            title = f"By {labels.column(lens).lower() if lens.islower() else lens}"
            console.print(_table(title, rows, margin, currency, name_scope))
    _print_cells(console, document, name_scope)
    _print_told(console, told)
    _print_left_out(console, document)


def _is_told(finding: Finding, document: Document) -> bool:
    """Return whether a fact is shown: those of the whole book, and those of a part where it stands out from chance."""
    if not BY_NAME[finding.estimand].is_told or (finding.estimand == WORST_SEGMENT.name and finding.level != "pooled"):
        return False
    p, gap = finding.p_value_adjusted, finding.estimate
    stands_out = p is not None and gap is not None and p < 1 - document.confidence_level and abs(gap) >= document.margin
    return finding.level == "pooled" or stands_out


def _print_told(console: Any, facts: list[Finding]) -> None:
    """Print the facts that are sentences rather than a gap with an interval."""
    for finding in facts:
        console.print(f"{sentences.estimand(finding)}: {finding.fact}", soft_wrap=True)
    if facts:
        console.print()


def _print_cells(console: Any, document: Document, name: Callable[[Finding], str]) -> None:
    """Print how many cells there are of each verdict, the worst of those decided, and the largest of the others."""
    cells, margin, currency = document.cells(), document.margin, document.currency
    if len(cells) < 2:
        return
    counts = {verdict: sum(f.verdict == verdict for f in cells) for verdict in VERDICTS}
    summary = ", ".join(
        f"{number:,} {sentences.verdict_label(verdict, margin=margin)}" for verdict, number in counts.items() if number
    )
    looks = document.looked_at(cells[0].family)
    console.print(printed.cells(len(cells), looks, summary))
    worst = sorted((f for f in cells if f.verdict == "penalty"), key=lambda f: -f.gap)[:_WORST_CELLS]
    if worst:
        console.print(_table(printed.pay_most(len(worst)), worst, margin, currency, name))
    undecided = [f for f in cells if f.verdict in ("inconclusive", "not_assessable")]
    undecided.sort(key=lambda f: -((f.n_tenured or 0) + (f.n_not_compared or 0)))
    if shown := undecided[:_UNDECIDED_CELLS]:
        console.print(_table(sentences.undecided(len(undecided), len(shown)), shown, margin, currency, name))
    if not worst and not undecided:
        console.print()


def _print_left_out(console: Any, document: Document) -> None:
    support, currency = document.support, document.currency
    for item in support["not_compared"]:
        console.print(printed.not_compared(item, currency), soft_wrap=True)
    for item in support["beside"]:
        console.print(printed.in_no_count(item, currency))
    for item in support["other_currencies"]:
        console.print(terminal_text(printed.other_currency(item)))
    if support["unknown_tenure_customers"]:
        console.print(printed.unknown_tenure(support["unknown_tenure_customers"], support["unknown_tenure_share"]))
    console.print(printed.rows_in(document))
    if unread := data_notes.unread(document):
        console.print(terminal_text(unread), soft_wrap=True)
    for item in document.data["spellings"]:
        console.print(terminal_text(f"{messages.spellings(item)} {printed.SEE_SPELLINGS}"))
    if reasons := document.data["reconciliation"]["rows_rejected"]:
        console.print(printed.rejected(reasons))


def _subline(document: Document) -> list[str]:
    head = document.head
    parts = []
    if head.estimate is not None:
        parts.append(sentences.gap(head))
        parts.append(printed.compared(head))
    money = document.money()
    if money is not None and money.amount is not None:
        parts.append(printed.paid_above(numbers.money(money.amount, document.currency)))
    parts.append(sentences.support(document))
    if document.as_of:
        parts.append(numbers.month(document.as_of))
    return parts


def _table(
    title: str, findings: Sequence[Finding], margin: float, currency: str, name: Callable[[Finding], str]
) -> Any:
    from rich.table import Table

    title = terminal_text(title)
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("")
    table.add_column("Gap (interval)", justify="right")
    table.add_column("Verdict")
    table.add_column("Customers", justify="right")
    table.add_column("New", justify="right")
    table.add_column("Compared", justify="right")
    table.add_column("Remarks")
    for finding in findings:
        is_money = finding.amount is not None
        figure = f"{numbers.money(finding.amount, currency)} a year" if is_money else sentences.gap(finding)
        table.add_row(
            terminal_text(name(finding)),
            figure,
            sentences.verdict(finding, margin=margin),
            sentences.customers(finding),
            numbers.count(finding.n_new),
            numbers.percent(finding.support_share),
            sentences.remarks(finding, currency=currency),
        )
    table.add_section()
    table.add_row()
    return table


def _namer(config: Config) -> Callable[[Finding], str]:
    """Return a function that names a scope by its values, in the order in which the config names the columns."""
    order = {name: position for position, name in enumerate((*config.like_for_like.cell, *config.lenses.names))}

    def name(finding: Finding) -> str:
        scope = sorted(finding.scope.items(), key=lambda item: order.get(item[0], -1))
        return ", ".join("unknown" if value is None else str(value) for _, value in scope)

    return name
