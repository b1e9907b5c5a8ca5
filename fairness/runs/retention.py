"""Which runs are kept: pinned and current ones, the latest, and those whose files are whole.

Decision D72.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from fairness.errors import DataError
from fairness.runs.integrity import FOUND_DAMAGED, Depth
from fairness.runs.lock import locked
from fairness.runs.store import PINNED, RUN_ID, Run, current_id, list_runs, remove, write, writing


def pinned_ids(output: Path) -> frozenset[str]:
    """Return the ids of the runs that are never pruned.

    Raises:
        DataError: The list cannot be read: a run that it names could be lost.
    """
    file = output / PINNED
    if not os.path.lexists(file):
        return frozenset()
    try:
        words = file.read_bytes().decode("ascii").split()
    except (OSError, UnicodeDecodeError):
        words = ["?"]
    if not all(RUN_ID.fullmatch(word) for word in words):
        raise DataError(
            "the list of pinned runs is damaged", where=str(file), fix="remove the file, then pin the runs again"
        )
    return frozenset(words)


def pin(output: Path, run: Run, *, pinned: bool = True) -> None:
    """Keep a run for good, or stop doing so."""
    with writing(output), locked(output):
        ids = pinned_ids(output) - {run.id} | ({run.id} if pinned else set())
        write(output, PINNED, "".join(f"{run_id}\n" for run_id in sorted(ids)))


def prunable(output: Path, keep: int) -> list[Run]:
    """Return the runs older than the latest ``keep`` whole ones that are neither pinned nor the current one.

    A damaged run does not take the place of a whole one.
    """
    kept = pinned_ids(output) | {current_id(output)}
    n_whole, found = 0, []
    for run in list_runs(output):
        if n_whole >= keep and run.id not in kept:
            found.append(run)
        n_whole += not run.damages(Depth.LISTED)
    return found


def damaged_runs(output: Path) -> list[Run]:
    """Return the damaged runs, the current and pinned ones among them."""
    return [run for run in list_runs(output) if run.damages(Depth.OPENED)]


def prune(output: Path, keep: int) -> list[Run]:
    """Remove the runs that :func:`prunable` names and return them; readers that have one open finish with it."""
    with writing(output), locked(output):
        return prune_locked(output, keep)


def prune_locked(output: Path, keep: int) -> list[Run]:
    """Do the same while the lock is held."""
    return _take_away(prunable(output, keep))


def prune_damaged(output: Path) -> list[Run]:
    """Remove the damaged runs and return them."""
    with writing(output), locked(output):
        return _take_away(damaged_runs(output))


def _take_away(found: list[Run]) -> list[Run]:
    for run in found:
        aside = run.folder.with_name(f".old.{run.id}")
        # One step removes the whole run from view; what follows may be interrupted.
        run.folder.rename(aside)
        remove(aside)
    return found


def verify(output: Path, run: Run) -> list[str]:
    """Hash every file of a run and return what is wrong with it, in words.

    What is found is recorded in the run: from then on it is not opened any more, even though the size and time of its
    files may be right. Where the folder cannot be written, or a build is running in it, it is only returned.
    """
    found = run.damages(Depth.WHOLE)
    with suppress(DataError), writing(output), locked(output):
        if found and run.folder.is_dir():
            write(run.folder, FOUND_DAMAGED, json.dumps(found) + "\n")
        else:
            (run.folder / FOUND_DAMAGED).unlink(missing_ok=True)
    return found
