"""The reconciliation block: every input row and every amount, by disposition."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fairness.engine.base import Connection

DISPOSITIONS = ("accepted", "excluded", "rejected", "duplicate", "filtered")


_WAYS = ("leading zeros", "case", "spaces")
"""What ids lose on their way through other programs."""


def reconciliation(con: Connection, *, priced: bool) -> dict[str, Any]:
    """Return rows and amounts by disposition; they tie out, or the build would have failed earlier.

    Args:
        con: Connection to the built warehouse.
        priced: True for billing and book together; False for the other roles, each by its name.
    """
    roles = [
        str(row[0])
        for row in con.execute(
            "select distinct role from inputs where (role in ('billing', 'book')) = ? order by role", [priced]
        ).fetchall()
    ]
    return _block(con, roles) if priced else {role: _block(con, [role]) for role in roles}


def rejected_share(block: Mapping[str, Any]) -> float:
    """Return the share of the rows of a block that were rejected; 0 without rows.

    Example:
        >>> rejected_share({"rows_in": 4000, "rows_rejected": {"AMOUNT_UNPARSED": 2880}})
        0.72
    """
    return float(sum(block["rows_rejected"].values()) / block["rows_in"]) if block["rows_in"] else 0.0


def _block(con: Connection, roles: list[str]) -> dict[str, Any]:
    rows = con.execute(
        "select disposition, reason, currency, n_rows, amount, n_amount from reconciliation "
        "where role in (select unnest(?)) order by all",
        [roles],
    ).fetchall()
    counts = dict.fromkeys(DISPOSITIONS, 0)
    reasons: dict[str, dict[str, int]] = {"excluded": {}, "rejected": {}}
    amounts: dict[str, dict[str, Decimal]] = {name: {} for name in (*DISPOSITIONS, "in")}
    unsummed = 0
    for disposition, reason, currency, n_rows, amount, n_amount in rows:
        counts[disposition] += int(n_rows)
        unsummed += int(n_rows) - int(n_amount)
        if disposition in reasons:
            known = reasons[disposition]
            known[reason] = known.get(reason, 0) + int(n_rows)
        if amount is not None:
            for name in (disposition, "in"):
                code = currency or "unknown"
                amounts[name][code] = amounts[name].get(code, Decimal(0)) + amount
    found = con.execute("select sum(n_rows) from inputs where role in (select unnest(?))", [roles]).fetchone()
    rows_in = int(found[0]) if found and found[0] is not None else 0
    return {
        "rows_in": rows_in,
        "rows_accepted": counts["accepted"],
        "rows_excluded": reasons["excluded"],
        "rows_rejected": reasons["rejected"],
        "rows_duplicate": counts["duplicate"],
        "rows_filtered": counts["filtered"],
        "rows_without_amount": unsummed,
        "amount_in": amounts["in"],
        "amount_accepted": amounts["accepted"],
        "amount_excluded": amounts["excluded"],
        "amount_rejected": amounts["rejected"],
        "amount_duplicate": amounts["duplicate"],
        "amount_filtered": amounts["filtered"],
        "ties_out": rows_in == sum(counts.values()),
        "columns_unread": _unread(con, roles),
    }


def id_matches(con: Connection) -> list[dict[str, Any]]:
    """Return how many ids match for each pair of files whose ids have to, by name of the pair.

    ``differs_by`` names what would have to be left out on both sides for more of them to match; empty if nothing helps.
    """
    rows = con.execute(
        "select pair, n_asked, n_matched, n_alike, n_zeros, n_case, n_spaces from id_match order by pair"
    ).fetchall()
    found = []
    for pair, asked, matched, alike, *alone in rows:
        enough = [name for name, n in zip(_WAYS, alone, strict=True) if n]
        found.append(
            {
                "pair": pair,
                "asked": asked,
                "matched": matched,
                "unmatched_share": (asked - matched) / asked,
                "alike": alike,
                "differs_by": enough or list(_WAYS if alike else ()),
            }
        )
    return found


def time_zone_suspects(con: Connection) -> list[dict[str, Any]]:
    """Return the columns whose moments nearly all fall in one hour that is not midnight."""
    rows = con.execute(
        "select path, column_name, hour, n_same, n_moments from time_zone_suspect "
        "inner join inputs using (source_index) order by source_index, column_name"
    ).fetchall()
    return [
        {"path": path, "column": column, "hour": hour, "share": same / total}
        for path, column, hour, same, total in rows
    ]


def input_doubts(con: Connection) -> list[dict[str, Any]]:
    """Return what makes exports look cut off or out of date, by file."""
    rows = con.execute("select path, doubt, said, n, n_of from input_doubt order by all").fetchall()
    return [dict(zip(("path", "doubt", "said", "n", "n_of"), row, strict=True)) for row in rows]


def spellings(con: Connection) -> tuple[dict[str, Any], ...]:
    """Return the columns with values that differ only by case or Unicode form, by name.

    Each has the number of things that are most likely meant, of their spellings and of the rows, and the values of the
    three things with the most rows, the most frequent spelling first; none for ids of people.
    """
    query = """
        with things as (
            select column_name, spelling_group, count(*) as n_spellings, sum(n_rows) as n_rows,
                list(value order by n_rows desc, value) filter (where value is not null) as named
            from spelling group by column_name, spelling_group
        )
        select column_name, count(*), sum(n_spellings), sum(n_rows),
            list(named order by n_rows desc, spelling_group) filter (where named is not null)
        from things group by column_name order by column_name
    """
    return tuple(
        {"column": name, "things": things, "spellings": int(n), "rows": int(rows), "examples": (examples or [])[:3]}
        for name, things, n, rows, examples in con.execute(query).fetchall()
    )


def _unread(con: Connection, roles: list[str]) -> dict[str, list[str]]:
    """Return the columns of each input file that nothing reads, in the order of the file."""
    query = (
        "select path, list(column_name order by column_order) "
        "from inputs inner join column_unread using (source_index) "
        "where role in (select unnest(?)) group by source_index, path order by source_index"
    )
    rows = con.execute(query, [roles]).fetchall()
    return {str(path): [str(name) for name in names] for path, names in rows}
