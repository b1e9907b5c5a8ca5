"""What commands say about runs and queries besides their output: a new key, an erasure, what limits left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fairness.findings.document import Data
from fairness.text.numbers import count, many

if TYPE_CHECKING:
    from fairness.engine.guard import GuardedResult
    from fairness.runs.erasure_record import Erased


def new_key(file: str) -> str:
    """Return what is said when the key of the pseudonyms has been made.

    Example:
        >>> new_key("out.key").splitlines()[0]
        "A new key was made in out.key: it turns customers' ids into pseudonyms."
    """
    return (
        f"A new key was made in {file}: it turns customers' ids into pseudonyms.\n"
        "Keep it secret and back it up. Without it nobody can be found or erased in the runs; with another, ids change."
    )


def erased(receipt: str, n_runs: int, unsearched: Mapping[str, str]) -> str:
    """Return what is said after an erasure.

    Example:
        >>> print(erased("5f0c", 2, {}))
        Erased from 2 runs, recorded under receipt 5f0c.
        Take the customer out of the exports too: nothing is built from files that still hold the rows.
    """
    if n_runs:
        text = (
            f"Erased from {many(n_runs, 'run')}, recorded under receipt {receipt}.\n"
            "Take the customer out of the exports too: nothing is built from files that still hold the rows."
        )
    else:
        text = (
            f"Nothing was erased: no run that could be searched holds that customer (receipt {receipt}).\n"
            "Check the id: it is given as it stands in the exports; upper and lower case differ."
        )
    for run_id, why in unsearched.items():
        text += f"\nNot safely searched: {run_id}: {why}."
    if unsearched:
        text += "\nSet the key and repeat, or remove the runs: `fairness runs prune`, with --damaged for damaged ones."
    return text


def rows_erased(run_id: str, receipts: Sequence[str]) -> str:
    """Return what is said where a run is used from which rows were erased.

    Example:
        >>> print(rows_erased("0123456789ab", ["5f0c"]))
        Note: rows of customers were erased from run 0123456789ab after it was published (receipt 5f0c).
        Its findings still count them as statistics; its tables of single customers no longer hold them.
        The exports it was built from still do: take those customers out, and the next build makes a run without them.
    """
    return (
        f"Note: rows of customers were erased from run {run_id} after it was published ({_receipts(receipts)}).\n"
        "Its findings still count them as statistics; its tables of single customers no longer hold them.\n"
        "The exports it was built from still do: take those customers out, and the next build makes a run without them."
    )


def rows_still_held(run_id: str, receipts: Sequence[str]) -> str:
    """Return what is said where a run is used whose exports hold customers who were erased from other runs.

    Example:
        >>> print(rows_still_held("0123456789ab", ["5f0c"]))
        Note: the exports of run 0123456789ab hold customers who were erased from other runs (receipt 5f0c).
        The erasure did not search this run, or did not find them under its key: it may still hold their rows.
        Erase them again with the key of this run, or remove it: `fairness runs prune`.
    """
    return (
        f"Note: the exports of run {run_id} hold customers who were erased from other runs ({_receipts(receipts)}).\n"
        "The erasure did not search this run, or did not find them under its key: it may still hold their rows.\n"
        "Erase them again with the key of this run, or remove it: `fairness runs prune`."
    )


def erasures(run_id: str, published_at: str, erased: Erased) -> list[str]:
    """Return what is said beside a run that is shown, where customers were erased: from it, or before or after it.

    Args:
        run_id: The run.
        published_at: When it was published, ISO 8601.
        erased: What has been erased from the runs beside it.
    """
    said = []
    done = {receipt for receipts in erased.runs.values() for receipt in receipts}
    for receipt, at in sorted(erased.times.items(), key=lambda item: item[1]):
        if receipt not in done:
            continue
        when = f"A customer was erased on {at[:10]} (receipt {receipt})"
        if receipt in erased.runs.get(run_id, ()):
            said.append(
                f"{when}, after this run was published on {published_at[:10]}: its findings still count the customer, "
                "its rows are gone."
            )
        elif receipt in erased.unsearched.get(run_id, ()):
            said.append(f"{when}; this run could not be searched and may hold the rows.")
        elif at < published_at[: len("2025-01-01T00:00:00")]:
            said.append(f"{when}; this run was published after that, on {published_at[:10]}.")
        else:
            said.append(f"{when}; this run, of {published_at[:10]}, held no rows of that customer.")
    if "unreadable" in erased.runs.get(run_id, ()):
        said.append("Rows were erased from this run; the record of it is damaged.")
    return said


def would_bring_back(receipts: Sequence[str]) -> str:
    """Return why a study is not built: its exports still hold customers who were erased.

    Example:
        >>> would_bring_back(["5f0c"])
        'the exports still hold customers who were erased (receipt 5f0c): a build would bring them back'
    """
    return f"the exports still hold customers who were erased ({_receipts(receipts)}): a build would bring them back"


def _receipts(receipts: Sequence[str]) -> str:
    return f"receipt{'s' if len(receipts) > 1 else ''} {', '.join(receipts)}"


def built_again(run_id: str, found: Sequence[str]) -> str:
    """Return what is said where a damaged run is built again.

    Example:
        >>> built_again("0123456789ab", ["findings.json is missing"])
        'Run 0123456789ab is damaged and is built again: findings.json is missing.'
    """
    return f"Run {run_id} is damaged and is built again: {'; '.join(found)}."


def too_many_cells(n_cells: int, n_customers: int, allowed: int | None) -> str:
    """Return that a study has more cells than are computed.

    Example:
        >>> too_many_cells(20_000, 40_000, None)
        'the study has 20,000 like-for-like cells for 40,000 customers, more than it may unless its config says so'
        >>> too_many_cells(30, 1000, 20)
        'the study has 30 like-for-like cells for 1,000 customers, and like_for_like.max_cells allows 20'
    """
    rest = ", more than it may unless its config says so"
    if allowed is not None:
        rest = f", and like_for_like.max_cells allows {count(allowed)}"
    return f"the study has {many(n_cells, 'like-for-like cell')} for {many(n_customers, 'customer')}{rest}"


def with_values(columns: Sequence[tuple[str, int]]) -> str:
    """Return the columns that make the most cells, with their number of values.

    Example:
        >>> with_values([("account", 20_000), ("region", 12)])
        'account has 20,000 values, region 12'
    """
    if not columns:
        return "no column has several values"
    (first, n_first), *rest = columns[:3]
    return ", ".join((f"{first} has {count(n_first)} values", *(f"{name} {count(n)}" for name, n in rest)))


def fix_cells(columns: Sequence[tuple[str, int]], n_cells: int, *, named: Sequence[str]) -> str:
    """Return what to do about too many cells.

    Args:
        columns: Columns of the cell with their number of values, most first.
        n_cells: Cells.
        named: Those of the columns that the config names.
    """
    name = columns[0][0] if columns else ""
    change = f"map {name} to what customers have in common, not to a number of their own"
    if name in named:
        change = f"take '{name}' out of the cell, or give it `breaks`"
    elif name == "plan_id":
        change = "take plans of one product together with plan = false under [like_for_like]"
    return f"{change}; if so many cells are meant, write max_cells = {n_cells} under [like_for_like]"


def many_cells(n_cells: int, n_customers: int, columns: Sequence[tuple[str, int]]) -> str:
    """Return what is said about many cells.

    Example:
        >>> print(many_cells(150, 900, [("tariff", 75), ("region", 2)]))
        Note: 150 like-for-like cells for 900 customers, fewer than 10 in each: tariff has 75 values, region 2.
        Cells too small for a comparison with new customers are left out of it.
        max_cells = 150 under [like_for_like] says that they are meant.
    """
    return (
        f"Note: {many(n_cells, 'like-for-like cell')} for {many(n_customers, 'customer')}, fewer than 10 in each: "
        f"{with_values(columns)}.\nCells too small for a comparison with new customers are left out of it.\n"
        f"max_cells = {n_cells} under [like_for_like] says that they are meant."
    )


def too_many_values(lens: str, n_values: int, allowed: int) -> str:
    """Return that a lens has more values than are computed."""
    return f"the lens '{lens}' has {count(n_values)} values, and lenses.max_values allows {count(allowed)}"


def fix_values(lens: str, n_values: int) -> str:
    """Return what to do about too many values of a lens."""
    return (
        f"compare by something that customers have in common, or give '{lens}' `breaks`; if so many are meant, write "
        f"max_values = {n_values} under [lenses]"
    )


def many_values(lens: str, n_values: int, n_customers: int) -> str:
    """Return what is said about a lens with many values."""
    return (
        f"Note: the lens '{lens}' has {count(n_values)} values for {many(n_customers, 'customer')}, fewer than 10 in "
        "each: few of them can be compared."
    )


def spellings(item: Data) -> str:
    """Return what is said about values of a column that are most likely one thing, read as several.

    Example:
        >>> spellings({"column": "region", "things": 1, "spellings": 2, "rows": 30, "examples": [["North", "north"]]})
        'Check region: 2 values on 30 rows differ only by case or Unicode form and count as different: North = north.'
    """
    said = "; ".join(" = ".join(values) for values in item["examples"])
    return (
        f"Check {item['column']}: {count(item['spellings'])} values on {many(item['rows'], 'row')} differ only by case "
        f"or Unicode form and count as different{f': {said}' if said else ''}."
    )


def left_out(result: GuardedResult) -> list[str]:
    """Return what a reader must know about the answer to a guarded query: what the limits left out."""
    cut = result.cut
    sentences = []
    if cut.rows:
        sentences.append(f"Cut off: these are the first {many(len(result.rows), 'row')}, there are more.")
    if cut.columns:
        sentences.append(f"Cut off: {many(cut.columns, 'column')} at the right left out.")
    if cut.cells:
        sentences.append(f"Cut off: {many(cut.cells, 'cell')} too long, shown in part.")
    if result.keeps_rights:
        sentences.append("Warning: the query ran as root, because this system offers no other user.")
    return sentences


def demo_written(folder: str) -> str:
    """Return where the demo study is, and what to do with it."""
    return f"The demo study is in {folder}: look at fairness.toml, then run `fairness analyze {folder}`."
