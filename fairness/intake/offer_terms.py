"""What every offer must state and some exports leave out: whom it is for, for which interval, in which currency.

A blank that is read as "any" makes a one-time price or a renewal offer the comparator of everybody. So nothing is
assumed that the lines do not show: where they have one interval and one currency, offers that state none have the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from fairness.engine.base import Connection
from fairness.engine.sql_text import quote
from fairness.errors import ConfigError
from fairness.intake.input_files import SourceFile
from fairness.intake.mapping import Mapping

_AUDIENCE = (
    "write audience = \"'all'\" in [source.columns] where new customers can have all of these offers, or map the "
    "column that says new_only, existing_only or all"
)


@dataclass(frozen=True, slots=True)
class _Section:
    """The offer files of one section of the config, with their mappings."""

    members: tuple[tuple[SourceFile, Mapping], ...]

    @property
    def first(self) -> SourceFile:
        return self.members[0][0]

    def where(self, name: str) -> str:
        labels = ", ".join(item.file.label for item, _ in self.members[:3])
        return f"{self.first.key}.columns.{name} and {labels}"

    def blanks(self, con: Connection, name: str) -> tuple[int, int]:
        """Return the rows that leave a column blank, or have none, and all rows."""
        counts = [mapping.count_blank(con, name) for _, mapping in self.members]
        return sum(blank for blank, _ in counts), sum(rows for _, rows in counts)

    def assume(self, name: str, value: str) -> None:
        for _, mapping in self.members:
            mapping.assume(name, value)

    def column(self, name: str) -> str:
        """Return what the config or the file calls a column."""
        return self.first.source.columns.get(name, name)


def settle_offer_terms(con: Connection, offers: Sequence[tuple[SourceFile, Mapping]]) -> None:
    """Take interval and currency of offers that state none from the lines; refuse what remains open.

    Args:
        con: Connection whose current database holds the staged billing lines.
        offers: The offer files with their mappings, in the order of the config.

    Raises:
        ConfigError: No audience, blanks beside filled values, or lines of several intervals or currencies.
    """
    for _, members in groupby(offers, key=lambda member: member[0].section):
        section = _Section(tuple(members))
        blank, rows = section.blanks(con, "audience")
        if not rows:
            continue
        if blank == rows:
            raise ConfigError(
                "nothing says for whom the offers are: the column audience is missing or blank throughout",
                where=section.where("audience"),
                fix=_AUDIENCE,
            )
        _settle(con, section, "interval_unit", "month", others=("one_time", "a one-time price, no recurring one"))
        _settle(con, section, "currency", "GBP", others=None)


def _settle(con: Connection, section: _Section, name: str, example: str, *, others: tuple[str, str] | None) -> None:
    blank, rows = section.blanks(con, name)
    if not blank:
        return
    usual = _usual(con, name) or [(example, 1, 0)]
    if blank < rows:
        column, value = section.column(name), usual[0][0]
        more = f", or \"coalesce({column}, '{others[0]}')\" where it is {others[1]}" if others else ""
        raise ConfigError(
            f"{blank:,} of {rows:,} offers leave {name} blank beside others that state it",
            where=section.where(name),
            fix=f"write {name} = \"coalesce({column}, '{value}')\" in [source.columns] where a blank means that{more}",
        )
    if len(usual) > 1:
        listed = ", ".join(f"{_shown(value, count)} ({lines:,} lines)" for value, count, lines in usual[:4])
        raise ConfigError(
            f"the offers state no {name}, and the lines have several: {listed}",
            where=section.where(name),
            fix=f"write {name} = \"'{usual[0][0]}'\" in [source.columns], or map the column that says it",
        )
    value, count, _ = usual[0]
    section.assume(name, quote(value))
    if name == "interval_unit" and section.blanks(con, "interval_count")[0]:
        section.assume("interval_count", str(count))


def _usual(con: Connection, name: str) -> list[tuple[str, int, int]]:
    """Return what the readable recurring lines have: value, interval count (1 for a currency), lines; most first."""
    count = "interval_count" if name == "interval_unit" else "1"
    query = (
        f"select {name}, {count}, count(*) from stg_billing where reject_reason is null and line_kind = 'recurring' "
        "group by all order by 3 desc, 1, 2"
    )
    return [(str(value), int(number), int(lines)) for value, number, lines in con.execute(query).fetchall()]


def _shown(value: str, count: int) -> str:
    return value if count == 1 else f"{count} {value}"
