"""The second page: how it was measured, how certain it is, what went in, what is withheld and how to check it."""

from __future__ import annotations

from fairness.findings.document import Data, Document
from fairness.report.figures import FigureIndex
from fairness.report.page_model import Note
from fairness.text import data_notes, method_page, snapshot


def method_notes(document: Document, settings: Data, index: FigureIndex) -> tuple[Note, ...]:
    """Return the texts of the second page.

    Args:
        document: The released findings document.
        settings: The study's settings.
        index: The figures of the first page.
    """
    last = index.figures[-1].id if index.figures else "A1"
    return (
        Note(snapshot.TITLES["method"], tuple(method_page.method(document, settings))),
        Note(snapshot.TITLES["sure"], tuple(method_page.sureness(document))),
        Note(snapshot.TITLES["limits"], method_page.LIMITS),
        Note(
            snapshot.TITLES["data"],
            (
                method_page.rows_in(document),
                *map(method_page.one_input, document.build["inputs"]),
                *(f"{what}: {share}." for what, share in data_notes.matched(document)),
                *filter(None, [data_notes.unread(document)]),
            ),
        ),
        Note(snapshot.TITLES["withheld"], (method_page.withheld(document),)),
        Note(snapshot.TITLES["reproduce"], (method_page.ids(last), method_page.reproduce(document))),
    )
