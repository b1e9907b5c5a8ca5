"""The words of the page *Price changes*: what raised prices, whom, and what letters had told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fairness.text import numbers, titles
from fairness.text.price_drivers import DRIVERS, OWNERS

LEAD = (
    "What raised prices in twelve months, whom the rises hit, and whether customers were charged what they were told."
)
MONEY = "What the rises add to twelve months of bills"
NOTHING_ROSE = ("No price of the same thing rose", "", "")
DRIVER_COLUMNS = ("What raised the price", "", "A year", "Customers")
BAND_COLUMNS = ("Tenure", "Held", "Raised", "", "Share raised", "Mean rise")
DECISION_COLUMNS = ("Decision", "From", "Raised", "A year")
OUTCOME_COLUMNS = ("Outcome", "", "Letters", "Customers", "Charged above", "Charged below")
TENURE_COLUMNS = ("Tenure", "Letters judged", "", "Kept", "Charged above", "Charged below")
RUN_COLUMNS = ("Letter run", "Letters judged", "Not kept", "Charged above", "Charged below")
UNTOLD_COLUMNS = ("Product", "", "A year", "Customers")
AHEAD = "Rises that are already written in bills, letters and the price book; offers and groups stay those of today"
AHEAD_COLUMNS = ("Month", "Raised", "", "Rises a year", "Falls a year", "Gap once charged")
EXPOSED = "Share of what was held of which the price was raised by a decision of the twelve months, and by how much"
DECIDED = "Share raised by tenure for each decision to raise, those with the most money first"
EVERYBODY = "Everything held in the window of the decisions counts once for each of them"
TOLD = "Letters that state a price or a lock, against the bills that followed"
KEPT_BY_TENURE = "Share of letters that were kept, of those that can be judged, by tenure on the day that was told"
BY_RUN = "Letters sent together; those with the most broken letters first"
NEVER_NETTED = "Charged above and below are never netted against each other"
NOT_FILTERED = "These are rows of single customers: this page shows the whole book"
NO_EVENTS = "Whether rises were told cannot be assessed: the study has no price events."
NO_LETTERS = "No letter of the study states a price or a lock"


def headline(document: dict[str, Any]) -> tuple[str, str, str]:
    """Return the headline of the page, its figure in the middle."""
    if not document["drivers"]:
        return NOTHING_ROSE
    amount = numbers.money(document["rises"]["money"], document["currency"])
    who = numbers.many(document["rises"]["customers"], "customer")
    return f"Rises of {document['months']} months cost {who} ", f"{amount} a year", ""


def strip(document: dict[str, Any], told: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Return the figures under the headline: without a reason, with one, told of and kept."""
    currency, found = document["currency"], {row["driver"]: row for row in document["drivers"]}
    items = []
    for name in ("back_book_rise", "unexplained"):
        row = found.get(name, {"money": "0", "customers": 0})
        amount = numbers.money(row["money"], currency)
        items.append(("", DRIVERS[name], amount, "a year", numbers.many(row["customers"], "customer")))
    share = numbers.percent(document["share_with_reason"])
    items.append(("", "A reason or an event on file", share, "", "of the money"))
    kept = told["kept"]
    if kept["letters"]:
        second = f"of {numbers.many(kept['letters'], 'letter')}"
        if kept["lower"] is not None:
            lower, upper = numbers.percentage(kept["lower"]), numbers.percent(kept["upper"])
            second = f"({lower} to {upper}) {second}"
        items.append(("", "Letters that were kept", numbers.percent(kept["share"]), "", second))
    untold = told["untold"]
    if untold is not None:
        amount, who = numbers.money(untold["money"], currency), numbers.many(untold["customers"], "customer")
        items.append(
            ("", f"Raised without {numbers.many(untold['notice_days'], 'day')} of notice", amount, "a year", who)
        )
    return items


def drivers_title(document: dict[str, Any]) -> str:
    """Return the title over the drivers: the largest one."""
    first = document["drivers"][0]
    return f"The largest: {DRIVERS[first['driver']][:1].lower()}{DRIVERS[first['driver']][1:]}"


def exposure_title(bands: Sequence[dict[str, Any]]) -> str:
    """Return the title over the exposure: the bands that were raised most and least."""
    known = [band for band in bands if band["band"] is not None and band["held"]]
    if len(known) < 2:
        return "Whom the rises hit, by tenure"
    most, least = (pick(known, key=lambda band: band["share_raised"]) for pick in (max, min))
    if most["share_raised"] == least["share_raised"]:
        return "Every tenure was raised alike"
    high, low = (f"{numbers.percent(band['share_raised'])} {titles.at_band(band['band'])}" for band in (most, least))
    return f"Raised: {high}, {low}"


def decisions_title(n: int) -> str:
    """Return the title over the decisions."""
    return f"The {numbers.small(n, 'decision')} that raised the most" if n > 1 else "The decision that raised prices"


def owner_title(owner: str, first: str, amount: Decimal, currency: str) -> str:
    """Return the title over the rises without a reason by product, plan, channel or region."""
    return f"Most by {OWNERS[owner]}: {first}, {numbers.money(amount, currency)} a year"


UNREASONED = "Raised for existing customers only, and unexplained, a year"
OWNER_COLUMNS = ("", "Existing only", "Unexplained")


def told_title(told: dict[str, Any]) -> str:
    """Return the title over the outcomes of letters."""
    kept = told["kept"]
    if not kept["letters"]:
        return NO_LETTERS
    broken = kept["letters"] - kept["kept"]
    return f"{numbers.count(broken)} of {numbers.many(kept['letters'], 'letter')} were not kept"


def run_name(name: str) -> str:
    """Return a letter run for reading: its name, or the two days that stand for it.

    Example:
        >>> run_name("2025-02-20 2025-04-01"), run_name("2025-01-07 2025-01-07"), run_name("spring letter")
        ('20 Feb 2025, for 1 Apr 2025', '7 Jan 2025', 'spring letter')
    """
    days = re.fullmatch(r"(\d{4}-\d\d-\d\d)? (\d{4}-\d\d-\d\d)", name)
    if not days:
        return name
    effective = numbers.day(days[2])
    if days[1] == days[2]:
        return effective
    return f"{numbers.day(days[1])}, for {effective}" if days[1] else f"for {effective}"


def runs_title(n: int, broken: int) -> str:
    """Return the title over letter runs."""
    return f"{numbers.count(broken)} of {numbers.many(n, 'letter run')} had a letter that was not kept"


def tenure_title(shares: Sequence[tuple[float, str]]) -> str:
    """Return the title over letters by tenure: where the smallest share was kept."""
    if len(shares) < 2:
        return "Letters that were kept, by tenure"
    share, band = min(shares)
    return f"Least often kept {titles.at_band(band)}: {numbers.percent(share)}"


def untold_title(untold: dict[str, Any], currency: str) -> str:
    """Return the title over rises without notice."""
    if not untold["customers"]:
        return f"Every rise was told {untold['notice_days']} days before it or earlier"
    amount = numbers.money(untold["money"], currency)
    return f"{amount} a year rose without a letter {untold['notice_days']} days before"


SINCE_LEAD = (
    "The gap month by month, with what raised prices: each triangle is a month in which rises added at least a tenth "
    "of what those of the largest month did."
)
MARKED = "The gap, and the months in which prices rose most"
NO_MONTHS = "The gap cannot be followed over months"
WHY_NO_MONTHS = "A series needs an offer and an interval in at least two months; a book is one moment."
EVENT_COLUMNS = ("Month", "", "Rises a year", "Customers", "Gap before", "Gap then", "Mostly")
EVENTS = "What the rises first charged in each month add to twelve months of bills, and the gap before and then"
NOT_ALL = "A gap also moves with offers, and with who joins and leaves"


def events_title(rows: Sequence[tuple[str, Decimal]], currency: str) -> str:
    """Return the title over the months with rises: the largest."""
    month, amount = max(rows, key=lambda row: row[1])
    return f"Prices rose most in {numbers.month(month)}: {numbers.money(amount, currency)} a year"


def event(month: str, amounts: Sequence[tuple[str, str, int]], currency: str) -> str:
    """Return what a pointer over a month's mark shows: drivers with money and customers."""
    lines = [
        f"{DRIVERS[driver]}: {numbers.money(amount, currency)} a year, {numbers.many(n, 'customer')}"
        for driver, amount, n in amounts
    ]
    return "\n".join((numbers.month(month), *lines))


UNTOLD = "Rises by index, list, for existing customers only, unexplained, or by a discount withdrawn"


def more_rows(n: int, where: str = "Table") -> str:
    """Return how many rows stand elsewhere only: in the table behind a figure, or in a file."""
    return f"{numbers.many(n, 'more row')} in {where}"


def ahead_title(document: dict[str, Any]) -> str:
    """Return the title over the rise calendar: how much is written, and of how many nothing is."""
    rises = sum(Decimal(row["rises"]) for row in document["months"])
    return f"Written for the next twelve months: {numbers.money(rises, document['currency'])} a year"
