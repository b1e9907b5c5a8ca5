"""The headline month by month: a step line with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fairness.charts.chart_spec import MonthlySteps, MonthMark, Run, runs
from fairness.charts.interactive.canvas import Canvas, hover
from fairness.charts.interactive.scale import gap_range, margin_band, percent_ticks, ticks, zero_line
from fairness.charts.interactive.theme import TENURED, Theme, base_layout

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def monthly_steps(chart: MonthlySteps, theme: Theme) -> Figure:
    """Return the monthly gap as steps over the ribbon of its intervals; the last value is named."""
    margin, months = chart.margin, chart.months
    canvas = Canvas(base_layout(theme, height=chart.height, left=34, right=24, top=16, bottom=26))
    pieces = runs(months)
    low, high = gap_range([end for run in pieces for _, known in run for end in known[1:]], margin)
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
    shown = few(len(months))
    canvas.axis(
        "xaxis",
        range=[-0.5, len(months) - 0.5],
        tickmode="array",
        ticklabeloverflow="allow",
        tickvals=shown,
        ticktext=[months[i].name for i in shown],
    )
    canvas.shape(**margin_band(theme, margin, along="y"))
    _add_marks(canvas, chart.marks, low, theme)
    for run in pieces:
        _add_run(canvas, run, [hover(months[number].hover) for number, _ in run], theme)
    known = [values for run in pieces for _, values in run]
    # Beyond the ribbon of the months that the text covers.
    near = known[-max(1, len(known) // 3) :]
    above = known[-1][0] >= 0
    canvas.text(
        x=len(months) - 0.5,
        xanchor="right",
        y=max(upper for _, _, upper in near) if above else min(lower for _, lower, _ in near),
        yanchor="bottom" if above else "top",
        yshift=4 if above else -4,
        text=chart.last,
        font={"size": 12, "color": theme.text["tenured"], "weight": 600},
    )
    place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": 4, "y": -margin, "yanchor": "top"}
    canvas.text(place, text=chart.band_name, font={"size": 11, "color": theme.ink3})
    return canvas.figure()


def _add_run(canvas: Canvas, run: Run, pointed: list[str], theme: Theme) -> None:
    """Draw consecutive months: the ribbon and the steps over it."""
    x = [number for number, _ in run]
    estimates, lower, upper = (list(column) for column in zip(*(known for _, known in run), strict=True))
    step = {"shape": "hvh", "width": 0}
    canvas.trace("scatter", x=x, y=lower, mode="lines", line=step, hoverinfo="skip")
    canvas.trace(
        "scatter", x=x, y=upper, mode="lines", line=step, fill="tonexty", fillcolor=theme.ribbon, hoverinfo="skip"
    )
    canvas.trace(
        "scatter",
        x=x,
        y=estimates,
        mode="lines",
        line={"shape": "hvh", "color": TENURED, "width": 2},
        customdata=[text.removesuffix("<extra></extra>") for text in pointed],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _add_marks(canvas: Canvas, marks: Sequence[MonthMark], bottom: float, theme: Theme) -> None:
    """Draw a thin line for each mark, with a triangle at its foot that says what happened."""
    if not marks:
        return
    for mark in marks:
        line = {"color": theme.ink3, "width": 1, "dash": "dot"}
        canvas.shape(type="line", x0=mark.place, x1=mark.place, yref="paper", y0=0, y1=1, line=line, layer="below")
    canvas.trace(
        "scatter",
        x=[mark.place for mark in marks],
        y=[bottom] * len(marks),
        mode="markers",
        marker={"symbol": "triangle-up", "size": 9, "color": theme.ink2},
        cliponaxis=False,
        customdata=[hover(mark.hover).removesuffix("<extra></extra>") for mark in marks],
        hovertemplate="%{customdata}<extra></extra>",
    )


def few(n: int) -> list[int]:
    """Return the positions of at most six months to name, the first and the last among them."""
    if n <= 6:
        return list(range(n))
    step = -(-(n - 1) // 5)
    inner = [position for position in range(0, n - 1, step) if n - 1 - position >= step / 2]
    return [*inner, n - 1]
