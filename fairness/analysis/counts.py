"""Read a count table into parallel integer arrays, with text keys turned into indices."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from fairness.engine.base import Connection, SumTooLargeError
from fairness.engine.connection import ENGINE
from fairness.errors import DataError
from fairness.stats.scores import group_starts, sorting

TICKS_PER_UNIT = 10_000
MICROS_PER_UNIT = 1_000_000
GROUPS = ("new", "middle", "tenured", "unknown")
NEW, MIDDLE, TENURED, UNKNOWN = range(4)
NO_BAND = 0
NO_PRICE = -1
NO_DECISION = -1
NO_REASON = -1

READINGS = ("primary", "headline", "effective", "standard")
OTHER_DATE = {"cycle_start": "at_price_set", "price_set": "at_cycle_start"}
"""Key of the offers of the other day for each ``comparator.date``: a companion of offer_gap."""
PARTY_OFFERS = {
    "primary": "offered_ticks",
    "headline": "offered_headline_ticks",
    "effective": "offered_effective_ticks",
    "standard": "offered_standard_ticks",
    **dict.fromkeys(OTHER_DATE.values(), "offered_other_ticks"),
}
"""Column in party_counts for each basis of the offer price."""
PARTY_REFERENCES = {"market_price": "market_ticks", "expected_cost": "cost_ticks"}
"""Column in party_counts for each reference of a price."""

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Rows of a count table as parallel arrays, shape (m,).

    Attributes:
        cell: Index into ``Marts.cells``.
        lens: Index into ``Marts.lens_values``.
        group: Index into ``GROUPS``.
        band: Band number from 1; 0 where the tenure is unknown.
        values: Integer columns by name: ticks, n_observations, ...
    """

    cell: IntArray
    lens: IntArray
    group: IntArray
    band: IntArray
    values: dict[str, IntArray]

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.cell.shape[0])

    def by_cell(self) -> dict[int, Counts]:
        """Return the rows of each cell that has any; rows are sorted by cell, so these are slices."""
        first = group_starts(self.cell)
        bounds = pairwise((*first, len(self)))
        return {int(cell): self._part(slice(*bound)) for cell, bound in zip(self.cell[first], bounds, strict=True)}

    def _part(self, index: BoolArray | IntArray | slice) -> Counts:
        columns = (self.cell, self.lens, self.group, self.band, *self.values.values())
        if isinstance(index, slice):
            parts = [column[index] for column in columns]
        else:
            # Finding the positions once is cheaper than scanning the mask for every column.
            positions = index.nonzero()[0] if index.dtype == np.bool_ else index
            parts = [column.take(positions) for column in columns]
        cell, lens, group, band, *values = parts
        return Counts(cell, lens, group, band, dict(zip(self.values, values, strict=True)))

    def at(self, cell: int) -> Counts:
        """Return the rows of one cell."""
        first, last = np.searchsorted(self.cell, [cell, cell + 1])
        return self._part(slice(int(first), int(last)))

    def none(self) -> Counts:
        """Return no rows, with the same columns."""
        return self._part(slice(0, 0))

    def take(self, index: BoolArray | IntArray | slice) -> Counts:
        """Return the chosen rows: a mask of shape (m,), or positions in the order wanted."""
        return self if not len(self) else self._part(index)


class Reader:
    """Reads count tables with keys turned into indices.

    Args:
        con: Connection whose current database holds the tables.
        cells: Index by cell key.
        lenses: Index by lens key.
        asked: Tables to read; others have no rows. None reads all.
    """

    def __init__(
        self,
        con: Connection,
        cells: dict[str, int],
        lenses: dict[str, int],
        asked: frozenset[str] | None = None,
    ) -> None:
        self._con, self._asked = con, asked
        con.execute("create or replace temp table mart_cell (cell_key varchar, cell bigint)")
        con.execute("create or replace temp table mart_lens (lens_key varchar, lens bigint)")
        for table, index in (("mart_cell", cells), ("mart_lens", lenses)):
            if index:
                keys, numbers = list(index), list(index.values())
                con.execute(f"insert into {table} select unnest(?), unnest(?)", [keys, numbers])
        con.execute(
            "create or replace temp table mart_decision as select pricing_decision, "
            "cast(row_number() over (order by pricing_decision) as bigint) as decision "
            "from (select pricing_decision from offer_counts union select pricing_decision from monthly_offer_counts) "
            "where pricing_decision is not null"
        )
        con.execute(
            "create or replace temp table mart_reason as select reason, "
            "cast(row_number() over (order by reason) - 1 as bigint) as number "
            "from (select distinct reason from cell_coverage where reason is not null)"
        )

    def reasons(self) -> tuple[str, ...]:
        """Return the reasons for which something is not compared, in the order of their numbers."""
        return tuple(
            str(row[0]) for row in self._con.execute("select reason from mart_reason order by number").fetchall()
        )

    def reads(self, table: str) -> bool:
        """Return whether a table is asked for."""
        return self._asked is None or table in self._asked

    def read(
        self,
        table: str,
        *columns: str,
        only: tuple[str, str] | None = None,
        currency: str | None = None,
        missing: int = 0,
    ) -> Counts:
        """Return the rows of a table, sorted by all their columns.

        Args:
            table: Its name; it has ``cell_key``, and may have ``lens_key``, ``loyalty_group``, ``band_order``,
                ``pricing_decision`` and ``reason``.
            columns: Integer columns to read.
            only: A column and the one value of it to read.
            currency: The one currency to read.
            missing: Number that stands for null.
        """
        listed = ", ".join(f"cast(coalesce(t.{name}, {missing}) as bigint) as {name}" for name in columns)
        has = {str(row[0]) for row in self._con.execute(f"describe {table}").fetchall()}
        groups = " ".join(f"when '{name}' then {number}" for number, name in enumerate(GROUPS))
        group = f"case t.loyalty_group {groups} end" if "loyalty_group" in has else "0"
        band = f"coalesce(t.band_order, {NO_BAND})" if "band_order" in has else str(NO_BAND)
        lens = "inner join mart_lens on t.lens_key = mart_lens.lens_key" if "lens_key" in has else ""
        decided = "pricing_decision" in has
        decision = "left join mart_decision on t.pricing_decision = mart_decision.pricing_decision" if decided else ""
        reasoned = "reason" in has
        reason = "left join mart_reason on t.reason = mart_reason.reason" if reasoned else ""
        filters = {**dict([only] if only else []), **({"currency": currency} if currency else {})}
        conditions = [*([] if self.reads(table) else ["false"]), *(f"t.{name} = ?" for name in filters)]
        query = f"""
            select
                mart_cell.cell, {"mart_lens.lens" if lens else "cast(0 as bigint) as lens"},
                cast({group} as bigint) as group_number,
                cast({band} as bigint) as band,
                {f"coalesce(mart_decision.decision, {NO_DECISION}) as decision," if decided else ""}
                {f"coalesce(mart_reason.number, {NO_REASON}) as reason," if reasoned else ""}
                {listed}
            from {table} as t
            inner join mart_cell on t.cell_key = mart_cell.cell_key
            {lens}
            {decision}
            {reason}
            {f"where {' and '.join(conditions)}" if conditions else ""}
            """
        frame = self._fetch(query, list(filters.values()), table)
        names = [*(("decision",) if decided else ()), *(("reason",) if reasoned else ()), *columns]
        arrays = sorted_columns(frame, ["cell", "lens", "group_number", "band", *names])
        return Counts(
            arrays["cell"],
            arrays["lens"],
            arrays["group_number"],
            arrays["band"],
            {name: arrays[name] for name in names},
        )

    def _fetch(self, query: str, values: list[str], table: str) -> dict[str, Any]:
        """Return the columns of a query; sums that 64 bits cannot hold are refused, never wrapped."""
        try:
            return ENGINE.read_counts(self._con, query, values)
        except SumTooLargeError as error:
            raise DataError(
                "the prices of one cell add up to more than 922 trillion currency units",
                where=table,
                fix="check the unit of the amounts; if it is right, state them in thousands in [source.columns]",
            ) from error


def sorted_columns(frame: dict[str, Any], names: list[str]) -> dict[str, IntArray]:
    """Return the columns sorted by all of them: the engine gives no order, and a fixed one makes every sum repeat."""
    arrays = {name: np.asarray(frame[name], dtype=np.int64) for name in names}
    order = sorting(*(arrays[name] for name in names))
    return {name: array[order] for name, array in arrays.items()}
