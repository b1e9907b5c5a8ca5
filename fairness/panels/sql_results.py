"""What the page *SQL* shows: the answer to a query, the available tables, and the saved analyses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fairness.engine.guard import GuardedResult
from fairness.engine.headers import Header
from fairness.engine.models import analysis_files, analyst_tables
from fairness.panels import html
from fairness.panels.panel import Panel
from fairness.text import query_words
from fairness.text.escape import NOTHING, Html

_QUESTION = re.compile(r"^-- Question: *(.*)$", re.MULTILINE)


def answer(result: GuardedResult, text: str) -> Panel:
    """Return the answer to a query as a table."""
    columns = tuple(result.columns)
    shown = tuple(tuple(_shown(value) for value in row) for row in result.rows[: query_words.SHOWN])
    body = (
        Html('<div class="scroll">{}</div>').format(html.plain_table(columns, shown, kind="found"))
        if shown
        else NOTHING
    )
    return Panel(
        key="answer",
        title=query_words.result_title(result),
        subtitle=query_words.result_subtitle(result),
        body=body,
        table=html.Table(columns, shown, columns, tuple(result.rows)),
        sql=text,
    )


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def saved_analyses() -> dict[str, str]:
    """Return the saved analyses: question to query."""
    found = {}
    for path in analysis_files():
        text = path.read_text(encoding="utf-8")
        question = _QUESTION.search(text)
        found[question[1] if question else path.stem] = text
    return found


def tables() -> list[Header]:
    """Return the tables whose columns are described: what a build publishes, without the intermediate steps."""
    return [header for header in analyst_tables() if header.columns]


def schema_html(headers: Sequence[Header]) -> Html:
    """Return the tables with their columns, each to be opened."""
    blocks = []
    for header in sorted(headers, key=lambda header: header.name):
        rows = [(name, _text(header, name, headers)) for name in header.columns]
        summary = Html("<summary><code>{}</code> {}</summary>").format(header.name, header.grain)
        table = html.plain_table(query_words.COLUMNS, rows, kind="wide")
        blocks.append(Html('<details class="schema">{}{}</details>').format(summary, table))
    return Html().join(blocks)


def _text(header: Header, column: str, headers: Sequence[Header]) -> str:
    """Return the text of a column, even where it points to that of another table, or to one that points further."""
    described = {item.name: item.columns for item in headers}
    text, seen = header.columns[column], {header.name}
    while (pointer := re.fullmatch(r"as in (\w+)", text)) and pointer[1] not in seen:
        seen.add(pointer[1])
        text = described.get(pointer[1], {}).get(column, text)
    return text
