"""What `fairness init` and `fairness build --dry-run` say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairness.text import numbers


def rows(role: str, path: str, *, n_rows: int, n_read: int, n_filtered: int, rejected: Mapping[str, int]) -> str:
    """Return what happened to the rows of an input.

    Example:
        >>> rows("billing", "lines.csv", n_rows=62, n_read=60, n_filtered=1, rejected={"AMOUNT_UNPARSED": 1})
        'billing, lines.csv: 62 rows in: 60 read, 1 left out by when, 1 rejected (AMOUNT_UNPARSED 1)'
    """
    filtered = f", {numbers.count(n_filtered)} left out by when" if n_filtered else ""
    reasons = ", ".join(f"{reason} {numbers.count(n)}" for reason, n in rejected.items())
    aside = f" ({reasons})" if reasons else ""
    total = numbers.count(sum(rejected.values()))
    came, read = numbers.many(n_rows, "row"), numbers.count(n_read)
    return f"{role}, {path}: {came} in: {read} read{filtered}, {total} rejected{aside}"


def matched(column: str, role: str, other: str, n: int, n_found: int) -> str:
    """Return how many values of a column are found in another file.

    Example:
        >>> matched("customer_id", "billing", "customers", 60, 57)
        'customer_id: 57 of the 60 in billing stand in customers'
    """
    return f"{column}: {numbers.count(n_found)} of the {numbers.count(n)} in {role} stand in {other}"


def unfound(path: str, table: str, n: int, n_of: int, money: Mapping[str, str]) -> str:
    """Return for how many rows a left join finds nothing.

    Example:
        >>> unfound("lines.csv + plans.csv", "plans", 3, 60, {"GBP": "30.00"})
        'lines.csv + plans.csv: 3 of 60 rows (30.00 GBP) find nothing in plans and stay without its columns'
    """
    amounts = ", ".join(f"{amount} {currency}" for currency, amount in money.items())
    shown = f" ({amounts})" if amounts else ""
    rows_of = f"{numbers.count(n)} of {numbers.count(n_of)} rows"
    return f"{path}: {rows_of}{shown} find nothing in {table} and stay without its columns"


def known_as(name: str, title: str, reason: str) -> str:
    """Return which preset the files fit, and why."""
    return f"preset {name}: {title}\n  {reason}"


def left_out(paths: Sequence[str]) -> str:
    """Return which files the preset has no use for."""
    return f"not used, as no table of the preset has their columns: {', '.join(paths)}"


def undecided(keys: Sequence[str], path: str) -> str:
    """Return what is left to the user."""
    return (
        f"{path} has {numbers.many(len(keys), 'line')} that only you can decide, marked DECIDE: {', '.join(keys)}. "
        "Write them, then run `fairness build --dry-run`"
    )


def next_step(path: str) -> str:
    """Return what to do after the file is written."""
    return f"wrote {path}: check its proposals, then run `fairness analyze {path}`"
