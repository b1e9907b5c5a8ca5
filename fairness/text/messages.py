"""What commands say about runs and queries beside their output: a new key, an erasure, what limits left out."""

from __future__ import annotations

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


def erased(receipt: str, n_runs: int, unreadable: list[str]) -> str:
    """Return what is said after an erasure.

    Example:
        >>> erased("5f0c", 2, [])
        'Erased from 2 runs, recorded under receipt 5f0c. Take the customer out of the exports too.'
    """
    done = f"Erased from {many(n_runs, 'run')}" if n_runs else "No run held the customer"
    text = f"{done}, recorded under receipt {receipt}. Take the customer out of the exports too."
    if unreadable:
        text += f"\nNot searched, because made with another key: {', '.join(unreadable)}. Set that key and repeat."
    return text


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
