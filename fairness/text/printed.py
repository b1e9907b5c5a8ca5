"""What the command line prints around the tables of findings."""

from __future__ import annotations

from fairness.findings.document import Data, Document, Finding
from fairness.text import numbers
from fairness.text.reasons import reason_of

SEE_SPELLINGS = "See them: fairness sql --config FILE 'from spelling'"


def cells(number: int, n_tests: int, verdicts: str) -> str:
    """Return how many cells have which verdict."""
    return f"{numbers.many(number, 'cell')}, {numbers.adjusted(n_tests)}: {verdicts}"


def pay_most(number: int) -> str:
    """Return the title over the cells that pay most."""
    return f"Where tenured customers pay most ({numbers.many(number, 'cell')})"


def compared(head: Finding) -> str:
    """Return how many customers stand behind the headline.

    Example:
        >>> compared(Finding(n_tenured=1, n_cells=1)), compared(Finding(n_tenured=12, n_new=1, n_cells=3))
        ('1 tenured customer in 1 cell', '12 tenured customers against 1 new customer in 3 cells')
    """
    new = "" if head.n_new is None else f" against {numbers.many(head.n_new, 'new customer')}"
    tenured = numbers.many(head.n_tenured or 0, "tenured customer")
    return f"{tenured}{new} in {numbers.many(head.n_cells or 0, 'cell')}"


def paid_above(amount: str) -> str:
    """Return the money above the offers."""
    return f"{amount} a year paid above the offer"


def not_compared(item: Data, currency: str) -> str:
    """Return those of one reason, with what to do."""
    reason = reason_of(item["reason"])
    amount = "" if item["money"] is None else f", {numbers.money(item['money'], currency)} a year"
    fix = "" if reason.fix == "Nothing." else f". {reason.fix}"
    who = numbers.many(item["customers"], "tenured customer")
    return f"Not compared: {who}{amount}: {reason.label} ({item['reason']}){fix}"


def in_no_count(item: Data, currency: str) -> str:
    """Return customers beside the counts."""
    amount = numbers.money(item["money"], currency)
    label = reason_of(item["reason"]).label
    return f"In no count: {numbers.many(item['customers'], 'customer')}, {amount} a year: {label} ({item['reason']})"


def other_currency(item: Data) -> str:
    """Return customers in another currency than the study's."""
    amount = numbers.money(item["money"], item["currency"])
    return f"Not compared: {numbers.many(item['customers'], 'customer')} in {item['currency']}, {amount} a year"


def unknown_tenure(number: int, share: float) -> str:
    """Return customers in neither group."""
    who = numbers.many(number, "customer")
    return f"Not compared: {who} of unknown tenure, {numbers.percent(share)} of all"


def rows_in(document: Document) -> str:
    """Return what happened to the rows of the exports."""
    block = document.data["reconciliation"]
    accepted, filtered, copies = (
        numbers.count(block[f"rows_{name}"]) for name in ("accepted", "filtered", "duplicate")
    )
    excluded, rejected = (numbers.count(sum(block[f"rows_{name}"].values())) for name in ("excluded", "rejected"))
    left = f"{filtered} left out by when, " if block["rows_filtered"] else ""
    return (
        f"{numbers.many(block['rows_in'], 'row')} in: {accepted} accepted, {left}{excluded} excluded, "
        f"{rejected} rejected, {copies} duplicates; rows and amounts tie out. Build {document.build['id']}"
    )


def rejected(reasons: dict[str, int]) -> str:
    """Return why rows are rejected."""
    listed = ", ".join(f"{reason} {number:,}" for reason, number in sorted(reasons.items()))
    return f"Rejected rows by reason: {listed}. See them: fairness sql --config FILE 'from quarantine'"
