"""What was told and what was charged, in words."""

from __future__ import annotations

from typing import Any

from fairness.text import numbers

OUTCOMES = {
    "kept": "Charged as told",
    "broken_lock": "Raised within a price lock",
    "early": "Charged before the day told",
    "late": "Charged later than told",
    "never": "Never charged",
    "more": "Charged more than told",
    "less": "Charged less than told",
    "superseded": "Replaced by a later letter",
    "not_assessable": "Not assessable",
}
"""Name of each outcome."""

REASONS = {
    "no_price_before": "no bill before the letter",
    "left": "no bill after it: the customer has left",
    "no_bill_yet": "no bill after it yet",
    "plan_changed": "the plan changed before it held",
    "other_interval": "the billing interval changed before it held",
    "not_understood": "the bill on which it should show is missing or not understood",
    "tax_unknown": "told with tax, and the bill states no tax",
}
"""Why a letter cannot be judged."""


def kept(found: dict[str, Any]) -> str:
    """Return the share of letters that were kept, with its interval where there are enough letter runs."""
    if not found["letters"]:
        return "No letter that tells a price can be judged."
    text = (
        f"Of {numbers.many(found['letters'], 'letter')} that can be judged, {numbers.percent(found['share'])} were kept"
    )
    runs = numbers.many(found["campaigns"], "letter run")
    if found["lower"] is None:
        return f"{text}; {runs} are too few for an interval."
    lower, upper = numbers.percentage(found["lower"]), numbers.percent(found["upper"])
    return f"{text} ({lower} to {upper}, by {runs})."


def untold(found: dict[str, Any] | None, currency: str) -> str:
    """Return how much prices rose without the customer being told in time, or that nobody knows."""
    if found is None:
        return "Untold rises: not assessable, because the study has no price events."
    if not found["customers"]:
        return f"Every rise of twelve months was told {found['notice_days']} days before it or earlier."
    return (
        f"Untold: {numbers.money(found['money'], currency)} a year, {numbers.many(found['customers'], 'customer')}, "
        f"rose in twelve months without a letter {found['notice_days']} days before."
    )


UNTOLD = "Rises that nobody was told of in time"
"""Title of a table."""
