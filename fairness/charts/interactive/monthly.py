"""The headline month by month: a step line with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fairness.charts.interactive.canvas import Canvas
from fairness.charts.interactive.scale import gap_range, margin_band, percent_ticks, ticks, zero_line
from fairness.charts.interactive.theme import TENURED, Theme, base_layout

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def monthly_steps(
    labels: Sequence[str],
    estimates: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    theme: Theme,
    *,
    margin: float,
    band_name: str,
    last: str,
    hover: Sequence[str],
    height: int = 218,
) -> Figure:
    """Return the monthly gap as steps over the ribbon of its intervals; the last value is named.

    Args:
        labels: Months as they are read, in order.
        estimates: Fractions, same length.
        lower: Lower ends of the intervals.
        upper: Upper ends.
        theme: Colours.
        margin: Half the width of the band of equality, a fraction.
        band_name: What the band means.
        last: The last estimate with its interval, in words.
        hover: What a pointer over each month shows.
        height: Pixels.
    """
    canvas = Canvas(base_layout(theme, height=height, left=34, right=24, top=16, bottom=26))
    low, high = gap_range([*lower, *upper], margin)
    values = ticks(low, high, most=5)
    canvas.axis(
        "yaxis",
        range=[low, high],
        tickmode="array",
        tickvals=values,
        ticktext=percent_ticks(values),
        showgrid=True,
        gridcolor=theme.grid,
        ticklabelstandoff=6,
        **zero_line(theme),
    )
    x = list(range(len(labels)))
    shown = _few(len(labels))
    canvas.axis(
        "xaxis",
        range=[-0.5, len(labels) - 0.5],
        tickmode="array",
        ticklabeloverflow="allow",
        tickvals=shown,
        ticktext=[labels[i] for i in shown],
    )
    canvas.shape(**margin_band(theme, margin, along="y"))
    step = {"shape": "hvh", "width": 0}
    canvas.trace("scatter", x=x, y=list(lower), mode="lines", line=step, hoverinfo="skip")
    canvas.trace(
        "scatter", x=x, y=list(upper), mode="lines", line=step, fill="tonexty", fillcolor=theme.ribbon, hoverinfo="skip"
    )
    canvas.trace(
        "scatter",
        x=x,
        y=list(estimates),
        mode="lines",
        line={"shape": "hvh", "color": TENURED, "width": 2},
        customdata=list(hover),
        hovertemplate="%{customdata}<extra></extra>",
    )
    # Beyond the ribbon of the months that the text stands over.
    near = max(1, len(labels) // 3)
    above = estimates[-1] >= 0
    canvas.text(
        x=len(labels) - 0.5,
        xanchor="right",
        y=max(upper[-near:]) if above else min(lower[-near:]),
        yanchor="bottom" if above else "top",
        yshift=4 if above else -4,
        text=last,
        font={"size": 12, "color": theme.text["tenured"], "weight": 600},
    )
    canvas.text(
        xref="paper",
        x=0,
        xanchor="left",
        xshift=4,
        y=-margin,
        yanchor="top",
        text=band_name,
        font={"size": 11, "color": theme.ink3},
    )
    return canvas.figure()


def _few(n: int) -> list[int]:
    """Return the positions of at most six months to name, the first and the last among them."""
    if n <= 6:
        return list(range(n))
    step = -(-(n - 1) // 5)
    inner = [position for position in range(0, n - 1, step) if n - 1 - position >= step / 2]
    return [*inner, n - 1]
