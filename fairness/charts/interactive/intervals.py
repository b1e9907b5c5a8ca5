"""Estimates with their intervals in rows: comparators, price bases, cells, groups; and in columns: tenure bands.

Vertical positions are in pixels, so that labels, marks and numbers of a row are on one line at any width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fairness.charts.chart_spec import AXIS, IntervalColumns, IntervalRows, Row
from fairness.charts.interactive.canvas import Canvas, hover, in_lines
from fairness.charts.interactive.scale import gap_axis, gap_range, margin_band, percent_ticks, ticks, zero_line
from fairness.charts.interactive.theme import VERDICT_COLOURS, VERDICT_SYMBOLS, Theme, base_layout

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_FAR_LEFT, _FAR_RIGHT = -9, 10
"""Ends of lines and areas that run across the whole figure, beyond the plot on both sides; the edge cuts them."""

_BAR = 14
"""Thickness of a bar, pixels."""


def interval_rows(chart: IntervalRows, theme: Theme) -> Figure:
    """Return a forest plot: labels at the left, marks in the middle, texts at the right."""
    rows, margin, columns, head, left = chart.rows, chart.margin, chart.columns, chart.head, chart.left
    right = max(columns, default=0) + _width(rows, columns) + chart.gap if columns else 16
    top = 26 if head else 4
    height = sum(row.height for row in rows)
    canvas = Canvas(base_layout(theme, height=top + height + AXIS, left=left, right=right, top=top, bottom=AXIS))
    drawn = [value for row in rows for value in (row.estimate, row.lower, row.upper, *(row.bar or ()))]
    range_ = gap_range(drawn, margin)
    canvas.axis("xaxis", **gap_axis(theme, range_, most=chart.most_ticks), side="bottom")
    canvas.axis("yaxis", range=[height, 0], showticklabels=False)
    canvas.shape(**margin_band(theme, margin, along="x"))
    last = 0
    for row in rows:
        middle, last = last + row.height / 2, last + row.height
        _add_texts(canvas, row, theme, middle, left=left, right=right, columns=columns)
        if row.strong and row.key:
            _add_highlight(canvas, theme, middle - row.height / 2, middle + row.height / 2)
        if chart.ruled and last < height:
            line = {"color": theme.grid, "width": 1}
            canvas.shape(
                type="line",
                xref="paper",
                x0=_FAR_LEFT,
                x1=_FAR_RIGHT,
                yref="y",
                y0=last,
                y1=last,
                line=line,
                layer="below",
            )
    _add_bars(canvas, rows, theme)
    _add_marks(canvas, rows, theme)
    if chart.band_name:
        # On the side with more room.
        side, anchor, shift = (margin, "left", 6) if range_[1] >= -range_[0] else (-margin, "right", -6)
        canvas.text(
            x=side, xanchor=anchor, xshift=shift, y=height, yanchor="bottom", text=chart.band_name, **_small(theme)
        )
    _add_head(canvas, head, theme, left=left, right=right, columns=columns)
    return canvas.figure()


def _width(rows: Sequence[Row], columns: Sequence[int]) -> int:
    """Return about how many pixels the innermost right-hand column takes."""
    longest = max((len(row.right[0]) for row in rows if row.right), default=0)
    return int(longest * 6.6) if columns else 0


def _small(theme: Theme) -> dict[str, Any]:
    return {"font": {"size": 11, "color": theme.ink3}, "bgcolor": theme.background, "borderpad": 1}


def _add_bars(canvas: Canvas, rows: Sequence[Row], theme: Theme) -> None:
    """Draw the parts of a sum and the thin lines that lead from one to the next, from a mark and to one as well."""
    top, before = 0.0, 0.0
    for number, row in enumerate(rows):
        middle, top = top + row.height / 2, top + row.height
        start = row.bar[0] if row.bar else row.estimate
        if number and start is not None and (row.bar or rows[number - 1].bar):
            ends = {"x0": start, "x1": start, "y0": before, "y1": middle}
            line = {"color": theme.hatch, "width": 1}
            canvas.shape(type="line", xref="x", yref="y", **ends, line=line, layer="below")
        before = middle
        if row.bar is None:
            continue
        begin, end = row.bar
        canvas.trace(
            "bar",
            orientation="h",
            base=[begin],
            x=[end - begin],
            y=[middle],
            width=[_BAR],
            marker={"color": theme.bar_first if end >= begin else theme.bar_rest, "line": {"width": 0}},
            hovertemplate=hover(row.hover),
        )


def _add_marks(canvas: Canvas, rows: Sequence[Row], theme: Theme) -> None:
    """Draw intervals and marks, one trace per row: colour and symbol show the verdict."""
    top = 0.0
    for row in rows:
        middle, top = top + row.height / 2, top + row.height
        if row.estimate is None or row.lower is None or row.upper is None:
            continue
        colour = theme.ink2 if row.verdict is None else VERDICT_COLOURS[row.verdict]
        canvas.trace(
            "scatter",
            x=[row.lower, row.upper],
            y=[middle, middle],
            mode="lines",
            line={"color": colour, "width": 2.5},
            hoverinfo="skip",
        )
        canvas.trace(
            "scatter",
            x=[row.estimate],
            y=[middle],
            mode="markers",
            customdata=[row.key],
            marker=mark(row.verdict, theme),
            hovertemplate=hover(row.hover),
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
        )


def mark(verdict: str | None, theme: Theme) -> dict[str, Any]:
    """Return the marker of a verdict: its own colour and shape, hollow for figures without a verdict."""
    if verdict is None:
        return {"symbol": "circle", "size": 9, "color": theme.background, "line": {"width": 1.75, "color": theme.ink2}}
    colour = VERDICT_COLOURS[verdict]
    outline = theme.favourable_line if verdict == "favourable" else colour
    size = {"favourable": 10, "inconclusive": 10}.get(verdict, 8)
    return {"symbol": VERDICT_SYMBOLS[verdict], "size": size, "color": colour, "line": {"width": 1, "color": outline}}


def _add_texts(
    canvas: Canvas, row: Row, theme: Theme, y: float, *, left: int, right: int, columns: Sequence[int]
) -> None:
    weight = 600 if row.strong else 400
    base = {"xref": "paper", "y": y, "yanchor": "middle"}
    if row.section:
        canvas.text(
            base,
            x=0,
            xshift=-left,
            xanchor="left",
            align="left",
            text=in_lines(row.label),
            yshift=-2,
            bgcolor=theme.background,
            borderpad=2,
            font={"size": 11, "color": theme.ink3},
        )
        return
    lines = in_lines(row.label)
    if row.note:
        lines = f"{lines}<br>{_dim(in_lines(row.note), theme, strong=row.strong)}"
    canvas.text(
        base,
        x=0,
        xshift=-left,
        xanchor="left",
        align="left",
        text=lines,
        font={"size": 12, "color": theme.ink, "weight": weight},
    )
    for position, (text, edge) in enumerate(zip(row.right, columns, strict=True)):
        shown = text
        if row.under and position == 0:
            shown = f"{shown}<br>{_dim(row.under, theme)}"
        canvas.text(
            base,
            x=1,
            xshift=right - edge,
            xanchor="right",
            align="right",
            text=shown,
            font={
                "size": 12,
                "color": theme.ink if position == 0 else theme.ink2,
                "weight": 600 if position == 0 and (row.strong or row.under) else 400,
            },
        )


def _dim(text: str, theme: Theme, *, strong: bool = False) -> str:
    return text if strong else f"<span style='color:{theme.ink2};font-weight:400'>{text}</span>"


def _add_highlight(canvas: Canvas, theme: Theme, top: float, bottom: float) -> None:
    canvas.shape(
        type="rect",
        xref="paper",
        x0=_FAR_LEFT,
        x1=_FAR_RIGHT,
        yref="y",
        y0=top,
        y1=bottom,
        fillcolor=theme.sidebar,
        line={"width": 0},
        layer="below",
    )


def _add_head(
    canvas: Canvas, head: Sequence[str], theme: Theme, *, left: int, right: int, columns: Sequence[int]
) -> None:
    if not head:
        return
    base = {"xref": "paper", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 6}
    font = {"size": 11, "color": theme.ink3}
    canvas.text(base, x=0, xshift=-left, xanchor="left", text=head[0], font=font)
    for text, edge in zip(head[1:], columns, strict=True):
        canvas.text(base, x=1, xshift=right - edge, xanchor="right", text=text, font=font)


def _add_column(canvas: Canvas, position: int, row: Row, theme: Theme) -> None:
    """Draw one interval upright, with its figure above; nothing where it is not known."""
    if row.estimate is None or row.lower is None or row.upper is None:
        return
    colour = theme.ink2 if row.verdict is None else VERDICT_COLOURS[row.verdict]
    canvas.trace(
        "scatter",
        x=[position, position],
        y=[row.lower, row.upper],
        mode="lines",
        line={"color": colour, "width": 2.5},
        hoverinfo="skip",
    )
    canvas.trace(
        "scatter",
        x=[position],
        y=[row.estimate],
        mode="markers",
        marker=mark(row.verdict, theme),
        hovertemplate=hover(row.hover),
    )
    canvas.text(
        x=position,
        y=row.upper,
        yanchor="bottom",
        yshift=3,
        text=row.right[0],
        font={"size": 12, "color": theme.ink, "weight": 600},
    )


def interval_columns(chart: IntervalColumns, theme: Theme) -> Figure:
    """Return intervals side by side, in order: the gap by tenure band."""
    rows, margin = chart.rows, chart.margin
    left, bottom = 40, 44
    canvas = Canvas(base_layout(theme, height=chart.height, left=left, right=4, top=18, bottom=bottom))
    low, high = gap_range([value for row in rows for value in (row.estimate, row.lower, row.upper)], margin)
    # A tick at the very bottom would run into the labels below.
    values = [value for value in ticks(low, high, most=6) if value >= low + (high - low) * 0.06]
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
    canvas.axis("xaxis", range=[-0.5, len(rows) - 0.5], showticklabels=False)
    canvas.shape(**margin_band(theme, margin, along="y"))
    below = {"yref": "paper", "y": 0, "yanchor": "top"}
    for text, shift, colour in ((chart.unit, -6, theme.ink3), (chart.counts, -23, theme.ink3)):
        canvas.text(
            below,
            xref="paper",
            x=0,
            xshift=-left,
            xanchor="left",
            text=text,
            yshift=shift,
            font={"size": 11, "color": colour},
        )
    for position, row in enumerate(rows):
        canvas.text(below, x=position, text=in_lines(row.label), yshift=-5, font={"size": 12, "color": theme.ink})
        canvas.text(below, x=position, text=row.note, yshift=-23, font={"size": 11, "color": theme.ink3})
        _add_column(canvas, position, row, theme)
    if chart.band_name:
        place = {"xref": "paper", "x": 1, "xanchor": "right", "y": -margin, "yanchor": "top"}
        canvas.text(place, text=chart.band_name, **_small(theme))
    return canvas.figure()
