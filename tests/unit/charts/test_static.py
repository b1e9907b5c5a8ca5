"""What is drawn on paper, read back as a reader does: by the labels of its axis, not by its own scale."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from fairness.charts.chart_spec import HeatMap, IntervalRows, Month, MonthlySteps, Row
from fairness.charts.static.charts import draw
from fairness.charts.static.drawing import Circle, Drawing, Line, Outline, Text

WIDTH = 420.0
ROWS = [
    Row("North", right=("12.0 %",), estimate=0.12, lower=0.08, upper=0.17, verdict="penalty"),
    Row("South", right=("-3.0 %",), estimate=-0.03, lower=-0.06, upper=-0.01, verdict="favourable"),
    Row("East", right=("–",)),
    Row("West", right=("0.4 %",), estimate=0.004, lower=-0.004, upper=0.009, verdict="equivalent"),
]
NAMES = ["Oct 2025", "Nov 2025", "Dec 2025"]
GAPS = [(0.02, 0.01, 0.03), (0.05, 0.04, 0.06), (0.11, 0.09, 0.13)]

Scale = Callable[[float], float]


def texts(drawing: Drawing) -> list[Text]:
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


def scale(drawing: Drawing, along: int) -> Scale:
    """Return what turns a coordinate into a fraction, from the labels of the ticks: 0 for x, 1 for y."""
    ticks = [text for text in texts(drawing) if re.fullmatch(r"[−-]?[\d.]+( %)?", text.text) and text.size == 11]
    places = sorted((float(text.text.removesuffix(" %").replace("−", "-")) / 100, text.place[along]) for text in ticks)
    assert len(places) >= 2
    (first, start), (last, end) = places[0], places[-1]
    factor = (last - first) / (end - start)
    for value, place in places:
        assert first + (place - start) * factor == pytest.approx(value, abs=1e-9)
    # More is to the right, and up.
    assert (factor > 0) == (along == 0)
    # The label of a tick stands under its line; beside the line, four pixels lower, where the axis is upright.
    shift = 4 if along else 0
    return lambda place: first + (place + shift - start) * factor


def rows() -> tuple[Drawing, Scale]:
    drawing = draw(IntervalRows(ROWS, 0.01, "", left=0), WIDTH, "")
    return drawing, scale(drawing, 0)


def months(drawn: list[Month], verdict: str = "penalty") -> tuple[Drawing, Scale]:
    drawing = draw(MonthlySteps(drawn, 0.01, "", verdict=verdict, last="11 %"), WIDTH, "")
    return drawing, scale(drawing, 1)


def centre(shape: Circle | Outline) -> tuple[float, float]:
    if isinstance(shape, Circle):
        return shape.centre
    return (
        sum(x for x, _ in shape.places) / len(shape.places),
        sum(y for _, y in shape.places) / len(shape.places),
    )


def test_an_interval_reaches_from_its_lower_to_its_upper_end_by_the_labels_of_the_axis() -> None:
    drawing, value = rows()
    lines = [shape for shape in drawing.shapes if isinstance(shape, Line) and shape.is_round]
    ends = [(value(line.start[0]), value(line.end[0])) for line in lines]
    assert [end for pair in ends for end in pair] == pytest.approx([0.08, 0.17, -0.06, -0.01, -0.004, 0.009])
    assert all(line.start[1] == line.end[1] for line in lines)


def test_a_mark_lies_at_its_estimate_on_the_line_of_its_interval_beside_its_label() -> None:
    drawing, value = rows()
    drawn = list(drawing.shapes)
    lines = [number for number, shape in enumerate(drawn) if isinstance(shape, Line) and shape.is_round]
    marks = [centre(shape) for number in lines if isinstance(shape := drawn[number + 1], Circle | Outline)]
    assert [value(x) for x, _ in marks] == pytest.approx([0.12, -0.03, 0.004])
    labels = {text.text: text.place[1] for text in texts(drawing)}
    for (_, y), number, name in zip(marks, lines, ("North", "South", "West"), strict=True):
        line = drawn[number]
        assert isinstance(line, Line)
        assert y == pytest.approx(line.start[1])
        assert labels[name] == pytest.approx(y - 3)
    # A row without an interval keeps its place; rows run from the top.
    assert labels["North"] < labels["South"] < labels["East"] < labels["West"]


def test_colours_and_shapes_say_the_verdict() -> None:
    drawing, _ = rows()
    drawn = list(drawing.shapes)
    lines = [number for number, shape in enumerate(drawn) if isinstance(shape, Line) and shape.is_round]
    said = [(drawn[number].colour, type(drawn[number + 1]), drawn[number + 1].fill) for number in lines]  # type: ignore[union-attr]
    assert said == [
        ("#D55E00", Circle, "#D55E00"),
        ("#1F7FB5", Outline, "#56B4E9"),
        ("#009E73", Outline, "#009E73"),
    ]


def test_the_band_of_equality_lies_around_the_line_of_zero() -> None:
    drawing, value = rows()
    band = next(shape for shape in drawing.shapes if isinstance(shape, Outline) and shape.fill == "#DDE2E6")
    assert sorted({round(value(x), 9) for x, _ in band.places}) == [-0.01, 0.01]
    zero = next(shape for shape in drawing.shapes if isinstance(shape, Line) and shape.colour == "#14181C")
    assert value(zero.start[0]) == pytest.approx(0)


def test_months_run_from_left_to_right_over_their_names_at_their_values() -> None:
    drawing, value = months([Month(name, *gap) for name, gap in zip(NAMES, GAPS, strict=True)])
    (steps,) = (shape for shape in drawing.shapes if isinstance(shape, Outline) and shape.stroke is not None)
    assert steps.stroke == "#D55E00"
    starts, ends = steps.places[::2], steps.places[1::2]
    assert [value(y) for _, y in starts] == pytest.approx([gap for gap, _, _ in GAPS])
    assert [y for _, y in starts] == [y for _, y in ends]
    names = {text.text: text.place[0] for text in texts(drawing)}
    assert [x for x, _ in starts] == pytest.approx([names[name] for name in NAMES])
    assert all(start < end for (start, _), (end, _) in zip(starts, ends, strict=True))
    assert [x for x, _ in ends[:-1]] == pytest.approx([x for x, _ in starts[1:]])


def test_the_ribbon_of_the_months_is_that_of_their_intervals() -> None:
    drawing, value = months([Month(name, *gap) for name, gap in zip(NAMES, GAPS, strict=True)])
    ribbon = [shape for shape in drawing.shapes if isinstance(shape, Outline)][1]
    steps = next(shape for shape in drawing.shapes if isinstance(shape, Outline) and shape.stroke is not None)
    upper, lower = ribbon.places[:6], ribbon.places[6:][::-1]
    assert ribbon.fill == "#F8E4D4"
    assert [value(y) for _, y in upper[::2]] == pytest.approx([high for _, _, high in GAPS])
    assert [value(y) for _, y in lower[::2]] == pytest.approx([low for _, low, _ in GAPS])
    assert [x for x, _ in upper] == [x for x, _ in lower] == [x for x, _ in steps.places]


def test_no_line_leads_over_a_month_that_is_not_shown() -> None:
    gaps = [GAPS[0], (None, None, None), GAPS[2]]
    drawing, value = months([Month(name, *gap) for name, gap in zip(NAMES, gaps, strict=True)])
    lines = [shape for shape in drawing.shapes if isinstance(shape, Outline) and shape.stroke is not None]
    names = {text.text: text.place[0] for text in texts(drawing)}
    assert [line.places[0][0] for line in lines] == pytest.approx([names["Oct 2025"], names["Dec 2025"]])
    assert [value(line.places[0][1]) for line in lines] == pytest.approx([0.02, 0.11])
    assert all(len(line.places) == 2 for line in lines)


@pytest.mark.parametrize(("verdict", "colour"), [("penalty", "#D55E00"), ("favourable", "#56B4E9")])
def test_a_month_line_has_the_colour_of_its_verdict(verdict: str, colour: str) -> None:
    sign = 1 if verdict == "penalty" else -1
    drawn = [Month(name, *(sign * value for value in gap)) for name, gap in zip(NAMES, GAPS, strict=True)]
    drawing, value = months(drawn, verdict)
    (steps,) = (shape for shape in drawing.shapes if isinstance(shape, Outline) and shape.stroke is not None)
    assert steps.stroke == colour
    assert [value(y) for _, y in steps.places[::2]] == pytest.approx([sign * gap for gap, _, _ in GAPS])


def test_a_heat_map_has_no_drawing() -> None:
    with pytest.raises(TypeError, match="HeatMap has no drawing"):
        draw(HeatMap([], [], [], left=0, tile_height=1), WIDTH, "")
