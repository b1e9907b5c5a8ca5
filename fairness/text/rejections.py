"""What is said above the headline where many rows were rejected."""

from __future__ import annotations

from collections.abc import Sequence

from fairness.findings.document import Data, Document
from fairness.text.numbers import count, many, money, percent
from fairness.text.reasons import REJECTED, Reason

_SHOWN = 3
_LEFT_OUT = "rejected and left out of the figures below"


def rejected_lines(document: Document) -> list[str]:
    """Return a sentence for each role of which many rows were rejected; none where few were, or in older documents.

    Example:
        >>> item = {"role": "book", "reason": "AMOUNT_UNPARSED", "column": "price", "values": ["£12.00", "£13.00"],
        ...     "rows": 2880, "rows_in": 4000, "money": None}
        >>> head = {"verdict_reason": "rows_rejected"}
        >>> data = {"rejected": [item], "headline": head, "study": {"currency": "GBP"}}
        >>> print(*rejected_lines(Document.load(data)))
        2,880 of 4,000 book rows (72.0 %) were rejected and left out of the figures below: price, an amount that is no \
number (AMOUNT_UNPARSED), 2,880 rows such as '£12.00', '£13.00', money unknown. They are too many for a verdict.
    """
    roles: dict[str, list[Data]] = {}
    for item in document.rejected:
        roles.setdefault(item["role"], []).append(item)
    lines = [_of_role(role, items, document.currency) for role, items in roles.items()]
    if lines and document.head.verdict_reason == "rows_rejected":
        lines[0] += " They are too many for a verdict."
    return lines


def _of_role(role: str, items: Sequence[Data], currency: str) -> str:
    name = role.replace("_", " ")
    said = "; ".join(_of_reason(item, currency) for item in items[:_SHOWN])
    rest = len(items) - _SHOWN
    more = f"; {many(rest, 'other reason')}" if rest > 0 else ""
    n_all, known = items[0]["rows_in"], [item["rows"] for item in items if item["rows"] is not None]
    if n_all is None or len(known) < len(items):
        return f"Many {name} rows were {_LEFT_OUT}: {said}{more}."
    n = sum(known)
    share = f" ({percent(n / n_all)})" if n_all else ""
    return f"{count(n)} of {count(n_all)} {name} rows{share} were {_LEFT_OUT}: {said}{more}."


def _of_reason(item: Data, currency: str) -> str:
    code = item["reason"]
    label = REJECTED.get(code, Reason("records that cannot be taken apart", "", "")).label
    column = f"{item['column']}, " if item["column"] else ""
    rows = "number of rows withheld" if item["rows"] is None else many(item["rows"], "row")
    if item["values"] is None:
        return f"{column}{label} ({code}), {rows}, values and money withheld"
    such = f" such as {', '.join(repr(value) for value in item['values'])}" if item["values"] else ""
    amount = "money unknown" if item["money"] is None else money(item["money"], currency)
    return f"{column}{label} ({code}), {rows}{such}, {amount}"
