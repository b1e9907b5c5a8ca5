"""The words of the page *Data quality*.

Like :mod:`fairness.text.sentences`, everything here takes plain data.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairness.text import codes, numbers

OUTCOMES = {
    "excluded": "No comparable price",
    "rejected": "Rejected",
    "duplicate": "Duplicate",
    "filtered": "Filtered by when",
}
"""What happened to a row that is not accepted."""
SET_ASIDE_COLUMNS = ("File", "Outcome", "Why", "Rows", "Amount")
SET_ASIDE = "Rows that are no part of a price, the most frequent reason first; amounts as far as they could be read"
REJECTED_COLUMNS = ("File", "Why", "Rows", "First one", "What to do")
REJECTED = "Rows that could not be read or contradict each other; each is kept as it came in the table quarantine"
UNREAD_COLUMNS = ("File", "Path", "Columns")
UNREAD = "Columns of the exports that no mapping names and no cell or lens uses"
MONTH_COLUMNS = ("Month", "Held by tenured customers", "Compared with an offer", "Main reason why not")
MONTHS = "Share of what tenured customers held in each month that an offer was found for"
INPUT_COLUMNS = ("File", "Path", "Rows", "SHA-256, first 12 digits")
INPUTS = "What was read for this build; equal files have equal fingerprints"


def role(name: str) -> str:
    """Return the kind of a file for reading.

    Example:
        >>> role("price_events")
        'Price events'
    """
    text = name.replace("_", " ")
    return f"{text[:1].upper()}{text[1:]}"


def headline(rows_in: int, n_rejected: int) -> tuple[str, str, str]:
    """Return the headline of the page, its figure in the middle.

    Example:
        >>> "".join(headline(481495, 18))
        'All 481,495 rows are accounted for; 18 could not be read'
    """
    start = f"All {numbers.many(rows_in, 'row')} are accounted for; "
    return (start, f"{n_rejected:,}", " could not be read") if n_rejected else (start, "", "every row could be read")


def set_aside_title(n: int) -> str:
    """Return the title over the rows that were set aside."""
    return f"{numbers.many(n, 'row')} set aside, by reason" if n else "No row was set aside"


def rejected_title(n: int) -> str:
    """Return the title over the rejected rows."""
    return f"{numbers.many(n, 'row')} could not be read" if n else "Every row could be read"


def unread_title(n: int) -> str:
    """Return the title over the columns that nothing reads."""
    return f"{numbers.many(n, 'column')} that nothing reads" if n else "Every column is read"


def months_title(shares: Sequence[float]) -> str:
    """Return the title over the months: the range of the shares compared.

    Example:
        >>> months_title([0.957, 0.9]), months_title([1.0])
        ('From 90.0 % to 95.7 % of what is held has an offer', '100.0 % of what is held has an offer')
    """
    low, high = numbers.percent(min(shares)), numbers.percent(max(shares))
    return f"{low if low == high else f'From {low} to {high}'} of what is held has an offer"


def inputs_title(n_files: int, n_rows: int) -> str:
    """Return the title over the files."""
    return f"{numbers.many(n_files, 'file')} with {numbers.many(n_rows, 'row')}"


def example(file: str, row: object, column: object) -> str:
    """Return where the first of several rows stands.

    Example:
        >>> example("lines.csv", 12, "quantity"), example("lines.csv", 12, None)
        ('lines.csv, row 12, column quantity', 'lines.csv, row 12')
    """
    return f"{file}, row {row}" + (f", column {column}" if column else "")


def main_reason(code: str, customers: int) -> str:
    """Return why most of those without an offer have none."""
    return f"{codes.reason(code)} ({numbers.many(customers, 'customer')})"


def more(n: int) -> str:
    """Return that a table on the page is not whole."""
    return f"{numbers.many(n, 'more line')} in the table"
