"""Charts as files of their own: title, what is drawn, the chart, n and source, and what it is of."""

from __future__ import annotations

import textwrap

from fairness.report.page import Page, Panel
from fairness.report.svg import INK2, INK3, Drawing

_WIDTH, _SIDE = 480.0, 20.0
_TITLE_CHARACTERS, _SMALL_CHARACTERS = 54, 88


def chart_svg(panel: Panel, page: Page) -> str:
    """Return a panel as an SVG that stands alone: it names comparator, filters, as-of month and build."""
    plot = panel.chart.draw(_WIDTH - 2 * _SIDE, f"{panel.title}. {panel.subtitle}")
    title = textwrap.wrap(panel.title, _TITLE_CHARACTERS)
    about = [
        *textwrap.wrap(panel.foot, _SMALL_CHARACTERS),
        *textwrap.wrap(f"{page.study} · {page.as_of} · {page.comparator}. {page.filters}", _SMALL_CHARACTERS),
        f"{page.build}, {panel.figures[0].id} to {panel.figures[-1].id}",
    ]
    top = 24 + 19 * len(title)
    foot = top + 22 + plot.height + 16
    drawing = Drawing(_WIDTH, foot + 14 * len(about), plot.label)
    drawing.rect(0, 0, _WIDTH, drawing.height, "#FFFFFF")
    for number, line in enumerate(title):
        drawing.text(_SIDE, 26 + 19 * number, line, size=15, weight=600)
    drawing.text(_SIDE, top + 3, panel.subtitle, size=12, colour=INK2)
    drawing.parts.append(f'<g transform="translate({_SIDE:g} {top + 18:g})">\n{plot.inner()}\n</g>')
    for number, line in enumerate(about):
        drawing.text(_SIDE, foot + 14 * number, line, size=10, colour=INK3)
    return f"{drawing.render()}\n"
