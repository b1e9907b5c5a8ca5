"""Tie the records that were parsed to the physical lines of the file."""

from __future__ import annotations

import duckdb

from fairness.config import Source
from fairness.errors import DataError
from fairness.intake.files import Fingerprint, InputFile, opened
from fairness.intake.readers import relation


def tie_to_lines(
    con: duckdb.DuckDBPyConnection, file: InputFile, source: Source, found: Fingerprint, n_rows: int
) -> None:
    """Check that no physical line vanished: records, header, line breaks inside fields and blank lines are all of them.

    The count of records comes from the parser, the count of lines from the bytes; an unbalanced quote that swallows
    the rest of a file shows as a difference.
    """
    n_lines = found.n_lines
    if n_lines is None or n_lines == n_rows + 1:
        return
    width = len(file.header)
    columns = " || ".join(f"coalesce(c{position}, '')" for position in range(width))
    row = con.execute(
        f"select coalesce(sum(length(v) - length(replace(v, chr(10), ''))), 0) from (select {columns} as v from "
        f"{relation(file, source)})"
    ).fetchone()
    inside = int(row[0]) if row else 0
    blank = _blank_lines(file)
    # A blank line may stand inside a quoted field, where it is counted already.
    if not 0 <= n_lines - (n_rows + 1 + inside) <= blank:
        raise DataError(
            f"{n_lines:,} lines in the file, but {n_rows:,} records were read "
            f"(with 1 header, {inside:,} line breaks inside fields and {blank:,} blank lines)",
            where=file.label,
            mend="an unbalanced quote is the usual cause: correct the quoting, or declare the right delimiter",
        )


def _blank_lines(file: InputFile) -> int:
    """Count empty lines, in a field or between records; in a one-column file those between are records."""
    if len(file.header) == 1:
        return 0
    # Not by the engine: it takes a file whose fields break lines otherwise than its records do for malformed.
    with opened(file) as stream:
        return sum(not line.strip() for line in stream)
