"""What is drawn, read back from the figures: marks, ends, directions and colours, not that something was drawn."""

from __future__ import annotations

from typing import Any

import pytest

from fairness.charts.chart_spec import (
    HeatMap,
    IntervalColumns,
    IntervalRows,
    Month,
    MonthlySteps,
    PriceDistributions,
    PriceShares,
    Row,
    Tile,
)
from fairness.charts.interactive import THEMES, draw

THEME = THEMES["light"]
ROWS = [
    Row("North", right=("12.0 %",), estimate=0.12, lower=0.08, upper=0.17, verdict="penalty", key="north"),
    Row("South", right=("-3.0 %",), estimate=-0.03, lower=-0.06, upper=-0.01, verdict="favourable", key="south"),
    Row("East", right=("–",)),
]


def _lines(figure: Any) -> list[Any]:
    return [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "lines"]


def _marks(figure: Any) -> list[Any]:
    return [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers"]


def _forest(rows: list[Row]) -> Any:
    return draw(IntervalRows(rows, 0.01, "equal within 1 %", left=80, columns=(10,), head=("", "Gap")), THEME)


def test_an_interval_reaches_from_its_lower_to_its_upper_end_on_the_line_of_its_mark() -> None:
    figure = _forest(ROWS)
    assert [tuple(line.x) for line in _lines(figure)] == [(0.08, 0.17), (-0.06, -0.01)]
    assert [tuple(mark.x) for mark in _marks(figure)] == [(0.12,), (-0.03,)]
    for line, mark in zip(_lines(figure), _marks(figure), strict=True):
        assert set(line.y) == set(mark.y)
    # A row without an interval has no mark, and keeps its place.
    assert [tuple(mark.y) for mark in _marks(figure)] == [(26.0,), (78.0,)]


def test_tenured_pay_more_is_to_the_right_and_rows_run_from_the_top() -> None:
    figure = _forest(ROWS)
    low, high = figure.layout.xaxis.range
    assert low < -0.06
    assert high > 0.17
    top, bottom = figure.layout.yaxis.range
    assert top > bottom == 0
    shown = {
        text: value for value, text in zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True)
    }
    assert shown["0"] == 0
    assert all((value > 0) == (not text.startswith("−")) for text, value in shown.items() if value)


def test_colour_and_symbol_say_the_verdict() -> None:
    penalty, favourable = _marks(_forest(ROWS))
    assert (penalty.marker.color, favourable.marker.color) == ("#D55E00", "#56B4E9")
    assert penalty.marker.symbol != favourable.marker.symbol


def test_the_margin_band_lies_around_zero() -> None:
    bands = [shape for shape in _forest(ROWS).layout.shapes if shape.type == "rect" and shape.x0 == -0.01]
    assert [(band.x0, band.x1) for band in bands] == [(-0.01, 0.01)]


def test_columns_stand_in_order_and_up_is_more() -> None:
    figure = draw(IntervalColumns(ROWS, 0.01, "", unit="Years", counts="Customers"), THEME)
    assert [tuple(line.y) for line in _lines(figure)] == [(0.08, 0.17), (-0.06, -0.01)]
    assert [tuple(mark.x) + tuple(mark.y) for mark in _marks(figure)] == [(0, 0.12), (1, -0.03)]
    low, high = figure.layout.yaxis.range
    assert low < -0.06 < 0.17 < high


def test_months_run_from_left_to_right_under_their_names() -> None:
    months, gaps = ["Oct 2025", "Nov 2025", "Dec 2025"], [0.02, 0.05, 0.11]
    low, high = [0.01, 0.04, 0.09], [0.03, 0.06, 0.13]
    drawn = [Month(*month) for month in zip(months, gaps, low, high, strict=True)]
    figure = draw(MonthlySteps(drawn, 0.01, "", verdict="penalty", last="11 %"), THEME)
    lower, upper, steps = _lines(figure)
    assert (list(lower.y), list(upper.y), list(steps.y)) == (low, high, gaps)
    assert list(steps.x) == [0, 1, 2]
    left, right = figure.layout.xaxis.range
    assert left < 0
    assert right > 2
    names = dict(zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True))
    assert names == {0: "Oct 2025", 1: "Nov 2025", 2: "Dec 2025"}
    assert (steps.line.shape, upper.fill) == ("hvh", "tonexty")
    last = next(note for note in figure.layout.annotations if note.text == "11 %")
    assert (last.x, last.y) == (2.5, 0.13)


def test_no_line_leads_over_a_month_that_is_not_shown() -> None:
    months = [Month("Oct", 0.02, 0.01, 0.03), Month("Nov", None, None, None), Month("Dec", 0.11, 0.09, 0.13)]
    figure = draw(MonthlySteps(months, 0.01, "", verdict="penalty", last="11 %"), THEME)
    assert [list(line.x) for line in _lines(figure)] == [[0]] * 3 + [[2]] * 3
    assert tuple(figure.layout.xaxis.ticktext) == ("Oct", "Nov", "Dec")


def test_texts_of_the_data_are_no_tags() -> None:
    figure = draw(
        IntervalRows([Row('<b>"A" & B</b>\nsecond', estimate=0.1, lower=0.0, upper=0.2)], 0.01, "", 80), THEME
    )
    texts = [note.text for note in figure.layout.annotations]
    assert '&lt;b&gt;"A" &amp; B&lt;/b&gt;<br>second' in texts


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_dear_cells_are_orange_cheap_ones_blue_and_larger_gaps_stronger(name: str) -> None:
    theme = THEMES[name]
    gaps = (0.20, 0.05, -0.05, -0.20)
    tiles = [
        Tile(0, column, gap, "penalty" if gap > 0 else "favourable", (f"{gap:.0%}", ""), f"cell {column}", "")
        for column, gap in enumerate(gaps)
    ]
    tiles.append(Tile(1, 2, None, "not_assessable", ("no offer",), "cell 4", ""))
    figure = draw(HeatMap(tiles, [("A", ""), ("B", "")], ["1", "2", "3", "4"], left=60, tile_height=44), theme)
    bars = figure.data[0]
    assert list(bars.x) == [0.5, 1.5, 2.5, 3.5, 2.5]
    assert [int(base) for base in bars.base] == [0, 0, 0, 0, 1]
    assert list(bars.customdata) == [tile.key for tile in tiles]
    warmth = [red - blue for red, _, blue in map(_channels, bars.marker.color)]
    middle = _channels(theme.middle)
    neutral = middle[0] - middle[2]
    assert warmth[0] > warmth[1] > neutral > warmth[2] > warmth[3]
    assert list(bars.marker.pattern.shape)[:4] == ["", "", "", ""]
    assert bars.marker.pattern.shape[4] == "\\"
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    texts = {(note.x, note.y): note.text for note in figure.layout.annotations}
    assert "20%" in texts[(0.5, 0.5)]
    assert "-20%" in texts[(3.5, 0.5)]


NEW = PriceShares("New", "4 customers", (20.0, 22.0), (3, 1), 20.5)
TENURED = PriceShares("Tenured", "10 customers", (20.0, 24.0, 26.0), (2, 5, 3), 23.8)


def _distributions(gap: tuple[float, float, float], verdict: str = "penalty") -> Any:
    """Return two distributions whose zero of the gap is an offer of 20."""
    chart = PriceDistributions(
        NEW,
        TENURED,
        reference=20.0,
        reference_name="Offer 20.00",
        offers=(19.0, 21.0),
        gap=gap,
        verdict=verdict,
        gap_texts=("+3.80", "19 %"),
        difference=("Gap", "per month"),
        margin=0.01,
        band_name="equal within 1 %",
        money="£",
        price_axis="Price",
    )
    return draw(chart, THEME)


def _across(axis: Any, value: float) -> float:
    """Return where a value lies across the plot, from 0 at the left to 1 at the right."""
    low, high = axis.range
    return (value - low) / (high - low)


@pytest.mark.parametrize(
    ("gap", "verdict", "colour"),
    [((0.19, 0.15, 0.24), "penalty", "#D55E00"), ((-0.03, -0.045, -0.02), "favourable", "#56B4E9")],
)
def test_a_gap_lies_under_the_price_that_it_leads_to(
    gap: tuple[float, float, float], verdict: str, colour: str
) -> None:
    figure = _distributions(gap, verdict)
    (line,), (point,) = _lines(figure), _marks(figure)
    assert (line.xaxis, line.yaxis, point.xaxis, point.yaxis) == ("x2", "y3", "x2", "y3")
    drawn = [_across(figure.layout.xaxis2, value) for value in (*point.x, *line.x)]
    under = [_across(figure.layout.xaxis, 20.0 * (1 + value)) for value in gap]
    assert drawn == pytest.approx(under)
    assert set(line.y) == set(point.y)
    assert (line.line.color, point.marker.color) == (colour, colour)
    # Dearer is to the right on both scales, and their labels say so.
    assert figure.layout.xaxis.range[0] < figure.layout.xaxis.range[1]
    ticks = dict(zip(figure.layout.xaxis2.tickvals, figure.layout.xaxis2.ticktext, strict=True))
    assert ticks[0] == "0"
    assert all(
        float(text.removesuffix(" %").replace("−", "-")) / 100 == pytest.approx(value) for value, text in ticks.items()
    )


def test_the_line_of_the_offer_runs_through_the_zero_of_the_gap() -> None:
    figure = _distributions((0.19, 0.15, 0.24))
    offers = [shape for shape in figure.layout.shapes if shape.type == "line" and shape.xref == "x"]
    assert [(shape.x0, shape.x1) for shape in offers] == [(20.0, 20.0), (19.0, 19.0), (21.0, 21.0)]
    assert (offers[0].y0, offers[0].y1) == (0, 1)
    assert _across(figure.layout.xaxis2, 0) == pytest.approx(_across(figure.layout.xaxis, 20.0))


def test_bars_stand_over_their_prices_with_the_share_of_their_group() -> None:
    figure = _distributions((0.19, 0.15, 0.24))
    new, tenured = (trace for trace in figure.data if trace.type == "bar")
    for bars, group, axis, colour in ((new, NEW, "y", "#0072B2"), (tenured, TENURED, "y2", "#D55E00")):
        assert (bars.yaxis, bars.marker.color) == (axis, colour)
        total = sum(group.customers)
        assert list(bars.y) == pytest.approx([n / total for n in group.customers])
        for middle, price in zip(bars.x, group.prices, strict=True):
            assert abs(middle - price) <= 0.51 * bars.width / 0.92
    means = [note for note in figure.layout.annotations if note.text == "▲"]
    assert [(note.x, note.yref) for note in means] == [(20.5, "y"), (23.8, "y2")]
    # The new stand above the tenured.
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1] > figure.layout.yaxis3.domain[1]


def test_parts_of_a_sum_are_bars_from_where_the_one_before_ends() -> None:
    rows = [Row("Start", bar=(0.0, 0.10)), Row("Less", bar=(0.10, 0.07)), Row("More", bar=(0.07, 0.12))]
    figure = _forest([Row(row.label, right=("–",), bar=row.bar) for row in rows])
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [(bar.base[0], bar.base[0] + bar.x[0]) for bar in bars] == [
        pytest.approx(pair) for pair in ((0.0, 0.10), (0.10, 0.07), (0.07, 0.12))
    ]
    assert [bar.marker.color == THEME.bar_rest for bar in bars] == [False, True, False]
    assert [bar.y[0] for bar in bars] == [26.0, 78.0, 130.0]
