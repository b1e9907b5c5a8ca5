"""What commands say about runs and queries beside their output: a new key, an erasure, what limits left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fairness.text.numbers import many

if TYPE_CHECKING:
    from fairness.engine.guard import GuardedResult


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


def left_out(result: GuardedResult) -> list[str]:
    """Return what a reader must know about the answer to a guarded query: what the limits left out of it."""
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
