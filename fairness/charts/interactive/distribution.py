"""The estimation plot of one cell: prices of new and tenured customers, and below them the gap on the same scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fairness.charts.chart_spec import PriceDistributions, PriceShares
from fairness.charts.interactive.canvas import Canvas
from fairness.charts.interactive.intervals import mark
from fairness.charts.interactive.scale import gap_axis, margin_band, percent_ticks, ticks
from fairness.charts.interactive.theme import NEW, TENURED, VERDICT_COLOURS, Theme, base_layout

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_BINS = 36


def price_distributions(chart: PriceDistributions, theme: Theme) -> Figure:
    """Return both distributions over a common price axis and, below, the gap with its zero under the comparator."""
    new, tenured, reference, gap = chart.new, chart.tenured, chart.reference, chart.gap
    left, height = 128, 440
    canvas = Canvas(base_layout(theme, height=height, left=left, right=8, top=26, bottom=24))
    low, high, step = _bins([*new.prices, *tenured.prices, *([reference] if reference else [])])
    plain = {"showticklabels": False, "showgrid": False, "zeroline": False, "fixedrange": True}
    canvas.axis("xaxis", range=[low, high], anchor="y2", ticklabelstandoff=12, **_price_ticks(low, high, chart.money))
    canvas.axis("yaxis", domain=[0.74, 1.0], **plain)
    canvas.axis("yaxis2", domain=[0.34, 0.68], **plain)
    highest = 0.0
    for group, axis, colour, text in ((new, "y", NEW, "new"), (tenured, "y2", TENURED, "tenured")):
        highest = max(highest, _add_bars(canvas, group, axis, colour, low=low, step=step))
        _add_group_label(canvas, group, theme.text[text], theme, 0.87 if axis == "y" else 0.51, left=left)
        _add_mean(canvas, group, axis, theme, reference)
    for axis in ("yaxis", "yaxis2"):
        canvas.axis(axis, range=[0, highest * 1.08 or 1])
    base = {"xref": "paper", "x": 0, "xshift": -left, "xanchor": "left", "yref": "paper"}
    canvas.text(base, y=0.34, yanchor="top", yshift=-14, text=chart.price_axis, font={"size": 11, "color": theme.ink3})
    if reference:
        _add_offer(canvas, reference, chart.reference_name, chart.offers, theme, to_bottom=gap is not None)
    if reference and gap:
        _add_gap(
            canvas,
            gap,
            chart.verdict,
            theme,
            reference=reference,
            low=low,
            high=high,
            margin=chart.margin,
            texts=chart.gap_texts,
            band_name=chart.band_name,
        )
        text = (
            f"{chart.difference[0]}<br><span style='font-size:11px;color:{theme.ink2};font-weight:400'>"
            f"{chart.difference[1]}</span>"
        )
        canvas.text(base, y=0.1, text=text, align="left", font={"size": 12, "color": theme.ink, "weight": 600})
    return canvas.figure()


def _bins(prices: Sequence[float]) -> tuple[float, float, float]:
    """Return the range and the width of price bins: a round width, and room at both ends."""
    low, high = min(prices, default=0.0), max(prices, default=1.0)
    span = max(high - low, high * 0.05, 0.01)
    raw = span / _BINS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    return math.floor(low / step) * step - 2 * step, math.ceil(high / step + 1e-9) * step + 3 * step, step


def _price_ticks(low: float, high: float, money: str) -> dict[str, Any]:
    values = [value for value in ticks(low, high, most=7) if value >= 0]
    decimals = 0 if all(abs(value - round(value)) < 1e-9 for value in values) else 2
    return {"tickmode": "array", "tickvals": values, "ticktext": [f"{money}{value:,.{decimals}f}" for value in values]}


def _add_bars(canvas: Canvas, group: PriceShares, axis: str, colour: str, *, low: float, step: float) -> float:
    """Draw the share of the group in each bin; return the largest."""
    total = sum(group.customers)
    shares: dict[int, int] = {}
    for price, n in zip(group.prices, group.customers, strict=True):
        position = int((price - low) / step + 1e-9)
        shares[position] = shares.get(position, 0) + n
    if not total:
        return 0.0
    heights = [shares[position] / total for position in sorted(shares)]
    canvas.trace(
        "bar",
        x=[low + (position + 0.5) * step for position in sorted(shares)],
        y=heights,
        yaxis=axis,
        width=step * 0.92,
        marker={"color": colour, "line": {"width": 0}},
        customdata=[f"{shares[position]:,} customers" for position in sorted(shares)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return max(heights)


def _add_group_label(canvas: Canvas, group: PriceShares, colour: str, theme: Theme, y: float, *, left: int) -> None:
    note = f"<span style='font-size:11px;color:{theme.ink2};font-weight:400'>{group.note}</span>"
    canvas.text(
        xref="paper",
        x=0,
        xshift=-left,
        xanchor="left",
        yref="paper",
        y=y,
        align="left",
        text=f"{group.label}<br>{note}",
        font={"size": 12, "color": colour, "weight": 600},
    )
    bottom = 0.74 if y > 0.7 else 0.34
    canvas.shape(
        type="line",
        xref="paper",
        x0=0,
        x1=1,
        yref="paper",
        y0=bottom,
        y1=bottom,
        line={"color": theme.hairline, "width": 1},
    )


def _add_mean(canvas: Canvas, group: PriceShares, axis: str, theme: Theme, reference: float | None) -> None:
    """Mark the mean under the bars; its name is on the side away from the comparator's line."""
    if group.mean is None:
        return
    below = reference is not None and group.mean < reference
    base = {"x": group.mean, "xref": "x", "y": 0, "yref": axis, "yanchor": "top", "yshift": 2}
    canvas.text(base, text="▲", font={"size": 10, "color": theme.ink})
    canvas.text(
        base,
        text="mean",
        xanchor="right" if below else "left",
        xshift=-7 if below else 7,
        font={"size": 11, "color": theme.ink3},
    )


def _add_offer(
    canvas: Canvas, reference: float, name: str, offers: Sequence[float], theme: Theme, *, to_bottom: bool
) -> None:
    canvas.shape(
        type="line",
        xref="x",
        x0=reference,
        x1=reference,
        yref="paper",
        y0=0 if to_bottom else 0.34,
        y1=1.0,
        line={"color": theme.ink, "width": 1.5, "dash": "5px,4px"},
    )
    canvas.text(
        x=reference,
        xref="x",
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="left",
        xshift=-2,
        yshift=4,
        text=name,
        font={"size": 12, "color": theme.ink, "weight": 600},
    )
    for price in offers if len(offers) > 1 else ():
        canvas.shape(
            type="line",
            xref="x",
            x0=price,
            x1=price,
            yref="paper",
            y0=0.985,
            y1=1.0,
            line={"color": theme.ink, "width": 1},
        )


def _add_gap(
    canvas: Canvas,
    gap: tuple[float, float, float],
    verdict: str | None,
    theme: Theme,
    *,
    reference: float,
    low: float,
    high: float,
    margin: float,
    texts: tuple[str, str],
    band_name: str,
) -> None:
    """Draw the gap on its own axis, whose zero lies under the reference and whose scale is that of the prices."""
    estimate, lower, upper = gap
    range_ = (low / reference - 1, high / reference - 1)
    axis = gap_axis(theme, range_, most=7)
    axis["ticktext"] = percent_ticks(axis["tickvals"])
    common = {"fixedrange": True, "zeroline": False, "tickfont": {"size": 11, "color": theme.ink3}}
    # Its zero is the line of the reference that runs through both plots.
    canvas.axis("xaxis2", **{**axis, **common}, anchor="y3", ticks="")
    canvas.axis("yaxis3", **common, domain=[0.0, 0.2], anchor="x2", range=[0, 1], showticklabels=False, showgrid=False)
    band = margin_band(theme, margin, along="x", axis="2")
    canvas.shape(**{**band, "yref": "y3 domain"})
    _mark_gap(canvas, gap, verdict, theme, hint=texts[1])
    at_right = estimate > range_[0] + (range_[1] - range_[0]) * 0.7
    canvas.text(
        x=lower if at_right else upper,
        xref="x2",
        y=0.35,
        yref="y3",
        xanchor="right" if at_right else "left",
        xshift=-10 if at_right else 10,
        align="right" if at_right else "left",
        text=f"<b>{texts[0]}</b><br>{texts[1]}",
        font={"size": 12, "color": theme.ink},
        bgcolor=theme.background,
    )
    canvas.text(
        x=margin,
        xref="x2",
        y=1,
        yref="y3",
        xanchor="left",
        yanchor="top",
        xshift=4,
        text=band_name,
        font={"size": 11, "color": theme.ink3},
    )


def _mark_gap(canvas: Canvas, gap: tuple[float, float, float], verdict: str | None, theme: Theme, *, hint: str) -> None:
    """Draw the interval and the estimate in the colour of the verdict."""
    estimate, lower, upper = gap
    colour = VERDICT_COLOURS[verdict or "inconclusive"]
    canvas.trace(
        "scatter",
        x=[lower, upper],
        y=[0.35, 0.35],
        xaxis="x2",
        yaxis="y3",
        mode="lines",
        hoverinfo="skip",
        line={"color": colour, "width": 2.5},
    )
    canvas.trace(
        "scatter",
        x=[estimate],
        y=[0.35],
        xaxis="x2",
        yaxis="y3",
        mode="markers",
        marker=mark(verdict, theme),
        hovertemplate=f"{hint}<extra></extra>",
    )
