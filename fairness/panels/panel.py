"""A panel: a finding in words, its figure, its table, its SQL and what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fairness.charts.chart_spec import Chart, Row
from fairness.findings.document import Document, Finding, Month
from fairness.panels import html
from fairness.panels.queries import by_number, counts_query, findings_query
from fairness.panels.scene import Scene
from fairness.text import numbers, screen, sentences, snapshot
from fairness.text.escape import NOTHING, Html


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel shows.

    Attributes:
        key: Name within the page; part of file names.
        title: The finding in words.
        subtitle: What is drawn.
        chart: What is drawn, or None.
        body: HTML in place of or below the chart.
        table: Its numbers.
        sql: Where they come from.
        sql_how: How to run it; empty for the usual way.
        foot: What it rests on, line by line.
        alt: The figure in words, for a screen reader.
        more: HTML after the footer's text.
        findings: Numbers of the published findings in the table, in its order; empty for other tables.
        drawn: The figures that the chart shows, in its order, for a snapshot that numbers each.
    """

    key: str
    title: str
    subtitle: str
    chart: Chart | None = None
    body: Html = NOTHING
    table: html.Table | None = None
    sql: str = ""
    foot: tuple[str, ...] = ()
    alt: str = ""
    more: Html = NOTHING
    findings: tuple[int, ...] = ()
    sql_how: str = ""
    drawn: tuple[Finding | Month, ...] = ()


def findings_table(
    scene: Scene, findings: Sequence[Finding], name: Callable[[Finding], str], head: str, *, adjusted: bool = False
) -> html.Table:
    """Return the table of findings: gap with interval, verdict, customers and share compared; p-values where asked."""
    level = screen.intervals(scene.document, findings).replace("intervals", "interval", 1)
    margin = scene.document["study"]["margin"]
    has_new = any(finding.n_new is not None for finding in findings)
    rows, csv_rows = [], []
    for finding in findings:
        row = [name(finding), sentences.gap(finding), sentences.verdict(finding, margin=margin) or "–"]
        row += [numbers.count(finding.n_tenured)]
        row += [numbers.count(finding.n_new)] if has_new else []
        row += [numbers.percent(finding.support_share)]
        row += [numbers.p_value(finding.p_value), numbers.p_value(finding.p_value_adjusted)] if adjusted else []
        rows.append(tuple(row))
        is_known = finding.verdict != "not_assessable"
        figures = [finding[field] if is_known else None for field in ("estimate", "ci_lower", "ci_upper")]
        csv_row = [name(finding), *figures, finding.confidence_level, row[2], finding.n_tenured]
        csv_row += [finding.n_new] if has_new else []
        csv_row += [finding.support_share]
        csv_row += [finding.p_value, finding.p_value_adjusted] if adjusted else []
        csv_rows.append(tuple(csv_row))
    counts = ["Tenured customers", *(["New customers"] if has_new else []), "Compared"]
    tests = ["p", "Adjusted p"] if adjusted else []
    return html.Table(
        (head, f"Gap ({level})", "Verdict", *counts, *tests),
        tuple(rows),
        (head, "Gap (fraction)", "Lower", "Upper", "Confidence level", "Verdict", *counts, *tests),
        tuple(csv_rows),
    )


def published(scene: Scene, findings: Sequence[Finding]) -> tuple[int, ...]:
    """Return the numbers of findings in the published table."""
    return tuple(by_number(findings, scene.whole["findings"]))


def published_sql(scene: Scene, findings: Sequence[Finding]) -> str:
    """Return the query for published findings."""
    return findings_query(published(scene, findings))


def sql_of(scene: Scene, findings: Sequence[Finding], filtered: str) -> str:
    """Return the query behind findings: published rows for the whole book, the counts for a filtered view."""
    if not scene.chosen:
        return published_sql(scene, findings)
    return filtered if scene.document.head.estimand == "offer_gap" else counts_query(scene.chosen)


def source_line(scene: Scene) -> str:
    """Return which exports a figure rests on."""
    roles = dict.fromkeys(str(item["role"]) for item in scene.document.build["inputs"])
    return f"Source: {', '.join(role for role in roles if role in ('billing', 'book', 'offers'))}"


def counted(document: Document, n_tenured: int | None, n_new: int | None = None) -> str:
    """Return how many customers are behind a panel, or that the number is withheld."""
    text = snapshot.whole(document, Finding(n_tenured=n_tenured, n_new=n_new))
    return f"{text[:1].upper()}{text[1:]}"


def together(findings: Sequence[Finding]) -> int | None:
    """Return how many tenured customers several findings are about; None where one of the counts is withheld."""
    known = [finding.n_tenured for finding in findings if finding.n_tenured is not None]
    return sum(known) if len(known) == len(findings) else None


def hover(finding: Finding, name: str, scene: Scene) -> str:
    """Return what a pointer over a mark shows."""
    verdict = sentences.verdict(finding, margin=scene.document["study"]["margin"])
    lines = [name, sentences.gap(finding), *([verdict] if verdict else []), counted(scene.document, finding.n_tenured)]
    return "\n".join(lines)


def plot_row(finding: Finding, label: str, scene: Scene, *, width: int = 200, **more: Any) -> Row:
    """Return a finding as a row of a plot; what cannot be assessed has no mark.

    Args:
        finding: The estimate.
        label: Its name, broken into lines of at most ``width`` characters.
        scene: Where it comes from.
        width: See above.
        more: Other attributes of the row; a height is that of one line.
    """
    lines = textwrap.wrap(label, width) or [label]
    if "height" in more:
        more["height"] += 15 * (len(lines) - 1)
    is_known = finding.verdict != "not_assessable"
    return Row(
        label="\n".join(lines),
        estimate=finding.estimate if is_known else None,
        lower=finding.ci_lower if is_known else None,
        upper=finding.ci_upper if is_known else None,
        verdict=finding.verdict,
        hover=hover(finding, label, scene),
        **more,
    )


def in_words(findings: Sequence[Finding], name: Callable[[Finding], str]) -> str:
    """Return a figure in words, for those who cannot see it."""
    return "; ".join(f"{name(finding)}: {sentences.gap(finding)}" for finding in findings)
