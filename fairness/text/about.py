"""What everything that leaves a page says of itself: study, month, comparator, filters and build."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass

_LONGEST = 48


@dataclass(frozen=True, slots=True)
class About:
    """Where numbers are from, in words.

    Attributes:
        study: Title of the study.
        as_of: Month, as YYYY-MM; empty where the study states none.
        month: The same for reading.
        compared_with: The comparator.
        filters: What the filters choose.
        build: Id of the build.
    """

    study: str
    as_of: str
    month: str
    compared_with: str
    filters: str
    build: str

    def line(self) -> str:
        """Return it as one line.

        Example:
            >>> About("Larkspur", "2025-12", "Dec 2025", "effective offer", "whole book", "0123456789ab").line()
            'Larkspur, Dec 2025, compared with: effective offer, whole book, build 0123456789ab'
        """
        return f"{self.study}, {self.month}, compared with: {self.compared_with}, {self.filters}, build {self.build}"

    def columns(self) -> dict[str, str]:
        """Return it as the last columns of a saved table."""
        values = asdict(self)
        return {name: values[name] for name in ("study", "as_of", "compared_with", "filters", "build")}

    def file(self, what: str, ending: str) -> str:
        """Return the name of a file that leaves the page.

        Example:
            >>> about = About("Larkspur (UK)", "2025-12", "Dec 2025", "effective offer", "Region North", "0123")
            >>> about.file("heat", "png")
            'larkspur-uk_2025-12_effective-offer_region-north_heat_0123.png'
        """
        parts = (self.study, self.as_of or "undated", self.compared_with, self.filters, what, self.build)
        return f"{'_'.join(filter(None, map(_slug, parts)))}.{ending}"


def _slug(text: str) -> str:
    """Return a text as part of a file name that any system takes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")
