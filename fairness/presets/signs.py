"""What the values of an export show about how they are written: dates, numbers, words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from fairness.intake.vendor_words import STATUSES

DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y%m%d", "%d/%m/%y", "%m/%d/%y",
    "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d.%m.%y",
)  # fmt: skip
ZONES = (
    "UTC", "Europe/London", "Europe/Berlin", "Europe/Helsinki", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles", "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo",
    "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip
"""Zones that are proposed, one for each usual clock."""

CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?)?", re.IGNORECASE
)
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|UTC|[+-]\d{2}(:?\d{2})?)", re.IGNORECASE)
_LEAST, _NEARLY_ALL = 20, 0.95
_COMMA = re.compile(r"[-+(]?\d{1,3}(\.\d{3})*,\d{1,2}\)?-?|[-+]?\d+,\d+")
_POINT = re.compile(r"[-+(]?\d{1,3}(,\d{3})*\.\d+\)?-?|[-+]?\d+\.\d+")


def date_formats(values: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the possible readings of these texts; where there are several, nothing decides between them.

    ISO 8601 needs no format: an empty reading.

    Example:
        >>> date_formats(["31/12/2024", "01/02/2025"]), date_formats(["2025-01-31"]), date_formats(["1/2/2025"])
        ([('%d/%m/%Y',)], [()], [('%d/%m/%Y',), ('%m/%d/%Y',)])
    """
    texts = sorted({value.strip() for value in values if value.strip()})
    if not texts:
        return [()]
    rest = [text for text in texts if not _ISO.fullmatch(text)]
    if not rest:
        return [()]
    found = [
        (form,)
        for form in (day + clock for clock in CLOCKS for day in DAYS)
        if all(_reads(text, form) for text in rest)
    ]
    # A year of four digits is not one of two.
    found = [reading for reading in found if "%y" not in reading[0] or all(not re.search(r"\d{4}", t) for t in rest)]
    return [(*reading, *_iso_beside(texts, rest)) for reading in found]


def _iso_beside(texts: Sequence[str], rest: Sequence[str]) -> tuple[str, ...]:
    return ("%Y-%m-%d",) if len(rest) < len(texts) else ()


def _reads(text: str, form: str) -> bool:
    try:
        read = datetime.strptime(text, form)
    except ValueError:
        return False
    return 1950 <= read.year <= 2100


def numerals(values: Sequence[str]) -> tuple[str, str]:
    """Return decimal and thousands sign of these texts; a point and none where nothing shows another.

    Example:
        >>> numerals(["1.234,50", "99,00"]), numerals(["1,234.50"]), numerals(["12", "13.5"])
        ((',', '.'), ('.', ','), ('.', ''))
    """
    texts = [value.strip() for value in values]
    commas = [text for text in texts if _COMMA.fullmatch(text) and not _POINT.fullmatch(text)]
    points = [text for text in texts if _POINT.fullmatch(text) and not _COMMA.fullmatch(text)]
    if len(commas) > len(points):
        return ",", "." if any("." in text for text in commas) else ""
    return ".", "," if any("," in text for text in points) else ""


def period_end(counts: tuple[int, int]) -> str | None:
    """Return what period ends are by how many rows show an inclusive and an exclusive one; None where they disagree."""
    inclusive, exclusive = counts
    total = inclusive + exclusive
    if total and inclusive >= 0.95 * total:
        return "inclusive"
    return "exclusive" if not total or exclusive >= 0.95 * total else None


def status_case(column: str, values: Sequence[str]) -> tuple[str, list[str]]:
    """Return an expression that gives ``invoice_status`` for vendor words, and the words that nobody knows.

    Example:
        >>> print(*status_case("Status", ["Posted", "Moved"]))
        case lower(Status) when 'posted' then 'final' else Status end ['moved']
    """
    words = sorted({value.strip().casefold() for value in values if value.strip()})
    known = {word: STATUSES[word] for word in words if word in STATUSES}
    canonical = {"draft", "final", "void", "unknown"}
    unknown = [word for word in words if word not in known and word not in canonical]
    if all(known.get(word, word) == word for word in words if word not in unknown):
        return column, unknown
    arms = " ".join(f"when '{word}' then '{meaning}'" for word, meaning in known.items())
    return f"case lower({column}) {arms} else {column} end", unknown


def most_common(values: Sequence[str]) -> list[str]:
    """Return the distinct values that are not blank, the most frequent first."""
    counted = Counter(value.strip() for value in values if value.strip())
    return [value for value, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]


def midnight_zones(values: Sequence[str]) -> list[str]:
    """Return the zones in which nearly all moments are midnight, so that they are days written as moments.

    Values without a zone say nothing; fewer than 20 decide nothing. Of zones with the same clock one is listed.

    Example:
        >>> midnight_zones(["2024-05-31T22:00:00Z", "2024-12-31T23:00:00Z"] * 10)
        ['Europe/Berlin']
        >>> midnight_zones(["2024-05-31T14:07:00Z"] * 20)
        []
    """
    moments = [moment for value in values if (moment := _moment(value)) is not None]
    if len(moments) < _LEAST:
        return []
    return [
        zone
        for zone in ZONES
        if sum(_is_midnight(moment.astimezone(ZoneInfo(zone))) for moment in moments) >= _NEARLY_ALL * len(moments)
    ]


def _moment(text: str) -> datetime | None:
    if not _ZONED.fullmatch(text.strip()):
        return None
    try:
        return datetime.fromisoformat(re.sub(r" ?(Z|UTC)$", "+00:00", text.strip(), flags=re.IGNORECASE))
    except ValueError:
        return None


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def is_whole_throughout(values: Sequence[str]) -> bool:
    """Return whether amounts look like the smallest unit of a currency: whole, large, and most no round hundreds.

    Example:
        >>> [is_whole_throughout([text] * 20) for text in ("1999", "19.99", "20", "2000")]
        [True, False, False, False]
    """
    texts = [value.strip() for value in values]
    if len(texts) < _LEAST or not all(re.fullmatch(r"-?[0-9]+", text) for text in texts):
        return False
    amounts = sorted(abs(int(text)) for text in texts)
    return amounts[len(amounts) // 2] >= 100 and sum(amount % 100 != 0 for amount in amounts) * 2 >= len(amounts)
