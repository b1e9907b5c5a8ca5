"""A file with prices in which no row can be used: an error that names the column, not an empty answer."""

from __future__ import annotations

from fairness.engine.base import Connection
from fairness.engine.sql_text import quote
from fairness.errors import DataError
from fairness.intake.readers import relation
from fairness.intake.stage import Staged, StagedFile
from fairness.intake.vendor_words import STATUSES

_ROLES = ("billing", "book")
_SHOWN = 3
_COLUMNS = {
    "draft": "invoice_status",
    "void": "invoice_status",
    "status_unknown": "invoice_status",
    "test": "livemode",
    "no_period": "period_start",
    "partial_period": "period_end",
    "interval_unclear": "period_end",
    "proration": "is_proration",
    "negative_quantity": "quantity",
    "negative_amount": "net_amount",
    "fully_discounted": "net_amount",
    "tenure_negative": "issued_on",
}
"""Column that an exclusion is about; kinds of lines are in ``line_kind``."""


def refuse_nothing_accepted(con: Connection, staged: Staged) -> None:
    """Refuse an export whose rows with prices are all rejected or excluded.

    Args:
        con: Connection whose current database holds ``reconciliation`` and ``quarantine``.
        staged: The inputs, still readable.

    Raises:
        DataError: Nothing is accepted; column, values, reason and the line to write are named.
    """
    for role in _ROLES:
        rows = con.execute(
            "select disposition, reason, sum(n_rows) as n from reconciliation where role = ? group by all "
            "order by n desc, disposition, reason",
            [role],
        ).fetchall()
        if not rows or any(disposition == "accepted" for disposition, *_ in rows):
            continue
        meant = [row for row in rows if row[0] != "filtered"]
        if not meant:
            raise _nothing_meant(staged, role, sum(int(number) for *_, number in rows))
        _, reason, n = meant[0]
        total = sum(int(number) for *_, number in rows)
        column = _column(con, role, str(reason))
        record = next(record for record in staged.files if record.source.role == role)
        values = _values(con, record, column)
        shown = f", such as {', '.join(quote(value) for value in values)}" if values else ""
        raise DataError(
            f"none of the {total:,} rows with prices can be used: {int(n):,} of them are set aside as {reason}, by "
            f"column {column}{shown}",
            where=record.file.label,
            fix=_fix(str(reason), column, values, record.source.columns.get(column, column)),
        )


def _nothing_meant(staged: Staged, role: str, total: int) -> DataError:
    """Return the error for an export in which ``when`` leaves out every row."""
    record = next(record for record in staged.files if record.source.role == role and record.source.when is not None)
    return DataError(
        f"when leaves out all {total:,} rows with prices",
        where=f"{record.file.label}, when = {record.source.when!r}",
        fix="correct the condition in its [[source]] section: rows on which it is true are read; delimited text is "
        "read as text",
    )


def _column(con: Connection, role: str, reason: str) -> str:
    row = con.execute(
        "select column_name, count(*) as n from quarantine where role = ? and reason = ? and column_name is not null "
        "group by all order by n desc, column_name limit 1",
        [role, reason],
    ).fetchone()
    return str(row[0]) if row else _COLUMNS.get(reason, "line_kind")


def _values(con: Connection, record: StagedFile, column: str) -> list[str]:
    """Return the first values of a column as the file has them; none where the file does not have it."""
    expression = record.mapping.expression(column)
    if expression is None:
        return []
    query = f"select distinct cast({expression} as varchar) from {relation(record.file, record.source)} order by 1"
    return [str(value) for (value,) in con.execute(f"{query} limit {_SHOWN}").fetchall() if value is not None]


def _fix(reason: str, column: str, values: list[str], mapped: str) -> str:
    """Return the line to write; ``mapped`` is what the column is read from."""
    first = values[0] if values else "..."
    if reason.startswith("DATE_"):
        return 'say how dates are written in its [[source]] section, such as date_format = "%d/%m/%Y"'
    if reason in ("STATUS_UNKNOWN", "KIND_UNKNOWN", "status_unknown"):
        usual = "recurring" if column == "line_kind" else "final"
        words = {value: STATUSES.get(value.casefold(), usual) if usual == "final" else usual for value in values}
        arms = " ".join(f"when {quote(value)} then {quote(word)}" for value, word in (words or {first: usual}).items())
        case = f"case {mapped} {arms} else {mapped} end"
        return f'say what the words mean in [source.columns], such as {column} = "{case}"'
    if reason in ("partial_period", "interval_unclear", "no_period"):
        return (
            'say how often is billed in [source.columns], such as interval_unit = "\'month\'" and interval_count = "3" '
            "for every three months; without them a period of one month is expected"
        )
    return f'map {column} in [source.columns]; fairness sql "from quarantine" lists rejected rows with their reasons'
