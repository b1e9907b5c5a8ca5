"""What drove a change of price, in words, and the sentences of `changes`."""

from __future__ import annotations

from typing import Any

from fairness.text import numbers

DRIVERS = {
    "quantity": "More or fewer units",
    "line_added": "One line more",
    "line_dropped": "One line fewer",
    "plan_change": "Another plan",
    "interval_change": "Another billing interval",
    "index_linked": "Index of the contract",
    "announced": "As told in a letter",
    "list_rise": "List price, for new customers too",
    "back_book_rise": "Raised for existing customers only",
    "unexplained": "Unexplained",
    "no_reason_on_file": "No reason on file",
    "list_fall": "List price fell",
    "price_cut": "Price cut",
    "intro_end": "End of the introduction",
    "discount_end": "Discount ended as stated",
    "discount_end_unstated": "Discount ended, end not stated",
    "discount_withdrawn": "Discount withdrawn before its end",
    "discount_granted": "Discount granted",
    "rounding": "Rounding",
}
"""Name of each driver."""

OWNERS = {"product_id": "product", "plan_id": "plan", "channel": "channel", "region": "region"}
"""Name of each column by which rises are listed."""


def headline(document: dict[str, Any]) -> str:
    """Return what raised prices without a reason, both kinds side by side."""
    currency, found = document["currency"], {row["driver"]: row for row in document["drivers"]}
    if not document["drivers"]:
        return f"No price of the same thing rose in {document['months']} months."

    def said(name: str) -> str:
        row = found.get(name)
        if row is None:
            return numbers.money("0", currency)
        return f"{numbers.money(row['money'], currency)} ({numbers.many(row['customers'], 'customer')})"

    total = numbers.money(document["rises"]["money"], currency)
    return (
        f"Rises of {document['months']} months add {total} to a year's bills: {said('back_book_rise')} raised for "
        f"existing customers only, {said('unexplained')} unexplained."
    )


def reasoned(document: dict[str, Any]) -> str:
    """Return for how much of the rises a reason is on file, and what is not known."""
    if document["share_with_reason"] is None:
        return "Nothing rose."
    text = f"A reason or an event is on file for {numbers.percent(document['share_with_reason'])} of the money."
    unknown = next((row for row in document["drivers"] if row["driver"] == "no_reason_on_file"), None)
    if unknown is None:
        return text
    money = numbers.money(unknown["money"], document["currency"])
    return f"{text} For {money} no reason can be found: no price book covers it and no event explains it."


EXPOSED = "Whom the rises hit, by tenure"
"""Title of a table."""
