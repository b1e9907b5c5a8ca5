"""What a chart shows, before anything draws it: texts as they are read, numbers as they were computed.

Panels make these; :mod:`fairness.charts.interactive` and :mod:`fairness.charts.static` draw them. A line end within a
text begins a new line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

AXIS = 26
"""Pixels below the rows for the axis."""
MOST_ROOMY = 4
"""Columns of a heat map up to which an interval fits its tile; beyond that it is in the table and under the pointer."""


@dataclass(frozen=True, slots=True)
class Row:
    """One estimate with its interval; drawn only where both exist.

    Attributes:
        label: First line at the left.
        note: Second line at the left.
        right: Texts at the right edge of each column.
        under: Second line below the last but one of ``right``, or below the only one.
        estimate, lower, upper: Fractions, or None.
        verdict: Decides colour and symbol; None draws a hollow mark.
        strong: Whether it is the row that the page is about.
        key: What a click on the row stands for.
        hover: What a pointer over the mark shows; the first line is its name.
        height: Pixels.
        section: Whether the row is a heading over the following ones; it has only a label.
        bar: Where an exact part of a sum begins and ends: a bar, strong where it adds and pale where it takes away.
    """

    label: str
    note: str = ""
    right: tuple[str, ...] = ()
    under: str = ""
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    verdict: str | None = None
    strong: bool = False
    key: str = ""
    hover: str = ""
    height: int = 52
    section: bool = False
    bar: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class IntervalRows:
    """A forest plot: labels at the left, marks in the middle, texts at the right.

    Attributes:
        rows: From top to bottom.
        margin: Half the width of the band of equality, a fraction.
        band_name: What the band means, written in it once; empty where the subtitle says it.
        left: Pixels of the labels.
        columns: Distance of each right-hand column's right edge from the right side, pixels, outermost last.
        head: Heading of the label column and of each right-hand column.
        gap: Pixels between the marks and the right-hand texts.
        most_ticks: Largest number of ticks.
        ruled: Whether there is a hairline between the rows.
    """

    rows: Sequence[Row]
    margin: float
    band_name: str
    left: int
    columns: Sequence[int] = ()
    head: Sequence[str] = ()
    gap: int = 16
    most_ticks: int = 5
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class IntervalColumns:
    """Intervals side by side, in order: the gap by tenure band.

    Attributes:
        rows: From left to right; ``label`` below, ``note`` (the count) below that, ``right[0]`` above the interval.
        margin: Half the width of the band of equality, a fraction.
        band_name: What the band means.
        unit: What the labels count, such as years.
        counts: What the notes count.
        height: Pixels.
    """

    rows: Sequence[Row]
    margin: float
    band_name: str
    unit: str
    counts: str
    height: int = 194


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a series.

    Attributes:
        name: Its name as a reader sees it.
        estimate, lower, upper: Gap and interval, fractions; None in a month that is not shown.
        hover: What a pointer over it shows; the first line is its name.
    """

    name: str
    estimate: float | None
    lower: float | None
    upper: float | None
    hover: str = ""

    @property
    def known(self) -> tuple[float, float, float] | None:
        """Gap and interval, or None."""
        if self.estimate is None or self.lower is None or self.upper is None:
            return None
        return self.estimate, self.lower, self.upper


Run = list[tuple[int, tuple[float, float, float]]]
"""Consecutive months, each with its number, gap and interval."""


def runs(months: Sequence[Month]) -> list[Run]:
    """Return the months that are shown, in pieces: a line does not cross a month that is not.

    Example:
        >>> shown, not_shown = Month("May", 0.1, 0.0, 0.2), Month("Jun", None, None, None)
        >>> [[number for number, _ in run] for run in runs([shown, shown, not_shown, shown])]
        [[0, 1], [3]]
    """
    found: list[Run] = [[]]
    for number, month in enumerate(months):
        if month.known is None:
            found.append([])
        else:
            found[-1].append((number, month.known))
    return [run for run in found if run]


@dataclass(frozen=True, slots=True)
class MonthMark:
    """Something that happened in a month of a series.

    Attributes:
        place: Number of the month.
        hover: What a pointer over the mark shows; the first line is its name.
    """

    place: int
    hover: str


@dataclass(frozen=True, slots=True)
class MonthlySteps:
    """The headline month by month: steps over the ribbon of their intervals; the last value is named.

    Attributes:
        months: In order.
        margin: Half the width of the band of equality, a fraction.
        band_name: What the band means.
        verdict: The study's verdict, for the colour.
        last: The last estimate with its interval, in words.
        height: Pixels.
        marks: Months in which something happened; drawn on the screen only.
    """

    months: Sequence[Month]
    margin: float
    band_name: str
    verdict: str
    last: str
    height: int = 218
    marks: Sequence[MonthMark] = ()


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell of a heat map.

    Attributes:
        row, column: Position.
        estimate: Fraction, or None where it cannot be assessed.
        verdict: Verdict of the cell.
        lines: Texts in it: the gap and its interval, or why there is none.
        key: What a click stands for.
        hover: What a pointer over it shows; the first line is its name.
        chosen: Outlined.
    """

    row: int
    column: int
    estimate: float | None
    verdict: str
    lines: tuple[str, ...]
    key: str
    hover: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Cells by their gaps.

    Attributes:
        tiles: The cells; a position without one stays empty.
        rows: Two lines of label per row.
        columns: Label per column.
        left: Pixels of the row labels.
        tile_height: Pixels per row.
    """

    tiles: Sequence[Tile]
    rows: Sequence[tuple[str, str]]
    columns: Sequence[str]
    left: int
    tile_height: int


@dataclass(frozen=True, slots=True)
class PriceShares:
    """Prices of one group in a cell.

    Attributes:
        label: Name of the group.
        note: Count and mean in words.
        prices: Distinct prices in major units.
        customers: Customers at each.
        mean: Mean price, major units; None without customers.
    """

    label: str
    note: str
    prices: Sequence[float]
    customers: Sequence[int]
    mean: float | None


@dataclass(frozen=True, slots=True)
class PriceDistributions:
    """Both distributions over a common price axis and, below, the gap with its zero under the comparator.

    Attributes:
        new: The new customers.
        tenured: The tenured customers.
        reference: Price that zero of the gap stands for: the mean offer, or the mean of new customers.
        reference_name: Its name with the price.
        offers: The separate offers behind it.
        gap: Estimate and interval, fractions; None where there is none.
        verdict: Verdict of the cell.
        gap_texts: The gap in money and in percent with its interval.
        difference: Name of the gap in two lines.
        margin: Half the width of the band of equality, a fraction.
        band_name: What the band means.
        money: Prefix of the price ticks.
        price_axis: Name of the price axis.
    """

    new: PriceShares
    tenured: PriceShares
    reference: float | None
    reference_name: str
    offers: Sequence[float]
    gap: tuple[float, float, float] | None
    verdict: str | None
    gap_texts: tuple[str, str]
    difference: tuple[str, str]
    margin: float
    band_name: str
    money: str
    price_axis: str


@dataclass(frozen=True, slots=True)
class PricePath:
    """What one thing has cost month by month, beside the offer of its month; on the screen only.

    Attributes:
        months: Names of the months, in order.
        price, offer: Currency units, None where unknown.
        hovers: What a pointer over a month shows; the first line is its name.
        names: Names of both lines.
    """

    months: Sequence[str]
    price: Sequence[float | None]
    offer: Sequence[float | None]
    hovers: Sequence[str]
    names: tuple[str, str]


Chart = IntervalRows | IntervalColumns | MonthlySteps | HeatMap | PriceDistributions | PricePath
