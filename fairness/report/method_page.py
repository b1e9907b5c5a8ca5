"""The second page: how it was measured, how sure it is, what went in, what is withheld and how to check it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairness import caveats, prose
from fairness.report.figures import FigureIndex
from fairness.report.page_model import Note

Data = Mapping[str, Any]


def method_notes(document: Data, settings: Data, index: FigureIndex) -> tuple[Note, ...]:
    """Return the texts of the second page.

    Args:
        document: The released findings document.
        settings: The study's settings.
        index: The figures of the first page.
    """
    last = index.figures[-1].id if index.figures else "A1"
    return (
        Note(prose.TITLES["method"], tuple(caveats.method(document, settings))),
        Note(prose.TITLES["sure"], tuple(caveats.sureness(document))),
        Note(prose.TITLES["limits"], caveats.LIMITS),
        Note(prose.TITLES["data"], (caveats.rows_in(document), *map(caveats.one_input, document["build"]["inputs"]))),
        Note(prose.TITLES["withheld"], (caveats.withheld(document),)),
        Note(prose.TITLES["reproduce"], (caveats.ids(last), caveats.reproduce(document))),
    )
