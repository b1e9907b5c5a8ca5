"""The gap below the prices of a cell, read from what is drawn."""

from __future__ import annotations

import pytest

from fairness.charts.chart_spec import PriceDistributions, PriceShares
from fairness.charts.interactive import THEMES, price_distributions


@pytest.mark.parametrize("gap", [(0.1, 0.05, 0.15), (-0.1, -0.15, -0.05)])
def test_the_gap_lies_on_its_side_of_the_reference(gap: tuple[float, float, float]) -> None:
    """Its axis is that of the prices, divided by the reference: 20.00 is its zero."""
    estimate, lower, upper = gap
    chart = PriceDistributions(
        new=PriceShares("New", "2", [19.0, 21.0], [1, 1], 20.0),
        tenured=PriceShares("Tenured", "2", [18.0, 24.0], [1, 1], 20.0 * (1 + estimate)),
        reference=20.0,
        reference_name="Offer",
        offers=[20.0],
        gap=gap,
        verdict="penalty" if estimate > 0 else "favourable",
        gap_texts=("", ""),
        difference=("", ""),
        margin=0.01,
        band_name="",
        money="£",
        price_axis="",
    )
    figure = price_distributions(chart, THEMES["light"])
    line, mark = (trace for trace in figure.data if trace.xaxis == "x2")
    assert (list(line.x), list(mark.x)) == ([lower, upper], [estimate])
    low, high = figure.layout.xaxis.range
    assert list(figure.layout.xaxis2.range) == pytest.approx([low / 20 - 1, high / 20 - 1])
