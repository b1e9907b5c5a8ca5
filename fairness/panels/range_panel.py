"""The panel of the specification range: the headline with one choice changed at a time, around the configured one."""

from __future__ import annotations

from collections.abc import Sequence

from fairness.charts.chart_spec import IntervalRows, Row
from fairness.findings.document import Finding
from fairness.findings.specification_row import SpecificationRange, SpecificationRow
from fairness.panels import html
from fairness.panels.panel import Panel, source_line
from fairness.panels.scene import Scene
from fairness.text import sentences, specifications


def range_chart(rows: Sequence[SpecificationRow], *, margin: float) -> IntervalRows:
    """Return the specifications as intervals, the configured study first and strong; what has no interval is left out.

    Args:
        rows: The specifications.
        margin: Half the width of the band of equality, a fraction.
    """
    drawn = [row for row in rows if row.estimate is not None and row.ci_lower is not None]
    return IntervalRows([_row(row) for row in drawn], margin, "", left=230)


def _row(one: SpecificationRow) -> Row:
    name, gap = specifications.short_name(one), sentences.gap(_finding(one))
    return Row(
        label=f"{name}{specifications.HANGS_ON_IT if one.hangs else ''}",
        note=gap,
        estimate=one.estimate,
        lower=one.ci_lower,
        upper=one.ci_upper,
        verdict=one.verdict,
        strong=not one.choice,
        hover=f"{name}\n{gap}",
        height=44,
    )


def _finding(one: SpecificationRow) -> Finding:
    return Finding(estimate=one.estimate, ci_lower=one.ci_lower, ci_upper=one.ci_upper, verdict=one.verdict)


def hangs_on(scene: Scene) -> Panel | None:
    """Return the panel of the range; None where none was made for this build."""
    rows = tuple(SpecificationRow(**row) for row in scene.document.data.get("specifications", ()))
    if not rows:
        return None
    found, margin = SpecificationRange(rows, ()), scene.document.margin
    columns, listed = specifications.COLUMNS, tuple(specifications.row(row, margin=margin) for row in rows)
    return Panel(
        key="range",
        title=specifications.panel_title(found),
        subtitle=specifications.SUBTITLE,
        chart=range_chart(rows, margin=margin),
        table=html.Table(columns, listed, columns, listed),
        foot=(specifications.sentence(found), source_line(scene)),
        alt="; ".join(f"{specifications.short_name(row)}: {sentences.gap(_finding(row))}" for row in rows),
    )
