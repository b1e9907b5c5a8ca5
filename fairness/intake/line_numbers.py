"""Tie the records that were parsed to the physical lines of the file."""

from __future__ import annotations

from fairness.errors import DataError
from fairness.intake.files import InputFile
from fairness.intake.records import Lines, Records, count_records

_QUOTES = "correct the quotes there, or declare the right delimiter"


def tie_to_lines(file: InputFile, lines: Lines, *, n_rows: int, n_misplaced: int) -> None:
    """Check that no line vanished: the engine found the records that a reading of the bytes finds, and no others.

    Args:
        file: A file of delimited text.
        lines: Its lines and, where a line may be something other than a record, its records.
        n_rows: Records that the engine found, malformed ones included and the header left out.
        n_misplaced: Records that the engine rejected for a quote out of place.

    Raises:
        DataError: They differ, or quotes join what are most likely several records.
    """
    records = lines.records
    if records is None and lines.n == n_rows + 1:
        return
    records = records or count_records(file.path, delimiter=file.delimiter, width=len(file.header))
    is_mixed = records.n_lf > 0 and records.n_crlf > 0
    is_in_order = not records.first_cr and records.swallowed is None and not is_mixed
    if is_in_order and records.n == n_rows + 1 and len(records.misplaced) == n_misplaced:
        return
    raise out_of_order(file, records) or DataError(
        f"{records.n - 1:,} records in {lines.n:,} lines, but the engine found {n_rows:,}",
        where=file.label,
        fix="check its quotes and line ends; this may be a defect: please report it with a file that shows it",
    )


def out_of_order(file: InputFile, records: Records) -> DataError | None:
    """Return the error that names line ends or quotes of a file that cannot be read; None where they are in order."""
    if records.first_cr:
        return DataError(
            "a carriage return stands alone: no line feed follows it",
            where=f"{file.label}, line {records.first_cr:,}",
            fix="end lines with LF or CR LF, and put a field that holds a carriage return in double quotes",
        )
    if (found := records.swallowed) is not None:
        return DataError(
            f"lines {found.first:,} to {found.last:,} read as one record, and {found.what}: an unbalanced quote joins "
            "lines that most likely are records of their own",
            where=f"{file.label}, line {found.first:,}",
            fix=_QUOTES,
        )
    if records.n_lf and records.n_crlf:
        return DataError(
            f"line ends are mixed: {records.n_crlf:,} lines end in CR LF, {records.n_lf:,} in LF",
            where=file.label,
            fix="export the file again with one kind of line end; files that were joined may have a header inside",
        )
    if records.misplaced:
        return DataError(
            "a quote is out of place, and where its record ends cannot be told",
            where=f"{file.label}, line {records.misplaced[0]:,}",
            fix=_QUOTES,
        )
    return None
