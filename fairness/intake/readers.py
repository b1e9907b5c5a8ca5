"""SQL text that reads one input file as a relation with internal columns ``c0``, ``c1``, ... in header order."""

from __future__ import annotations

from fairness.config import Form
from fairness.engine.sql_text import ident, quote
from fairness.intake.files import InputFile, literal, objects, pointer
from fairness.intake.source_query import NOT_JOINED, RECORD

_NO_FOLDERS = "hive_partitioning=false"


def relation(file: InputFile, source: Form, *, rejects: str | None = None) -> str:
    """Return a table expression over the file.

    Args:
        file: The file with its header; text is plain UTF-8, in a copy if need be.
        source: Declares the null tokens.
        rejects: Name for the engine's tables of malformed records (``<rejects>_errors``, ``<rejects>_scans``); None
            skips malformed records, which another pass has stored.

    Delimited text is read as text, Parquet keeps its types, JSON values come as text.
    """
    path = quote(literal(file.path))
    if file.format == "csv":
        return _csv(file, source, path, rejects)
    tokens = ", ".join(quote(token) for token in source.null_tokens)
    columns = []
    for position, name in enumerate(file.header):
        value = ident(name) if file.format == "parquet" else f"json ->> {pointer(name)}"
        columns.append(f"{value} as c{position}")
    columns += [RECORD, NOT_JOINED] if file.first is not None else []
    # Only Parquet leaves out what the name of its folder states, as in year=2024/book.parquet.
    parquet = f"read_parquet({path}, hive_partitioning=true)"
    reader = parquet if file.format == "parquet" else objects(file)
    raw = f"(select {', '.join(columns)} from {reader})"
    if file.format == "json" and tokens:
        blanked = ", ".join(
            f"case when c{i} in ({tokens}) then null else c{i} end as c{i}" for i in range(len(columns))
        )
        return f"(select {blanked} from {raw})"
    return raw


def _csv(file: InputFile, source: Form, path: str, rejects: str | None) -> str:
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(file.header)))
    tokens = ", ".join(quote(token) for token in source.null_tokens)
    # Even to skip them: told to ignore errors, the engine ends the file at the first bad quote.
    name = rejects or "passed_over"
    handling = f"store_rejects=true, rejects_table={quote(name + '_errors')}, rejects_scan={quote(name + '_scans')}"
    handling += "" if rejects else ", rejects_limit=1"
    return (
        f"read_csv({path}, auto_detect=false, header=true, delim={quote(file.delimiter)}, quote='\"', escape='\"', "
        f"columns={{{columns}}}, nullstr=[{tokens}], encoding='utf-8', strict_mode=true, {_NO_FOLDERS}, {handling})"
    )
