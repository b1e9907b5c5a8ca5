"""The sentences of the second page of a snapshot: method, certainty, limits, inputs, and the names of its tables.

Like :mod:`fairness.text.sentences`, everything here takes a document, and settings as plain data.
"""

from __future__ import annotations

from fairness.findings.document import Data, Document
from fairness.text import numbers, sentences, snapshot


def method(document: Document, settings: Data) -> list[str]:
    """Return how it was measured, one or two sentences per paragraph."""
    tenure, head = settings["tenure"], document.head
    groups = (
        f"{snapshot.who(settings)} New customers joined less than {snapshot.years(tenure['new_below_months'])} ago. "
        "Those between the two are in neither group."
    )
    kinds = {
        "offer": "Each tenured customer’s price is compared with the firm’s own offer to a new customer. It is the "
        "offer for the same plan that was in force on the day the price was set.",
        "book": "Each tenured customer’s price is compared with the price that the firm would offer a new customer for "
        "the same. The data state it beside each price.",
        "derived": "The data hold no offers. Each tenured customer’s price is compared with the mean price of those "
        "who joined in the month in which it was set.",
    }
    what = kinds.get(
        head.comparator,
        "Tenured and new customers of the same cell are compared. Each cell counts by its tenured customers.",
    )
    texts = [groups, what]
    if head.comparator == "offer" and head.basis == "effective":
        texts.append(
            f"The effective price is what a new customer pays on average over the first "
            f"{settings['comparator']['horizon_months']} months, with set-up fee and gift counted."
        )
    texts.append(
        f"{snapshot.filters(settings)}. Prices are in {document['study']['currency']}, without tax, "
        f"{'as of ' + numbers.month(document['study']['as_of']) if document['study']['as_of'] else 'of one date'}."
    )
    return texts


def sureness(document: Document) -> list[str]:
    """Return what interval and test mean."""
    head, texts = document.head, []
    if head.ci_lower is not None:
        texts.append(
            f"The {sentences.level(document)} interval is {sentences.gap(head)}. It answers one question: could prices "
            "that take no notice of tenure have produced the gap?"
        )
    rest = snapshot.decisions(document)
    if rest:
        texts.append(f"{rest} Customers on one offer share one decision, so they do not count one by one.")
    if head.p_value is not None:
        at_most = snapshot.is_rounded(document)
        chance = snapshot.how_often(head.p_value, at_most=at_most)
        text = f"If prices took no notice of tenure, a gap this large would {chance}"
        texts.append(f"{text} (p {numbers.p_value(head.p_value, at_most=at_most)}).")
    if head.minimum_detectable_gap is not None:
        texts.append(snapshot.detectable(head))
    texts.append(
        f"Gaps of less than {snapshot.margin(document)} are called equal, but only where a larger one can be ruled "
        "out. Cells are adjusted for the number of tests."
    )
    return texts


LIMITS = (
    "The interval does not cover the choice of the comparison. It does not cover what sets customers apart and is not "
    "in the data.",
    "It does not say why prices differ, nor whether a rule is broken.",
)
"""What the figures do not say."""


def rows_in(document: Document) -> str:
    """Return what happened to the rows of the exports."""
    block = document.data["reconciliation"]
    few = f"fewer than {document.min_cell}"
    names = ("rows_in", "rows_accepted", "rows_excluded", "rows_rejected", "rows_duplicate")
    came, accepted, excluded, rejected, copies = (
        few if block[name] is None else numbers.count(block[name]) for name in names
    )
    left = block["rows_filtered"]
    filtered = "" if left == 0 else f"{few if left is None else numbers.count(left)} left out by when, "
    return (
        f"{came} rows came in: {accepted} accepted, {filtered}{excluded} left out by rule, {rejected} not readable, "
        f"{copies} copies. Rows and amounts tie out."
    )


def one_input(item: Data) -> str:
    """Return an input file with its fingerprint."""
    return f"{item['path']}: {numbers.count(item['rows'])} rows, SHA-256 {item['sha256'][:16]}"


def withheld(document: Document) -> str:
    """Return how many figures disclosure control holds back."""
    block = document.data["disclosure"]
    least = block["min_cell"]
    rounded = (
        f"Numbers of customers are rounded to {least}. Gaps and money are rounded to at least what {least} customers "
        "could change them by; intervals are rounded outwards."
    )
    if not block["findings_withheld"]:
        return f"No finding: every group shown holds at least {least} customers. {rounded}"
    return (
        f"{numbers.many(block['findings_withheld'], 'finding')} of {numbers.count(block['findings'])}: groups of fewer "
        f"than {least} customers, groups that would give those away, money that two customers hold, and "
        f"money on other bases of the offer price. {rounded}"
    )


def ids(last: str) -> str:
    """Return how a number leads to its SQL."""
    return (
        f"Each number has an id: the letter of its panel and its place in it, from A1 to {last}. The file "
        "manifest.json gives the SQL of each."
    )


def reproduce(document: Document) -> str:
    """Return how anybody can compute the snapshot again."""
    return (
        "The command “fairness snapshot --verify” with this folder computes everything again from the exports and "
        f"compares it bit for bit. {snapshot.build(document)}."
    )


def second_page() -> str:
    """Return the title of the second page."""
    return "Method and caveats"


def table_title() -> str:
    """Return the title of the table of the second page."""
    return "The whole book, every comparison"


TABLE_COLUMNS = ("Comparison", "Gap (interval) or money", "Verdict: tenured customers", "p-value", "Tenured customers")
"""Columns of the table of the second page."""


INDEX_COLUMNS = ("Id", "Number", "Behind it", "SQL on the analyst’s file")
"""Columns of the list of all numbers."""


def index_title() -> str:
    """Return the title of the list of all numbers."""
    return "Where each number comes from"


def n_or_withheld(number: int | None) -> str:
    """Return a count, or that it is withheld."""
    return "withheld" if number is None else numbers.count(number)


TABLES = {
    "findings": "One row per finding; the answer is finding 1",
    "companions": "One row per second look at a finding",
    "monthly": "One row per month: the gap to the offer",
    "support": "Who could be compared, and who could not",
    "figures": "One row per number of the page, with its SQL",
}
"""What a row of each table is."""


BY_TENURE = "By tenure"
"""Title of the table by tenure."""


def worst_title(number: int) -> str:
    """Return the title of the table of the cells with the largest gaps."""
    return f"Where tenured customers pay most ({numbers.many(number, 'cell')})"
