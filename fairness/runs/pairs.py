"""Query two published runs at once: both files are attached read-only to a separate connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from fairness.engine.base import Connection
from fairness.engine.connection import EngineError, looking
from fairness.engine.models import sql_root
from fairness.engine.sql_text import quote
from fairness.errors import DataError, without_values
from fairness.runs.store import Run

_PER_YEAR = {"day": Fraction(365), "week": Fraction(365, 7), "month": Fraction(12), "year": Fraction(1)}
_TICKS_PER_UNIT = 10_000
_PRICES = ("price_before", "price_after", "offer_before", "offer_after")


@dataclass(frozen=True, slots=True)
class PartSums:
    """Sums over one part of the change between two runs, major units a year, exact.

    Attributes:
        n_customers: Observations in it.
        price_before, price_after, offer_before, offer_after: What is paid and offered in each run.
    """

    n_customers: int = 0
    price_before: Fraction = Fraction(0)
    price_after: Fraction = Fraction(0)
    offer_before: Fraction = Fraction(0)
    offer_after: Fraction = Fraction(0)

    def __add__(self, other: PartSums) -> PartSums:
        """Return the sums of both."""
        prices = {name: getattr(self, name) + getattr(other, name) for name in _PRICES}
        return PartSums(self.n_customers + other.n_customers, **prices)


@contextmanager
def pair(first: Run, second: Run) -> Iterator[Connection]:
    """Yield a connection that holds what both runs compare with an offer, as ``sql/diff/compared.sql`` says.

    Raises:
        DataError: The file of a run cannot be opened, or lacks what is compared.
    """
    with looking() as con:
        for alias, run in (("before", first), ("after", second)):
            try:
                con.execute(f"attach {quote(str(run.warehouse))} as {alias} (read_only)")
            except EngineError as error:
                raise DataError(
                    f"the run cannot be opened: {str(error).strip().splitlines()[0]}", where=run.id
                ) from error
        try:
            con.execute(_query("compared"))
        except EngineError as error:
            raise DataError(
                f"the two runs cannot be read together: {without_values(str(error).strip().splitlines()[0])}",
                where=f"{first.id}, {second.id}",
                fix="a run of an earlier version: build it again",
            ) from error
        yield con


def part_sums(con: Connection) -> dict[str, PartSums]:
    """Return the sums of each part: stayed, mix, entrants, leavers, and of the runs: before, after, defined.

    Args:
        con: From :func:`pair`.
    """
    found: dict[str, PartSums] = {}
    for part, unit, count, n, *sums in con.execute(_query("split")).fetchall():
        factor = _PER_YEAR[unit] / count / _TICKS_PER_UNIT
        own = PartSums(n, **{name: int(value) * factor for name, value in zip(_PRICES, sums, strict=True)})
        found[part] = found.get(part, PartSums()) + own
    return found


def party_sums(con: Connection) -> dict[str, npt.NDArray[np.float64]]:
    """Return what each party pays and is offered in each run, major units a year, shape (parties,), by party.

    Args:
        con: From :func:`pair`.
    """
    totals: dict[str, list[Fraction]] = {}
    for party, unit, count, *sums in con.execute(_query("parties")).fetchall():
        factor = _PER_YEAR[unit] / count / _TICKS_PER_UNIT
        own = totals.setdefault(party, [Fraction(0)] * 4)
        for place, value in enumerate(sums):
            own[place] += int(value) * factor
    return {
        name: np.array([float(values[place]) for values in totals.values()], dtype=np.float64)
        for place, name in enumerate(_PRICES)
    }


def _query(name: str) -> str:
    return (sql_root() / "diff" / f"{name}.sql").read_text(encoding="utf-8")
