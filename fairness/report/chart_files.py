"""Charts as separate files: title, what is drawn, the chart, n and source, and what it is about."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from fairness.charts.chart_spec import Chart
from fairness.charts.static.charts import draw
from fairness.charts.static.drawing import INK2, INK3, PAPER, Drawing, Text
from fairness.charts.static.svg import render
from fairness.findings.specification_row import SpecificationRange
from fairness.panels.range_panel import range_chart
from fairness.report.page_model import Page, Panel
from fairness.text import snapshot, specifications
from fairness.text.escape import Html

_WIDTH, _SIDE = 480.0, 20.0
_TITLE_CHARACTERS, _SUBTITLE_CHARACTERS, _SMALL_CHARACTERS = 54, 72, 88


def chart_svg(panel: Panel, page: Page) -> Html:
    """Return a panel as an SVG that stands alone: it names comparator, filters, as-of month and build."""
    about = [
        *textwrap.wrap(panel.foot, _SMALL_CHARACTERS),
        *textwrap.wrap(f"{page.study} · {page.as_of} · {page.comparator}. {page.filters}", _SMALL_CHARACTERS),
        f"{snapshot.band(page.band)} {page.build}, {panel.figures[0].id} to {panel.figures[-1].id}",
    ]
    return _sheet(panel.chart, panel.title, panel.subtitle, about)


def range_svg(found: SpecificationRange, *, study: str, primary: str, margin: float) -> Html:
    """Return a specification range as an SVG that stands alone.

    Args:
        found: The range.
        study: Title of the study.
        primary: The question of its headline.
        margin: Its margin, a fraction.
    """
    about = textwrap.wrap(specifications.title(study, primary), _SMALL_CHARACTERS)
    about += textwrap.wrap(specifications.sentence(found), _SMALL_CHARACTERS)
    about.append(snapshot.band(f"equal within {margin * 100:g} %"))
    chart = range_chart(found.rows, margin=margin)
    return _sheet(chart, specifications.panel_title(found), specifications.SUBTITLE, about)


def _sheet(chart: Chart, title: str, subtitle: str, about: Sequence[str]) -> Html:
    """Return a chart between its title and what it is about."""
    plot = draw(chart, _WIDTH - 2 * _SIDE, f"{title}. {subtitle}")
    n_lines = len(textwrap.wrap(title, _TITLE_CHARACTERS))
    # Lines of about equal length: a last line of one word looks cut off.
    titles = textwrap.wrap(title, min(_TITLE_CHARACTERS, len(title) // n_lines + 8))
    below = textwrap.wrap(subtitle, _SUBTITLE_CHARACTERS)
    top = 24 + 19 * len(titles) + 15 * (len(below) - 1)
    foot = top + 22 + plot.height + 16
    drawing = Drawing(_WIDTH, foot + 14 * len(about), plot.label)
    drawing.rectangle((0, 0), (_WIDTH, drawing.height), PAPER)
    for number, line in enumerate(titles):
        drawing.add(Text((_SIDE, 26 + 19 * number), line, 15, weight=600))
    for number, line in enumerate(below):
        drawing.add(Text((_SIDE, top + 3 - 15 * (len(below) - 1 - number)), line, 12, INK2))
    drawing.place(plot, (_SIDE, top + 18))
    for number, line in enumerate(about):
        drawing.add(Text((_SIDE, foot + 14 * number), line, 10, INK3))
    return render(drawing) + "\n"
