"""What one thing has cost month by month, beside the offer of its month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fairness.charts.chart_spec import PricePath
from fairness.charts.interactive.canvas import Canvas, hover
from fairness.charts.interactive.monthly import few
from fairness.charts.interactive.theme import TENURED, Theme, base_layout

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def price_path(chart: PricePath, theme: Theme) -> Figure:
    """Return the price as a step line and the offer as a dashed one; a month without either leaves a gap."""
    canvas = Canvas(base_layout(theme, height=240, left=44, right=24, top=12, bottom=26))
    known = [value for value in (*chart.price, *chart.offer) if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = max((high - low) * 0.15, high * 0.02, 0.01)
    canvas.axis(
        "yaxis", range=[low - room, high + room], showgrid=True, gridcolor=theme.grid, nticks=5, ticklabelstandoff=6
    )
    shown = few(len(chart.months))
    canvas.axis(
        "xaxis",
        range=[-0.5, len(chart.months) - 0.5],
        tickmode="array",
        tickvals=shown,
        ticktext=[chart.months[place] for place in shown],
        ticklabeloverflow="allow",
    )
    texts = [hover(text).removesuffix("<extra></extra>") for text in chart.hovers]
    for values, name, line in (
        (chart.offer, chart.names[1], {"color": theme.ink, "width": 1.5, "dash": "dash", "shape": "hvh"}),
        (chart.price, chart.names[0], {"color": TENURED, "width": 2, "shape": "hvh"}),
    ):
        canvas.trace(
            "scatter",
            x=list(range(len(values))),
            y=list(values),
            mode="lines",
            line=line,
            connectgaps=False,
            customdata=texts,
            hovertemplate="%{customdata}<extra></extra>",
        )
        _name(canvas, values, name, line["color"])
    return canvas.figure()


def _name(canvas: Canvas, values: Sequence[float | None], name: str, colour: object) -> None:
    """Write the name of a line over its last month."""
    last = next((place for place in reversed(range(len(values))) if values[place] is not None), None)
    if last is not None:
        font = {"size": 11, "color": colour}
        canvas.text(x=last + 0.4, xanchor="right", y=values[last], yanchor="bottom", yshift=3, text=name, font=font)
