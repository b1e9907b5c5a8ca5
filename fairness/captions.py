"""Names of columns and values, and the notes beside figures: the words of the dashboard and the snapshot.

Like :mod:`fairness.words`, everything here takes findings as plain data; titles are in :mod:`fairness.titles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fairness import words

Data = Mapping[str, Any]
Findings = Sequence[Data]

_COLUMNS = {"product_id": "Product", "plan_id": "Plan", "interval_unit": "Billed by", "interval_count": "Billed every"}
_VALUES = {"true": "Yes", "false": "No"}
_BAND = re.compile(r"(?:(-?[\d.e+]+)-)?<(-?[\d.e+]+)")
_WORD_LIKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
COMPARATORS = {
    "raw_gap": "Raw, plans mixed",
    "like_for_like_gap": "Like for like",
    "offer_gap": "New-customer offer",
    "market_gap": "Against the market",
    "cost_gap": "Against expected cost",
    "change_gap": "Price change over a year",
}
"""Short name of each comparison, as a row label."""

BASES = {
    "headline": "Introductory price",
    "effective": "Effective price",
    "standard": "Price after it",
    "paid": "Paid by joiners",
}
"""Short name of each reading of the comparator."""

BASIS_IN_TEXT = {
    "headline": "introductory offer",
    "effective": "effective offer",
    "standard": "offer after the introduction",
    "paid": "prices paid",
}


def column(name: str) -> str:
    """Return a column's name for reading.

    Example:
        >>> column("product_id"), column("payment_method"), column("is_vulnerable"), column("MonthlyCharges")
        ('Product', 'Payment method', 'Vulnerable', 'MonthlyCharges')
    """
    if name in _COLUMNS:
        return _COLUMNS[name]
    if not _WORD_LIKE.fullmatch(name):
        return name
    text = re.sub(r"^is_|_id$", "", name).replace("_", " ")
    return text[:1].upper() + text[1:]


def value(text: str | None) -> str:
    """Return a value for reading: codes in lower case become words, anything else stays as the data have it.

    Example:
        >>> value("home_insurance"), value("Islands"), value("true"), value(None), value("30-<40"), value("<30")
        ('Home insurance', 'Islands', 'Yes', 'Unknown', '30 to under 40', 'Under 30')
    """
    if text is None:
        return "Unknown"
    if text in _VALUES:
        return _VALUES[text]
    if band := _BAND.fullmatch(text):
        return f"{band[1]} to under {band[2]}" if band[1] else f"Under {band[2]}"
    if not _WORD_LIKE.fullmatch(text):
        return text
    return (text[:1].upper() + text[1:]).replace("_", " ")


def values(texts: Iterable[str | None]) -> dict[str | None, str]:
    """Return the name of each value of a column; where two would read the same, all stay as the data have them.

    Example:
        >>> values(["mobile", "tv"]), values(["mobile", "Mobile"])
        ({'mobile': 'Mobile', 'tv': 'Tv'}, {'mobile': 'mobile', 'Mobile': 'Mobile'})
    """
    distinct = list(dict.fromkeys(texts))
    named = {text: value(text) for text in distinct}
    if len(set(named.values())) < len(distinct):
        return {text: "Unknown" if text is None else text for text in distinct}
    return named


def scope(finding: Data, order: Sequence[str]) -> str:
    """Return the name of a cell or group: its values in the order of the study's columns.

    Example:
        >>> scope({"scope": {"region": "South", "product_id": "home_insurance", "channel": "phone"}},
        ...     ["product_id", "region", "channel"])
        'Home insurance, South, phone'
    """
    return ", ".join(parts(finding, order))


def parts(finding: Data, order: Sequence[str]) -> list[str]:
    """Return the values of a scope for reading; a value that says little alone carries its column's name.

    Only the first starts with a capital, unless the data have it so.

    Example:
        >>> parts({"scope": {"senior": "0", "contract": "One year", "TV": "No"}}, ["contract", "senior", "TV"])
        ['One year', 'senior 0', 'TV no']
    """
    place = {name: number for number, name in enumerate(order)}
    items = sorted(finding["scope"].items(), key=lambda item: place.get(item[0], -1))
    found = []
    for number, (name, text) in enumerate(items):
        shown, title = value(text), column(name)
        if text is None or _says_little(text):
            shown = f"{title if number == 0 or title == name else _lower(title)} {_within(shown, text)}"
        elif number:
            shown = _within(shown, text)
        found.append(shown)
    return found


def _within(shown: str, raw: str | None) -> str:
    """Return a value as it stands within a list: a capital that the data do not have is taken back."""
    return shown if shown == raw and shown.casefold() not in ("yes", "no") else _lower(shown)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _says_little(text: str) -> bool:
    return text.casefold() in ("true", "false", "yes", "no") or bool(re.fullmatch(r"[\d<].*", text))


def band_label(label: str) -> str:
    """Return a tenure band for reading.

    Example:
        >>> band_label("3-4"), band_label("10+")
        ('3–4', '10+')
    """
    return label.replace("-", "–").replace(" months", "").replace(" month", "")


def band_unit(labels: Iterable[str]) -> str:
    """Return what tenure bands count: years, or months where a label says so."""
    return "Months" if any("month" in label for label in labels) else "Years"


def margin(document: Data) -> str:
    """Return the name of the margin band."""
    return f"equal within {document['study']['margin'] * 100:g} %"


def level(document: Data) -> str:
    """Return the study's confidence level, such as 95 %."""
    return f"{document['study']['confidence_level'] * 100:g} %"


def comparison(document: Data, *, horizon: int) -> str:
    """Return what the headline compares with, as the line above it."""
    head = document["headline"]
    if head["comparator"] in ("offer", "book"):
        basis = BASIS_IN_TEXT[head["basis"]]
        return (
            f"{basis} over {horizon} months"
            if head["basis"] == "effective" and head["comparator"] == "offer"
            else basis
        )
    if head["comparator"] == "derived":
        return "prices of joiners of the same month"
    return "new customers of the same cell"


def gap_name(finding: Data) -> str:
    """Return what the gap of a finding is a gap to, for the metric strip and subtitles."""
    if finding["estimand"] == "offer_gap":
        return "Gap to what joiners paid" if finding["comparator"] == "derived" else "Gap to the new-customer offer"
    return {
        "like_for_like_gap": "Gap to new customers, like for like",
        "market_gap": "Gap measured against the market",
        "cost_gap": "Gap measured against expected cost",
        "change_gap": "Difference of price changes",
        "raw_gap": "Raw gap",
    }[finding["estimand"]]


def comparator(finding: Data) -> str:
    """Return the comparator of a finding within a sentence."""
    if finding["estimand"] == "offer_gap" and finding["comparator"] != "derived":
        return "the offer"
    return "what joiners paid" if finding["estimand"] == "offer_gap" else "new customers"


def p_value(number: float | None) -> str:
    """Return a p-value for reading, never in e-notation.

    Example:
        >>> p_value(6e-36), p_value(0.0112), p_value(0.58), p_value(None), p_value(1.0)
        ('<0.001', '0.011', '0.58', '–', '1.00')
    """
    if number is None:
        return "–"
    if number < 0.001:
        return "<0.001"
    return f"{number:.3f}" if number < 0.1 else f"{number:.2f}"


def looked_at(findings: Iterable[Data], family: str | None) -> int:
    """Return for how many looks a family's p-values are corrected: its findings that have one, of the whole study.

    It is about tests of no gap; those of equivalence are a list of their own. A finding without a p-value could not be
    tested and is not corrected for; one that is only not shown is.

    Example:
        >>> looked_at([{"family": "cells", "p_value": 0.01}, {"family": "cells", "p_value": None}], "cells")
        1
    """
    return sum(finding["family"] == family and finding["p_value"] is not None for finding in findings)


def how_sure(finding: Data, n_looked_at: int) -> str:
    """Return what the p-values of a cell mean."""
    if finding["p_value"] is None:
        return "There is no test for this cell: too little varies in it."
    raw, adjusted = p_value(finding["p_value"]), p_value(finding["p_value_adjusted"])
    chance = (
        "in fewer than 1 of 1,000 draws"
        if finding["p_value"] < 0.001
        else f"in about {max(1, round(finding['p_value'] * 1000)):,} of 1,000 draws"
    )
    text = (
        f"If prices ignored tenure, a gap this large would turn up {chance} (p {_equals(raw)}); corrected for "
        f"looking at {words.many(n_looked_at, 'cell')}, adjusted p {_equals(adjusted)}."
    )
    if finding["minimum_detectable_gap"] is not None:
        text += f" The smallest gap that this cell could show is {words.percent(finding['minimum_detectable_gap'])}."
    return text


def _equals(text: str) -> str:
    return text.replace("<", "below ") if text.startswith("<") else f"is {text}"


def view_name(chosen: Iterable[tuple[str, str]]) -> str:
    """Return what the filters choose, by names of columns and values.

    Example:
        >>> view_name([]), view_name([("Region", "North"), ("Channel", "Phone")])
        ('whole book', 'Region North, Channel Phone')
    """
    return ", ".join(f"{name} {text}" for name, text in chosen) or "whole book"


def view_note(shown: int, total: int) -> str:
    """Return what a reader of a filtered view must know about its interval."""
    return (
        f"A view of {shown:,} of {words.many(total, 'cell')}, from the published counts. Its intervals are not "
        "corrected for choosing it; cells stay corrected for all."
    )


VIEW_FALLBACK = (
    "No new-customer offer exists in this view; it compares with new customers instead, unlike the whole book."
)
"""Warning of a filtered view that answers another question than the study."""

MEANINGS = {
    "mix_reverses_sign": "The raw gap is the plain difference of mean prices. Tenured and new customers hold different "
    "plans, so it also shows who holds what. Only the comparison within the same product, region and other columns of "
    "a cell says what tenure costs.",
    "degenerate_variance": "Where all prices of a group in a cell are equal there is no spread to estimate an interval "
    "from; the p-value then comes from shuffling the labels new and tenured.",
    "few_pricing_decisions": "Customers on the same offer share one decision of the firm. The interval counts "
    "decisions, not customers, and with so few of them no verdict is given.",
    "estimators_disagree": "The gap is measured in money, the rank test looks at the typical customer. When they "
    "disagree, a few very dear or very cheap customers decide the mean. Look at the distribution in the cells.",
    "small_effective_sample": "The interval is narrow because the known prices are alike. So few prices cannot rule "
    "out that others differ, so it is not called equal.",
    "offsetting_gaps": "Cells differ beyond chance, some above and some below. Their average hides both: read the "
    "cells on the page Where.",
    "narrow_support": "The answer covers only customers with something to compare with. The rest are listed with "
    "their reason and money; nothing is assumed about them.",
    "approximate": "The coverage of the interval has been shown for samples of at least 100 customers or 20 pricing "
    "decisions. This one is smaller.",
    "primary_fallback": "The study asks how far tenured customers pay above the new-customer offer, but no offer is in "
    "the data. They are compared with what new customers pay instead.",
}
"""What each warning means, for the link beside it."""


_SHORT = {
    "no_comparable_cell": "no match",
    "no_offer": "no offer",
    "no_offer_in_force": "no offer",
    "no_price": "no price",
    "no_new_customers": "no new",
    "too_few_customers": "too few",
    "too_few_joiners": "too few",
    "support_below_minimum": "too few",
}


def short_reason(reason: str) -> str:
    """Return why a cell cannot be assessed in two or three words, for a tile of the heat map."""
    return _SHORT.get(reason, "none")


def comparator_kind(finding: Data) -> str:
    """Return what a finding's prices are held against, for the list of definitions."""
    kinds = {"derived": "joiners' prices", "new_customers": "new customers", "book": "offer in the book"}
    if finding["comparator"] == "offer":
        return {"standard": "standard offer"}.get(finding["basis"], BASIS_IN_TEXT[finding["basis"]])
    kind = str(finding["comparator"])
    return kinds.get(kind, kind.replace("_", " "))
