"""What the panels of both dashboard and snapshot are made from: a document whole, filtered or released."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from fairness.findings.document import Document, Finding
from fairness.panels.view import Chosen


class Scene(Protocol):
    """A document and what is known about it."""

    @property
    def document(self) -> Document:
        """The findings in view: the published ones, those of the chosen cells, or the released ones."""

    @property
    def whole(self) -> Document:
        """The document that lists the cells, which no filter recomputes."""

    @property
    def order(self) -> tuple[str, ...]:
        """Columns in the order in which their values are read."""

    @property
    def chosen(self) -> Chosen:
        """The filters that are set."""

    @property
    def cell_findings(self) -> list[Finding]:
        """The cells of the headline's question in view."""


@dataclass(frozen=True, eq=False)
class Released:
    """A document after disclosure control.

    Attributes:
        document: The released findings.
        order: Columns in the order in which their values are read.
    """

    document: Document
    order: tuple[str, ...]

    @property
    def whole(self) -> Document:
        """The same document: nothing filters it."""
        return self.document

    @property
    def chosen(self) -> Chosen:
        """No filter."""
        return ()

    @cached_property
    def cell_findings(self) -> list[Finding]:
        """The cells that may be shown."""
        return [cell for cell in self.document.cells() if cell.is_shown]
