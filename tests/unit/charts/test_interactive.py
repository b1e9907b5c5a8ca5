"""What is drawn, read back from the figures: marks, ends, directions and colours, not that something was drawn."""

from __future__ import annotations

from typing import Any

import pytest

from fairness.charts.chart_spec import HeatMap, IntervalColumns, IntervalRows, Month, MonthlySteps, Row, Tile
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
