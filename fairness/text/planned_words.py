"""Planned prices in words: whom they reach, what they do to the gap, and which promises they break."""

from __future__ import annotations

from typing import Any

from fairness.text import numbers
from fairness.text.verdict_words import VERDICTS

ESTIMANDS = {
    "offer_gap": "gap to the offer",
    "like_for_like_gap": "gap like for like",
    "raw_gap": "raw gap",
    "overpayment": "paid above the offer",
}
"""Name of each question that is asked again."""

RESULTS = {
    "clear": "Nothing that is tested gets worse.",
    "worse": "Planned prices make something worse.",
    "unknown": "Nothing that can be judged gets worse, but not everything can be judged.",
}
"""Name of each result."""

FLIPS = "Verdicts that change"
RULES = "Promises"
BREAKS = "Promises that break"
MISSING = "Not in the file, though others on the plan are"
"""Titles of tables."""

COLUMNS = {
    FLIPS: ("question", "where", "without the plan", "with it"),
    RULES: ("rule", "failed without the plan", "with it", "newly broken"),
    BREAKS: ("rule", "customer", "product", "on", "line"),
    MISSING: ("product", "plan", "customers not in it", "in it"),
}
"""Columns of each table."""


def more(number: int) -> str:
    """Return how many rows a table leaves out."""
    return f"and {numbers.count(number)} more: --format json lists all"


def reading(found: dict[str, Any]) -> str:
    """Return a gap with its interval and verdict."""
    if found["value"] is None:
        return verdict(found["reading"])
    text = numbers.percent(found["value"], signed=True)
    if found["lower"] is not None:
        text += f" ({numbers.percentage(found['lower'])} to {numbers.percent(found['upper'])})"
    return f"{text}, {verdict(found['reading'])}"


def verdict(name: str | None) -> str:
    """Return a verdict as it is printed; a dash where there is none."""
    return "–" if name is None else VERDICTS[name].label.replace(" within {margin}", "")


def reach(document: dict[str, Any]) -> str:
    """Return how many the plan reaches, and the money."""
    found, currency = document["reach"], document["currency"]
    text = (
        f"By {numbers.month(document['at'])} the plan reaches {numbers.many(found['customers'], 'customer')}: "
        f"{numbers.count(found['raised'])} prices rise, by {numbers.money(found['raised_a_year'], currency)} a year, "
        f"and {numbers.count(found['lowered'])} fall"
    )
    if found["lowered"]:
        text += f", by {numbers.money(found['lowered_a_year'].lstrip('-'), currency)} a year"
    if found["unchanged"]:
        text += f"; {numbers.count(found['unchanged'])} stay"
    if found["not_yet_charged"]:
        text += f"; {numbers.count(found['not_yet_charged'])} are charged only later"
    return f"{text}."


def gap(document: dict[str, Any]) -> str:
    """Return the headline without and with the plan, and the paired difference."""
    found = document["headline"]
    text = f"Without the plan: {reading(found['before'])}. With it: {reading(found['after'])}."
    change = found["difference"]
    if change["value"] is None:
        return text
    points = f"{numbers.percentage(change['value'], signed=True)} points"
    if change["lower"] is None:
        return f"{text} Difference: {points}, without an interval."
    lower, upper = (numbers.percentage(change[side]) for side in ("lower", "upper"))
    return f"{text} Difference: {points} ({lower} to {upper})."


def locks(document: dict[str, Any]) -> str:
    """Return how many price locks the plan meets, and how many it breaks."""
    found = document["locks"]
    if not found["policies"]:
        return "No price lock is in its way."
    return (
        f"{numbers.many(found['policies'], 'price lock')} still run on the day of the charge; "
        f"{numbers.count(found['broken'])} would be broken."
    )


def unmatched(document: dict[str, Any]) -> str:
    """Return which rows name nobody; empty where all of them name somebody."""
    lines = document["unmatched"]
    if not lines:
        return ""
    shown = ", ".join(str(line) for line in lines[:10]) + (", ..." if len(lines) > 10 else "")
    allowed = "" if len(lines) > document["allow_unmatched"] else " This many are allowed."
    said = "row concerns nobody: line" if len(lines) == 1 else "rows concern nobody: lines"
    return f"{numbers.count(len(lines))} {said} {shown} of {document['file']}.{allowed}"


def notice(document: dict[str, Any]) -> str:
    """Return on which days one mailing to everybody who is raised is lawful and in time."""
    found = document["notice"]
    if found["last"] is None:
        return "Nobody is raised: no notice is due."
    last = numbers.day(found["last"])
    asked = f"{found['least_days']} days before the first charge on {numbers.day(found['first_charge'])}"
    if found["first"] is None:
        return f"Last day for the letters: {last}, {asked}."
    if found["first"] > found["last"]:
        return (
            f"No single day suits everybody: notice is due {found['least_days']} to {found['most_days']} days ahead, "
            f"and charges run from {numbers.day(found['first_charge'])} to {numbers.day(found['last_charge'])}. Send "
            "the letters in batches."
        )
    return f"Letters may go out from {numbers.day(found['first'])} to {last}, {asked}."


def rule(found: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return one row of the table of promises: rule, without the plan, with it, policies that it breaks for."""
    if found["before"]["result"] == "not_run":
        return found["name"] or found["statement"], "not run", "not run", "–"
    sides = [
        f"{numbers.count(found[when]['fail'])} of {numbers.count(found[when]['pass'] + found[when]['fail'])}"
        for when in ("before", "after")
    ]
    return found["name"] or found["statement"], sides[0], sides[1], numbers.count(found["broken"])


def scope(row: dict[str, Any]) -> str:
    """Return where a finding holds.

    Example:
        >>> scope({"where": {"product_id": "tv", "region": None}, "band": "5-9"})
        'tv, unknown, tenure 5-9'
    """
    parts = ["unknown" if value is None else str(value) for value in row["where"].values()]
    if row["band"] is not None:
        parts.append(f"tenure {row['band']}")
    return ", ".join(parts) or "the whole book"
