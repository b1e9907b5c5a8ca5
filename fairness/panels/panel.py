"""A panel: a finding in words, its figure, its table, its SQL and what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from plotly.graph_objects import Figure

from fairness.charts.interactive import Row
from fairness.findings.document import Finding
from fairness.panels import html
from fairness.panels.queries import by_number, findings_query
from fairness.panels.view import View
from fairness.text import numbers, screen, sentences
from fairness.text.escape import figure_text


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel shows.

    Attributes:
        key: Name within the page; part of file names.
        title: The finding in words.
        subtitle: What is drawn.
        figure: The plot, or None.
        body: HTML in place of or below the plot.
        table: Its numbers.
        sql: Where they come from.
        sql_how: How that is run; empty for the usual way.
        foot: What it rests on, line by line.
        alt: The figure in words, for a screen reader.
        findings: Numbers of the published findings in the table, in its order; empty for other tables.
    """

    key: str
    title: str
    subtitle: str
    figure: Figure | None = None
    body: str = ""
    table: html.Table | None = None
    sql: str = ""
    foot: tuple[str, ...] = ()
    alt: str = ""
    more: str = ""
    findings: tuple[int, ...] = ()
    sql_how: str = ""


def findings_table(
    view: View, findings: Sequence[Finding], name: Callable[[Finding], str], head: str, *, adjusted: bool = False
) -> html.Table:
    """Return the table of findings: gap with interval, verdict, customers and share compared; p-values where asked."""
    level = screen.intervals(view.document, findings).replace("intervals", "interval", 1)
    margin = view.document["study"]["margin"]
    has_new = any(finding["n_new"] is not None for finding in findings)
    rows, csv_rows = [], []
    for finding in findings:
        row = [name(finding), sentences.gap(finding), sentences.verdict(finding, margin=margin) or "–"]
        row += [numbers.count(finding["n_tenured"])]
        row += [numbers.count(finding["n_new"])] if has_new else []
        row += [numbers.percent(finding["support_share"])]
        row += [numbers.p_value(finding["p_value"]), numbers.p_value(finding["p_value_adjusted"])] if adjusted else []
        rows.append(tuple(row))
        is_known = finding["verdict"] != "not_assessable"
        figures = [finding[field] if is_known else None for field in ("estimate", "ci_lower", "ci_upper")]
        csv_row = [name(finding), *figures, finding["confidence_level"], row[2], finding["n_tenured"]]
        csv_row += [finding["n_new"]] if has_new else []
        csv_row += [finding["support_share"]]
        csv_row += [finding["p_value"], finding["p_value_adjusted"]] if adjusted else []
        csv_rows.append(tuple(csv_row))
    counts = ["Tenured customers", *(["New customers"] if has_new else []), "Compared"]
    tests = ["p", "Adjusted p"] if adjusted else []
    return html.Table(
        (head, f"Gap ({level})", "Verdict", *counts, *tests),
        tuple(rows),
        (head, "Gap (fraction)", "Lower", "Upper", "Confidence level", "Verdict", *counts, *tests),
        tuple(csv_rows),
    )


def published(view: View, findings: Sequence[Finding]) -> tuple[int, ...]:
    """Return the numbers of findings in the published table."""
    return tuple(by_number(findings, view.study.document["findings"]))


def published_sql(view: View, findings: Sequence[Finding]) -> str:
    """Return the query for published findings."""
    return findings_query(published(view, findings))


def source_line(view: View) -> str:
    """Return which exports a figure rests on."""
    roles = sorted({str(item["role"]) for item in view.document["build"]["inputs"]} & {"billing", "book", "offers"})
    return f"Source: {', '.join(roles)}"


def hover(finding: Finding, name: str, view: View) -> str:
    """Return what a pointer over a mark shows."""
    verdict = sentences.verdict(finding, margin=view.document["study"]["margin"])
    lines = [f"<b>{figure_text(name)}</b>", sentences.gap(finding)]
    lines += [verdict] if verdict else []
    return "<br>".join([*lines, f"{numbers.many(finding['n_tenured'], 'tenured customer')}"])


def plot_row(finding: Finding, label: str, view: View, *, width: int = 200, **more: Any) -> Row:
    """Return a finding as a row of a plot; what cannot be assessed has no mark.

    Args:
        finding: The estimate.
        label: Its name, broken into lines of at most ``width`` characters.
        view: Where it comes from.
        width: See above.
        more: Other attributes of the row; a height is that of one line.
    """
    lines = textwrap.wrap(label, width) or [label]
    if "height" in more:
        more["height"] += 15 * (len(lines) - 1)
    is_known = finding["verdict"] != "not_assessable"
    return Row(
        label="<br>".join(figure_text(line) for line in lines),
        estimate=finding["estimate"] if is_known else None,
        lower=finding["ci_lower"] if is_known else None,
        upper=finding["ci_upper"] if is_known else None,
        verdict=finding["verdict"],
        hover=hover(finding, label, view),
        **more,
    )


def in_words(findings: Sequence[Finding], name: Callable[[Finding], str]) -> str:
    """Return a figure in words, for those who do not see it."""
    return "; ".join(f"{name(finding)}: {sentences.gap(finding)}" for finding in findings)
