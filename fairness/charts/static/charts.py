"""The charts of a snapshot: intervals side by side, and the gap month by month.

Every gap axis shows zero and the band of the margin; positive is to the right or up: tenured customers pay more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fairness.charts.chart_spec import Chart, IntervalRows, Month, MonthlySteps, Row, Run, runs
from fairness.charts.static.drawing import (
    BAND,
    GRID,
    INK,
    INK2,
    INK3,
    MARKS,
    TEXTS,
    Drawing,
    Line,
    Outline,
    Text,
    faded,
    ticks,
)
from fairness.text import snapshot

_ROW, _ROW_BESIDE = 36, 31
_AXIS = 20
_ROOM = 0.04
"""Room beyond the outermost interval, as a share of the axis."""
_LABEL_CHARACTERS = 25
_TICK = 11
_MONTH_WIDTH = 54
_SEE_THROUGH = 0.17

Axis = Callable[[float], float]
"""Value in, coordinate out."""


def draw(chart: Chart, width: float, label: str) -> Drawing:
    """Return a chart as a drawing.

    Args:
        chart: What it shows: intervals in rows, or a gap month by month; no other chart has a drawing.
        width: CSS pixels.
        label: What it shows, for readers who cannot see it.
    """
    match chart:
        case IntervalRows():
            return _rows(chart, width, label)
        case MonthlySteps():
            return _months(chart, width, label)
        case _:
            raise TypeError(f"{type(chart).__name__} has no drawing")


def _rows(chart: IntervalRows, width: float, label: str) -> Drawing:
    """Draw gaps with their intervals, one line each."""
    beside = any(row.right for row in chart.rows)
    left, right = (100.0, 130.0) if beside else (154.0, 12.0)
    height = len(chart.rows) * (_ROW_BESIDE if beside else _ROW) + 4.0
    drawing = Drawing(width, height + _AXIS, label)
    low, high = _range(chart.margin, [value for row in chart.rows for value in _interval(row)])
    marks = ticks(low, high, 3 if beside else 5)

    def at(value: float) -> float:
        return left + (value - low) / (high - low) * (width - left - right)

    drawing.rectangle((at(-chart.margin), 0), (at(chart.margin), height), BAND)
    for mark in marks:
        is_zero = mark == 0
        end = height + (4 if is_zero else 0)
        drawing.add(Line((at(mark), 0), (at(mark), end), INK if is_zero else GRID, 1.25 if is_zero else 1))
        text = snapshot.tick(mark, last=mark == marks[-1])
        drawing.add(Text((at(mark), height + 17), text, _TICK, INK3, anchor="middle"))
    step = height / len(chart.rows)
    for number, row in enumerate(chart.rows):
        y = step * number + step / 2
        _write(drawing, row, y, beside=beside)
        if row.estimate is not None and (ends := _interval(row)):
            drawing.interval((at(ends[0]), y), (at(ends[1]), y), row.verdict)
            drawing.mark((at(row.estimate), y), row.verdict)
    return drawing


def _interval(row: Row) -> tuple[float, ...]:
    """Return the ends of a row's interval; nothing where it has none, as it is then not drawn."""
    return () if row.estimate is None or row.lower is None or row.upper is None else (row.lower, row.upper)


def _write(drawing: Drawing, row: Row, y: float, *, beside: bool) -> None:
    """Write a row's texts: left of the chart, and right of it where the row has a figure there."""
    weight = 600 if row.strong else 500 if beside else 400
    drawing.add(Text((0, y - 3), shorten(_one_line(row.label)), weight=weight))
    if not beside:
        drawing.add(Text((0, y + 13), row.note, 12, INK if row.strong else INK2, weight))
        return
    drawing.add(
        Text((0, y + 11), shorten(_one_line(row.note)), 11, INK2),
        Text((drawing.width, y - 3), row.right[0], weight=600, anchor="end"),
        Text((drawing.width, y + 11), row.under, 11, INK2, anchor="end"),
    )


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


def _months(chart: MonthlySteps, width: float, label: str) -> Drawing:
    """Draw a step line, because a month's gap holds for the month."""
    top, height, left = 20.0, 122.0, 36.0
    drawing = Drawing(width, height + _AXIS, label)
    low, high = _range(chart.margin, [end for month in chart.months if month.known for end in month.known[1:]])
    marks = ticks(low, high, 5)
    right, bottom = width - 6, height - 2

    def up(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - top)

    drawing.rectangle((left, up(chart.margin)), (right, up(-chart.margin)), BAND)
    for mark in marks:
        is_zero = mark == 0
        ends = (left, up(mark)), (right, up(mark))
        drawing.add(Line(*ends, INK if is_zero else GRID, 1.25 if is_zero else 1))
        text = snapshot.tick(mark, last=mark == marks[-1])
        drawing.add(Text((left - 7, up(mark) + 4), text, _TICK, INK3, anchor="end"))
    step = (right - left) / len(chart.months)
    for run in runs(chart.months):
        _line(drawing, run, MARKS[chart.verdict], left=left, step=step, up=up)
    _name_months(drawing, chart.months, left, step, height)
    later = chart.months[-(len(chart.months) // 2) - 1 :]
    near = [month.known[2] for month in later if month.known]
    if near:
        place = (right, up(max(near)) - 7)
        drawing.add(Text(place, chart.last, 12, TEXTS[chart.verdict], 600, "end"))
    return drawing


def _line(drawing: Drawing, run: Run, colour: str, *, left: float, step: float, up: Axis) -> None:
    def steps(place: int) -> list[tuple[float, float]]:
        return [(left + (number + end) * step, up(known[place])) for number, known in run for end in (0, 1)]

    drawing.add(Outline((*steps(2), *steps(1)[::-1]), fill=faded(colour, _SEE_THROUGH)))
    drawing.add(Outline(tuple(steps(0)), stroke=colour, width=2.25))


def _name_months(drawing: Drawing, months: Sequence[Month], left: float, step: float, height: float) -> None:
    every = next((n for n in (1, 2, 3, 6, 12, 24, 60) if n * step >= _MONTH_WIDTH), 120)
    for number in range(0, len(months), every):
        x = left + number * step
        drawing.add(Line((x, height + 1), (x, height + 5), INK3))
        drawing.add(Text((x, height + 17), months[number].name, _TICK, INK3))


def _range(margin: float, values: list[float]) -> tuple[float, float]:
    """Return the ends of a gap axis, with zero, the margin's band and every interval inside."""
    low, high = min(-margin, *values), max(margin, *values)
    room = (high - low) * _ROOM
    return low - room, high + room


def shorten(text: str, most: int = _LABEL_CHARACTERS) -> str:
    """Return a text that fits its place; a cut is marked.

    Example:
        >>> shorten("Broadband", 12), shorten("Broadband and home insurance", 12)
        ('Broadband', 'Broadband a…')
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
