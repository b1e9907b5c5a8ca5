"""The words of the page *One customer*."""

from __future__ import annotations

from typing import Any

from fairness.text import labels, numbers

LEAD = (
    "What one customer has paid against the offer of the month, why prices changed, what letters told, and the lines."
)
FIELD = "Customer"
HOW = "the id of the customer in this build"
NOBODY = "Whose prices would you like to see?"
PSEUDONYMS = (
    "Ids are pseudonyms unless the study keeps its own; the command fairness runs reidentify gives the real one, and "
    "records that it was asked."
)
CHOOSE = "Furthest above the offer"
CHOOSE_HOW = "Tenured customers who pay most above the offer of the month, with the money a year"
CHOOSE_COLUMNS = ("Customer", "", "Above the offer a year")
CHANGE_COLUMNS = ("Charged from", "Product", "Price", "Why")
CHANGES = "Each change of a price per unit and billing interval, and what it came from"
LETTER_COLUMNS = ("Told", "For", "Price told", "Charged", "Outcome", "Above", "Below")
LETTERS = "What letters told against what was charged"
LINE_COLUMNS = ("Issued", "Product", "Kind", "Period", "Amount", "Invoice")
LINES = "Every billing line that was read, the newest first; amounts without tax"
NO_CHANGES = "No price has changed"
NO_LETTERS = "No letter states a price or a lock"
PATHS = ("price", "offer")
PATH = "Price per unit and billing interval, a solid line; the offer of the month on the study's basis, dashed"


def unknown(name: str) -> str:
    """Return that a run has nobody of an id."""
    return f"No customer of this build has the id {name[:60]}"


def headline(document: dict[str, Any]) -> tuple[str, str, str]:
    """Return the headline: what the customer pays above or below the offers in the last month."""
    last = [thing["months"][-1] for thing in document["things"] if thing["months"]]
    known = [(row["price"], row["offer"]) for row in last if row["price"] is not None and row["offer"]]
    if not known:
        return "What this customer pays cannot be compared with an offer", "", ""
    paid, offered = (sum(float(pair[place]) for pair in known) for place in (0, 1))
    gap = paid / offered - 1
    if abs(gap) < 0.0005:
        return "This customer pays what a new one is offered", "", ""
    size = f"{numbers.percent(abs(gap))} {'more' if gap > 0 else 'less'}"
    return "This customer pays ", size, " than a new one is offered"


def path_title(thing: dict[str, Any]) -> str:
    """Return the title over the price path of a thing held: then and now."""
    months = [row for row in thing["months"] if row["price"] is not None]
    name = labels.value(thing["product_id"])
    if not months:
        return f"{name}: no price is known"
    first, last = months[0], months[-1]
    prices = [numbers.money(row["price"], thing["currency"], decimals=2) for row in (first, last)]
    start, end = numbers.month(first["month"]), numbers.month(last["month"])
    return f"{name}: {prices[0]} in {start}, {prices[1]} in {end}"


def today(thing: dict[str, Any]) -> str:
    """Return what a new customer would pay in the last month."""
    last = thing["months"][-1]
    month = numbers.month(last["month"])
    if last["offer"] is None:
        return f"A new customer is offered nothing to compare with in {month}"
    return f"A new customer is offered {numbers.money(last['offer'], thing['currency'], decimals=2)} in {month}"


def point(row: dict[str, Any], currency: str) -> str:
    """Return what a pointer over a month shows."""
    price, offer = (numbers.money(row[name], currency, decimals=2) for name in ("price", "offer"))
    return f"{numbers.month(row['month'])}\nprice {price}\noffer {offer}"


def changes_title(n: int) -> str:
    """Return the title over the changes."""
    return f"{numbers.many(n, 'change')} of price" if n else NO_CHANGES


def letters_title(n: int) -> str:
    """Return the title over the letters."""
    return numbers.many(n, "letter") if n else NO_LETTERS


def lines_title(n: int) -> str:
    """Return the title over the lines."""
    return numbers.many(n, "billing line")
