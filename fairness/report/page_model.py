"""What a page consists of, before any format: every surface of a snapshot renders these."""

from __future__ import annotations

from dataclasses import dataclass

from fairness.charts.chart_spec import Chart
from fairness.report.figures import Figure, FigureIndex
from fairness.report.note import SignOff


@dataclass(frozen=True, slots=True)
class Metric:
    """One item of the strip under the headline.

    Attributes:
        label: What it is.
        figure: The number.
        beside: Smaller text beside it.
        below: Smaller line below it.
        before: What it was in the snapshot before; empty without one.
    """

    label: str
    figure: Figure
    beside: str
    below: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart with its words.

    Attributes:
        key: Letter of its figures; its chart's file name begins with it.
        name: File name of the chart without its ending.
        title: The finding in words.
        subtitle: What is drawn.
        chart: What to draw.
        foot: n and source.
        figures: The numbers that the chart shows.
    """

    key: str
    name: str
    title: str
    subtitle: str
    chart: Chart
    foot: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A title with paragraphs; a paragraph is a figure where it holds a number of the study."""

    title: str
    paragraphs: tuple[Figure | str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a snapshot shows.

    Attributes:
        study: Title of the study.
        as_of: The month studied.
        comparator: What the headline compares with.
        filters: Who is in, and what makes two customers alike.
        build: The build that the numbers come from.
        rejected: What is shown above the answer where many rows were rejected.
        headline: The answer in three parts, the middle one stressed.
        verdict: The verdict of the answer.
        lead: Sentences under it.
        warnings: What a reader must know besides it.
        strip: Gap, money, people, support.
        panels: Charts, two per row.
        notes: Columns of text under them.
        sign_off: The owner's note, empty for a line to sign on, and the decision that is asked.
        band: What the grey band of a chart is called.
        foot: What is fact and what is inference.
        method: Second page.
        index: All figures.
    """

    study: str
    as_of: str
    comparator: str
    filters: str
    build: str
    rejected: tuple[str, ...]
    headline: tuple[str, str, str]
    verdict: str
    lead: tuple[Figure | str, ...]
    warnings: tuple[str, ...]
    strip: tuple[Metric, ...]
    panels: tuple[Panel, ...]
    notes: tuple[Note, ...]
    sign_off: SignOff
    band: str
    foot: str
    method: tuple[Note, ...]
    index: FigureIndex
