"""The snapshot before: what its four figures were, where it answers the same question."""

from __future__ import annotations

from fairness.errors import DataError
from fairness.findings.document import Data, Document
from fairness.report.history import Kept, read_kept, snapshot_folders
from fairness.runs.documents import read_findings, read_settings
from fairness.runs.store import Run


def snapshot_before(run: Run) -> Kept | None:
    """Return the latest snapshot of an earlier month beside a run that answers the same question; None without one.

    One that cannot be read, or was changed after it was written, counts as none.

    Raises:
        DataError: The run was built by a version that kept no settings.
    """
    document, settings = Document.load(read_findings(run)), read_settings(run)
    found = []
    for folder in snapshot_folders(run.folder.parent.parent):
        try:
            kept = read_kept(folder)
        except DataError:
            continue
        earlier = Document.load(kept.document)
        if document.as_of and earlier.as_of and earlier.as_of < document.as_of and _is_alike(kept, document, settings):
            found.append((earlier.as_of, folder.name, kept))
    return max(found, key=lambda item: item[:2])[2] if found else None


def _is_alike(kept: Kept, document: Document, settings: Data) -> bool:
    earlier = Document.load(kept.document)
    same = earlier.name, earlier.currency, earlier.head.question
    if same != (document.name, document.currency, document.head.question):
        return False
    then = kept.manifest["settings"]
    return all(then.get(name) == settings[name] for name in ("tenure", "like_for_like", "comparator"))
