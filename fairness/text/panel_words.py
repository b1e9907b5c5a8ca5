"""What panels say besides findings: subtitles, row names and notes at the foot.

Like :mod:`fairness.text.sentences`, everything here takes findings as a document states them.
"""

from __future__ import annotations

from fairness.findings.document import Document, Finding
from fairness.text import labels, numbers, screen, sentences

NO_TENURED = "There are no tenured customers"
NOT_COMPARED = "What tenured customers hold and nothing could be compared with, by reason"
CERTAINTY = "Tenured prices above each comparison"
BASES = "Gap on each basis of the offer price"
OPEN = "Cannot tell yet, and how many more would decide it"
"""Titles and subtitles without numbers, and the name of a section."""

PAID_ABOVE = "Paid above the offer"
PAY_ABOVE = "Pay above the offer"
PAID_ABOVE_A_YEAR = "Paid above it, a year"
NET_A_YEAR = "Net of those below, a year"
LOWER_END, UPPER_END = "Lower end of the middle 90 %", "Upper end of the middle 90 %"
EXCLUDED = "Excluded, no comparable price"
REJECTED = "Rejected, unreadable or contradictory"
FILTERED = "Filtered, left out by when"
"""Names of figures and rows."""

OTHER_QUESTIONS = "The same question, asked otherwise"
"""Head of a note."""

EXACT_ROWS = 'Exact counts. Rejected rows: fairness sql "from quarantine"'
"""Foot of the panel on rows."""


def with_intervals(text: str, document: Document, findings: list[Finding]) -> str:
    """Return a subtitle that ends with how wide the intervals are."""
    return f"{text}, with {screen.intervals(document, findings)}"


def by_tenure(document: Document, unit: str) -> str:
    """Return what is drawn by tenure."""
    return f"{labels.gap_name(document.head)} by {unit.lower()} as a customer"


def same_verdict(number: int, of: int) -> str:
    """Return how many bases agree with the headline."""
    return f"{number} of {of} give the same verdict"


def prices_drawn(period: str, mean: str) -> str:
    """Return what the prices of a cell are drawn as, and the difference of means below where there is one."""
    below = f". Below, on the same scale: {mean}, with its interval" if mean else ""
    return f"Share of observations at each price {period}{below}"


def difference_of_means(cell: Finding) -> str:
    """Return which means are compared."""
    return "tenured mean over the mean offer" if cell.estimand == "offer_gap" else "tenured mean over new customers"


def equal_prices(name: str) -> str:
    """Return the title of a cell whose prices are equal."""
    return f"{name}: tenured customers pay the same, within the margin"


def further(name: str, amount: str, comparator: str, *, is_above: bool) -> str:
    """Return the title of a cell with a gap."""
    return f"{name}: tenured customers pay {amount} {'above' if is_above else 'below'} {comparator}"


def not_assessed(name: str, why: str) -> str:
    """Return the title of a cell that cannot be assessed."""
    return f"{name}: cannot be assessed, {why}"


def two_groups(tenured: int, new: int, n_offers: int) -> str:
    """Return whose prices are drawn.

    Example:
        >>> two_groups(1, 12, 0), two_groups(204, 1, 3)
        ('1 tenured customer, 12 new customers', '204 tenured customers, 1 new customer, 3 offer prices')
    """
    said = [numbers.many(tenured, "tenured customer"), numbers.many(new, "new customer")]
    return ", ".join([*said, *([numbers.many(n_offers, "offer price")] if n_offers else [])])


def nothing_assumed(n_tenured: int) -> str:
    """Return out of how many some are left out, and that nothing is assumed about those."""
    return f"{numbers.many(n_tenured, 'tenured customer')}. Nothing is assumed about those left out."


def accounted(n_rows: int) -> str:
    """Return the title over what happened to the rows."""
    return f"All {numbers.many(n_rows, 'row')} are accounted for"


def net_of_those_below(net: str) -> str:
    """Return the money net of those who pay less."""
    return f"{net} net of those below it"


def share_above(share: float) -> str:
    """Return what share pays more than the offer."""
    return f"{numbers.percent(share)} pay above the offer"


def most_customers(shown: int, of: int) -> str:
    """Return that rows are left out of a heat map."""
    return f"; {shown} of {of} rows, those with the most customers"


def click_to_open(people: str, n_cells: int) -> str:
    """Return who is in a heat map, and that a tile opens."""
    return f"{people} in {numbers.many(n_cells, 'cell')}. Click one to open it"


def grey_band(text: str, document: Document) -> str:
    """Return a subtitle that ends with what the grey band is."""
    return f"{text}. Grey band: {sentences.margin(document)}"
