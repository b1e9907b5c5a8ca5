"""The headline month by month: a step line with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fairness.plots.scale import gap_range, percent_ticks, ticks, zero_and_margin
from fairness.plots.theme import TENURED, Theme, base_layout

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
        estimates, lower, upper: Fractions, same length.
        theme: Colours.
        margin: Half the width of the band of equality, a fraction.
        band_name: What the band means.
        last: The last estimate with its interval, in words.
        hover: What a pointer over each month shows.
        height: Pixels.
    """
    from plotly.graph_objects import Figure, Scatter

    figure = Figure(layout=base_layout(theme, height=height, left=34, right=24, top=16, bottom=26))
    low, high = gap_range([*lower, *upper], margin)
    values = ticks(low, high, most=5)
    figure.update_yaxes(
        range=[low, high], tickmode="array", tickvals=values, ticktext=percent_ticks(values),
        showgrid=True, gridcolor=theme.grid, ticklabelstandoff=6,
    )  # fmt: skip
    x = list(range(len(labels)))
    shown = _few(len(labels))
    figure.update_xaxes(
        range=[-0.5, len(labels) - 0.5], tickmode="array", ticklabeloverflow="allow", tickvals=shown, ticktext=[labels[i] for i in shown],
    )  # fmt: skip
    for shape in zero_and_margin(theme, margin, along="y"):
        figure.add_shape(shape)
    step = {"shape": "hvh", "width": 0}
    figure.add_trace(Scatter(x=x, y=list(lower), mode="lines", line=step, hoverinfo="skip"))
    figure.add_trace(
        Scatter(x=x, y=list(upper), mode="lines", line=step, fill="tonexty", fillcolor=theme.ribbon, hoverinfo="skip")
    )
    figure.add_trace(
        Scatter(
            x=x,
            y=list(estimates),
            mode="lines",
            line={"shape": "hvh", "color": TENURED, "width": 2},
            customdata=list(hover),
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    )
    # Beyond the ribbon of the months that the text stands over.
    near = max(1, len(labels) // 3)
    above = estimates[-1] >= 0
    figure.add_annotation(
        x=len(labels) - 0.5,
        xanchor="right",
        y=max(upper[-near:]) if above else min(lower[-near:]),
        yanchor="bottom" if above else "top",
        yshift=4 if above else -4,
        text=last,
        showarrow=False,
        font={"size": 12, "color": theme.text["tenured"], "weight": 600},
    )
    figure.add_annotation(
        xref="paper", x=0, xanchor="left", xshift=4, y=-margin, yanchor="top", text=band_name, showarrow=False,
        font={"size": 11, "color": theme.ink3},
    )  # fmt: skip
    return figure


def _few(n: int) -> list[int]:
    """Return the positions of at most six months to name, the first and the last among them."""
    if n <= 6:
        return list(range(n))
    step = -(-(n - 1) // 5)
    inner = [position for position in range(0, n - 1, step) if n - 1 - position >= step / 2]
    return [*inner, n - 1]
