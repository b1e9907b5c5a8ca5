"""Cells as a heat map, drawn with bars: only bars can be hatched, and can be clicked."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fairness.charts.chart_spec import MOST_ROOMY, HeatMap, Tile
from fairness.charts.interactive.canvas import Canvas, hover
from fairness.charts.interactive.intervals import mark
from fairness.charts.interactive.theme import VERDICT_COLOURS, Theme, base_layout
from fairness.text.escape import figure_text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_MOST_LARGE_NAMES = 4
"""Columns above which their names are set smaller, so that two long ones do not touch."""
_STRONGEST = 0.85
"""How far the largest gap is mixed from the centre towards the data colour: text stays readable on it."""


def heat_map(chart: HeatMap, theme: Theme) -> Figure:
    """Return the heat map."""
    tiles, rows, columns, left, tile_height = chart.tiles, chart.rows, chart.columns, chart.left, chart.tile_height
    height = tile_height * len(rows)
    names = ["<br>".join(textwrap.wrap(figure_text(name), 11)) for name in columns]
    top = 13 + 15 * max(name.count("<br>") + 1 for name in names)
    canvas = Canvas(base_layout(theme, height=height + top, left=left, right=0, top=top, bottom=0))
    canvas.axis("xaxis", range=[0, len(columns)], showticklabels=False)
    canvas.axis("yaxis", range=[len(rows), 0], showticklabels=False)
    canvas.layout(barmode="overlay", bargap=0)
    largest = max((abs(tile.estimate) for tile in tiles if tile.estimate is not None), default=0.0)
    fills = [_fill(tile, largest, theme) for tile in tiles]
    canvas.trace(
        "bar",
        base=[tile.row + 0.5 * _gap(tile_height) for tile in tiles],
        x=[tile.column + 0.5 for tile in tiles],
        y=[1 - _gap(tile_height) for tile in tiles],
        width=[0.975 for _ in tiles],
        customdata=[tile.key for tile in tiles],
        marker={
            "color": fills,
            "line": {"width": 0},
            "pattern": {
                "shape": [_PATTERNS.get(tile.verdict, "") for tile in tiles],
                "fgcolor": [theme.hatch for _ in tiles],
                "bgcolor": fills,
                "fillmode": "overlay",
                "fgopacity": 0.45,
                "size": [7 if tile.verdict == "inconclusive" else 4 for tile in tiles],
                "solidity": 0.16,
            },
        },
        hovertext=[hover(tile.hover).removesuffix("<extra></extra>") for tile in tiles],
        hovertemplate="%{hovertext}<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    for tile, fill in zip(tiles, fills, strict=True):
        _add_text(canvas, tile, fill, theme, roomy=len(columns) <= MOST_ROOMY)
    _add_labels(canvas, rows, names, theme, left=left)
    _add_symbols(canvas, tiles, theme)
    return canvas.figure()


_PATTERNS = {"inconclusive": "/", "not_assessable": "\\"}


def _gap(tile_height: int) -> float:
    return 2 / tile_height


def _fill(tile: Tile, largest: float, theme: Theme) -> str:
    """Return the colour of a gap: equal slopes on both sides of zero, so that equal gaps look equally strong."""
    if tile.estimate is None or not largest:
        return theme.middle
    colour = VERDICT_COLOURS["penalty" if tile.estimate > 0 else "favourable"]
    return mix(theme.middle, colour, abs(tile.estimate) / largest * _STRONGEST)


def mix(start: str, end: str, share: float) -> str:
    """Return a colour between two, as #RRGGBB.

    Example:
        >>> mix("#000000", "#FF8000", 0.5)
        '#804000'
    """
    parts = [(int(start[i : i + 2], 16), int(end[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share + 1e-9):02X}" for a, b in parts)


def ink_on(fill: str) -> str:
    """Return black or white ink, whichever contrasts more with a fill (WCAG 2 relative luminance).

    Example:
        >>> ink_on("#F3F4F4"), ink_on("#232A30")
        ('#14181C', '#FFFFFF')
    """
    channels = [int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#14181C" if luminance > 0.199 else "#FFFFFF"


def _add_text(canvas: Canvas, tile: Tile, fill: str, theme: Theme, *, roomy: bool) -> None:
    ink = ink_on(fill)
    if tile.estimate is None:
        text, ink = f"<span style='font-size:11px'>{tile.lines[0]}</span>", theme.ink2
    elif roomy:
        text = f"<b style='font-size:15px'>{tile.lines[0]}</b><br><span style='font-size:11px'>{tile.lines[1]}</span>"
    else:
        text = f"<b style='font-size:13px'>{tile.lines[0]}</b>"
    hatched = tile.verdict in _PATTERNS
    canvas.text(
        x=tile.column + 0.5,
        y=tile.row + 0.5,
        text=text,
        font={"color": ink},
        bgcolor=fill if hatched else "rgba(0,0,0,0)",
        borderpad=2,
        captureevents=False,
    )
    if tile.chosen:
        canvas.shape(
            type="rect",
            x0=tile.column + 0.005,
            x1=tile.column + 0.995,
            y0=tile.row + 0.01,
            y1=tile.row + 0.99,
            line={"color": theme.ink, "width": 2.5},
            fillcolor="rgba(0,0,0,0)",
        )


def _add_labels(
    canvas: Canvas, rows: Sequence[tuple[str, str]], columns: Sequence[str], theme: Theme, *, left: int
) -> None:
    for position, name in enumerate(columns):
        canvas.text(
            x=position + 0.5,
            yref="paper",
            y=1,
            yanchor="bottom",
            yshift=5,
            text=name,
            font={"size": 12 if len(columns) <= _MOST_LARGE_NAMES else 11, "color": theme.ink, "weight": 600},
        )
    for position, texts in enumerate(rows):
        first, second = map(figure_text, texts)
        text = f"{first}<br><span style='font-size:11px;color:{theme.ink2}'>{second}</span>" if second else first
        canvas.text(
            xref="paper",
            x=0,
            xshift=-left,
            xanchor="left",
            y=position + 0.5,
            text=text,
            align="left",
            font={"size": 12, "color": theme.ink},
        )


def _add_symbols(canvas: Canvas, tiles: Sequence[Tile], theme: Theme) -> None:
    """Mark the verdicts that the tint does not show: pay less, equal, cannot tell yet."""
    for tile in tiles:
        if tile.verdict not in ("favourable", "equivalent", "inconclusive"):
            continue
        canvas.trace(
            "scatter",
            x=[tile.column + 0.9],
            y=[tile.row + 0.16],
            mode="markers",
            hoverinfo="skip",
            marker={**mark(tile.verdict, theme), "size": 7},
        )
