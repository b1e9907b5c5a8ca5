"""Names of columns and values, and the notes beside figures: the words of the dashboard and the snapshot.

Like :mod:`fairness.text.sentences`, everything here takes findings as a document states them; titles are in
:mod:`fairness.text.titles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from fairness.findings.document import Finding
from fairness.findings.estimands import BY_NAME

_COLUMNS = {"product_id": "Product", "plan_id": "Plan", "interval_unit": "Billed by", "interval_count": "Billed every"}
_VALUES = {"true": "Yes", "false": "No"}
_BAND = re.compile(r"(?:(-?[\d.e+]+)-)?<(-?[\d.e+]+)")
_WORD_LIKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
BASES = {
    "headline": "Introductory price",
    "effective": "Effective price",
    "standard": "Price after it",
    "paid": "Paid by joiners",
}
"""Short name of each basis of the comparator."""

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


def scope(finding: Finding, order: Sequence[str]) -> str:
    """Return the name of a cell or group: its values in the order of the study's columns.

    Example:
        >>> scope(Finding(scope={"region": "South", "product_id": "home_insurance", "channel": "phone"}),
        ...     ["product_id", "region", "channel"])
        'Home insurance, South, phone'
    """
    return ", ".join(parts(finding.scope, order))


def parts(values: Mapping[str, str | None], order: Sequence[str]) -> list[str]:
    """Return the values of a scope for reading; a value that says little alone carries its column's name.

    Only the first starts with a capital, unless the data have it so.

    Example:
        >>> parts({"senior": "0", "contract": "One year", "TV": "No"}, ["contract", "senior", "TV"])
        ['One year', 'senior 0', 'TV no']
    """
    place = {name: number for number, name in enumerate(order)}
    items = sorted(values.items(), key=lambda item: place.get(item[0], -1))
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


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def band_name(label: str) -> str:
    """Return a tenure band in words, by itself.

    Example:
        >>> band_name("0"), band_name("3-4"), band_name("10+"), band_name("6-17 months")
        ('first year', '3–4 years', '10+ years', '6–17 months')
    """
    if "month" in label:
        return label.replace("-", "–")
    if label.isdigit() and int(label) < len(_ORDINALS):
        return f"{_ORDINALS[int(label)]} year"
    return f"{band_label(label)} years"


def band_unit(labels: Iterable[str]) -> str:
    """Return what tenure bands count: years, or months where a label says so."""
    return "Months" if any("month" in label for label in labels) else "Years"


def gap_name(finding: Finding) -> str:
    """Return what the gap of a finding is a gap to, for the metric strip and subtitles."""
    return "Gap to what joiners paid" if finding.comparator == "derived" else BY_NAME[finding.estimand].gap


def comparator(finding: Finding) -> str:
    """Return the comparator of a finding within a sentence."""
    if finding.comparator in ("offer", "book"):
        return "the offer"
    return "what joiners paid" if finding.comparator == "derived" else "new customers"


def comparator_kind(finding: Finding) -> str:
    """Return what a finding's prices are compared with, for the list of definitions."""
    kinds = {"derived": "joiners' prices", "new_customers": "new customers", "book": "offer in the book"}
    if finding.comparator == "offer":
        return {"standard": "standard offer"}.get(finding.basis, BASIS_IN_TEXT[finding.basis])
    return kinds.get(finding.comparator, finding.comparator.replace("_", " "))
