"""Named tenure bands, each with the document that uses it and what we had to fill in ourselves.

A preset is usable here when its clock is the age in months of the customer or of the loan, because the price ledger
bands customer tenure. Presets on another clock are known by name, so that asking for one says why it is refused.

Decision D32.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairness.errors import nearest


@dataclass(frozen=True, slots=True)
class BandPreset:
    """One published way to cut tenure into bands.

    Attributes:
        edges: Lower edges of half-open bands ``[lower, next)`` in completed months; the last band is open.
        clock: What the source counts from.
        source: The document that uses the bands.
        own: What the source leaves open and this preset decides; empty when nothing.
    """

    edges: tuple[int, ...]
    clock: str
    source: str
    own: str


BAND_PRESETS: dict[str, BandPreset] = {
    "fca_rep021": BandPreset(
        edges=tuple(range(0, 121, 12)),
        clock="customer tenure",
        source="FCA Handbook, SUP 16 Annex 49B: single years of tenure",
        own="one open band from 10 years on",
    ),
    "fca_ms18": BandPreset(
        edges=(0, 12, 72),
        clock="customer tenure",
        source="FCA, MS18/1 (secondary): new customers against more than 5 years",
        own="the middle band; 'more than 5 years' is read in completed years, so from 6 years (72 months) on",
    ),
    "fca_ms18_10": BandPreset(
        edges=(0, 12, 132),
        clock="customer tenure",
        source="FCA, MS18/1 (secondary): new customers against more than 10 years",
        own="the middle band; 'more than 10 years' is read in completed years, so from 11 years (132 months) on",
    ),
    "accc_loans": BandPreset(
        edges=(0, 12, 36, 60, 120),
        clock="loan age",
        source="ACCC, Home Loan Price Inquiry (secondary): new, 3 to 5 years, more than 10 years",
        own="the bands up to 3 years and from 5 to 10 years; new for 12 months; 10 years sharp is in the last",
    ),
    "rba": BandPreset(
        edges=(0, 12, 48),
        clock="loan age",
        source="RBA, Statement on Monetary Policy, February 2020, Box C: new loans against 4 years and older",
        own="a loan is new for 12 months, its completed year 0",
    ),
    "which": BandPreset(
        edges=(0, 12, 60, 168, 240),
        clock="customer tenure",
        source="Which? (secondary): year 1 against years 15 to 20",
        own="the cuts between; a year is the one the customer is in, so year 1 is months 0 to 11; past 20 years",
    ),
}

OTHER_CLOCKS: dict[str, str] = {
    "accc_energy": "plan age",
    "cbi": "renewal count",
    "ofcom": "contract status",
}
"""Presets of other clocks, by name: customer tenure cannot stand in for any of them."""


def preset_edges(name: str) -> tuple[int, ...]:
    """Return the band edges of a preset, in completed months.

    Args:
        name: A key of :data:`BAND_PRESETS`.

    Returns:
        The lower edges of the half-open bands, starting at 0.

    Raises:
        ValueError: The name is unknown, or its bands use another clock.

    Example:
        >>> preset_edges("rba")
        (0, 12, 48)
    """
    if name in OTHER_CLOCKS:
        raise ValueError(
            f"this preset counts on the clock '{OTHER_CLOCKS[name]}', but bands here cut customer tenure in months; "
            f"use a list of months or one of {_names()}"
        )
    if name not in BAND_PRESETS:
        raise ValueError(f"must be a list of months or one of {_names()}{nearest(name, BAND_PRESETS)}")
    return BAND_PRESETS[name].edges


def _names() -> str:
    return ", ".join(BAND_PRESETS)
