"""Charts as separate files: title, what is drawn, the chart, n and source, and what it is about."""

from __future__ import annotations

import textwrap

from fairness.charts.static.charts import draw
from fairness.charts.static.drawing import INK2, INK3, PAPER, Drawing, Text
from fairness.charts.static.svg import render
from fairness.report.page_model import Page, Panel
from fairness.text import snapshot
from fairness.text.escape import Html

_WIDTH, _SIDE = 480.0, 20.0
_TITLE_CHARACTERS, _SUBTITLE_CHARACTERS, _SMALL_CHARACTERS = 54, 72, 88


def chart_svg(panel: Panel, page: Page) -> Html:
    """Return a panel as an SVG that stands alone: it names comparator, filters, as-of month and build."""
    plot = draw(panel.chart, _WIDTH - 2 * _SIDE, f"{panel.title}. {panel.subtitle}")
    lines = len(textwrap.wrap(panel.title, _TITLE_CHARACTERS))
    # Lines of about equal length: a last line of one word looks cut off.
    title = textwrap.wrap(panel.title, min(_TITLE_CHARACTERS, len(panel.title) // lines + 8))
    about = [
        *textwrap.wrap(panel.foot, _SMALL_CHARACTERS),
        *textwrap.wrap(f"{page.study} · {page.as_of} · {page.comparator}. {page.filters}", _SMALL_CHARACTERS),
        f"{snapshot.band(page.band)} {page.build}, {panel.figures[0].id} to {panel.figures[-1].id}",
    ]
    below = textwrap.wrap(panel.subtitle, _SUBTITLE_CHARACTERS)
    top = 24 + 19 * len(title) + 15 * (len(below) - 1)
    foot = top + 22 + plot.height + 16
    drawing = Drawing(_WIDTH, foot + 14 * len(about), plot.label)
    drawing.rectangle((0, 0), (_WIDTH, drawing.height), PAPER)
    for number, line in enumerate(title):
        drawing.add(Text((_SIDE, 26 + 19 * number), line, 15, weight=600))
    for number, line in enumerate(below):
        drawing.add(Text((_SIDE, top + 3 - 15 * (len(below) - 1 - number)), line, 12, INK2))
    drawing.place(plot, (_SIDE, top + 18))
    for number, line in enumerate(about):
        drawing.add(Text((_SIDE, foot + 14 * number), line, 10, INK3))
    return render(drawing) + "\n"
