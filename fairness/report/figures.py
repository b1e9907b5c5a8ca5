"""The numbers of a snapshot: each has an id, a unit, an n and the SQL that leads to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from fairness.findings.document import Data, Finding, Month
from fairness.findings.estimands import BY_NAME
from fairness.findings.results import money_text
from fairness.text.escape import sql_literal

Value = float | int | str | None

_COVERAGE = ("cell_coverage",)
_MONTHLY = ("monthly_offer_counts",)


@dataclass(frozen=True, slots=True)
class Source:
    """Where numbers come from.

    Attributes:
        sql: Query on the run's ``analyst.duckdb`` that returns one row with one column per value.
        models: The SQL models that made what it reads.
        values: Value by column of that query.
    """

    sql: str
    models: tuple[str, ...]
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, or several that are read together, as the page shows it.

    Attributes:
        id: Letter of its panel and position in it, such as ``B2``; unique within a snapshot.
        text: What the page shows.
        unit: Unit of its values, in words.
        n: How many of what are behind it, in words.
        sources: Queries that lead to its values.
    """

    id: str
    text: str
    unit: str
    n: str
    sources: tuple[Source, ...]

    def __str__(self) -> str:
        """Return what the page shows."""
        return self.text


@dataclass(slots=True)
class FigureIndex:
    """Numbers the figures of a snapshot while its page is laid out.

    Attributes:
        figures: What has been numbered, in the order of the page.
    """

    figures: list[Figure] = field(default_factory=list)

    def add(self, panel: str, text: str, *, unit: str, n: str, sources: tuple[Source, ...]) -> Figure:
        """Number a figure.

        Args:
            panel: Capital letter of its panel.
            text: What the page shows.
            unit: Unit in words.
            n: How many of what are behind it.
            sources: Queries that lead to it.

        Raises:
            ValueError: Unit, n or source is missing: such a number is not shown.
        """
        if not (unit and n and sources):
            raise ValueError(f"the figure '{text}' lacks its unit, its n or its source")
        place = sum(figure.id[0] == panel for figure in self.figures) + 1
        figure = Figure(f"{panel}{place}", text, unit, n, sources)
        self.figures.append(figure)
        return figure

    def describe(self, sql_hashes: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the index for the manifest: each figure with its SQL and the hashes of the models behind it.

        Args:
            sql_hashes: Hash of every SQL file, by its path below ``sql/``.
        """
        files = {PurePosixPath(name).stem[3:]: name for name in sql_hashes if name.startswith("models/")}
        return [
            {
                "id": figure.id,
                "text": figure.text,
                "unit": figure.unit,
                "n": figure.n,
                "sources": [
                    {
                        "sql": source.sql,
                        "values": dict(source.values),
                        "models": {files[name]: sql_hashes[files[name]] for name in source.models},
                    }
                    for source in figure.sources
                ],
            }
            for figure in self.figures
        ]


def of_finding(finding: Finding, *columns: str) -> Source:
    """Return the source of a finding's columns; money of an estimate is read from ``amount``, exactly.

    Example:
        >>> finding = Finding.load({"estimand": "offer_gap", "comparator": "offer", "basis": "effective",
        ...     "level": "pooled", "estimate": 0.05})
        >>> print(of_finding(finding, "estimate").sql)
        select estimate from findings
        where estimand = 'offer_gap' and comparator = 'offer' and basis = 'effective' and level = 'pooled'
            and scope = '{}' and tenure_band is null
    """
    is_money = finding.amount is not None
    shown = ["amount as estimate" if is_money and name == "estimate" else name for name in columns]
    sql = f"select {', '.join(shown)} from findings\nwhere {_is(finding)}"
    return Source(sql, _models(finding), {name: finding.data[name] for name in columns})


def of_companion(finding: Finding, name: str) -> Source:
    """Return the source of a companion's estimate; :class:`LookupError` where the finding has none of that name."""
    companion = finding.companion(name)
    if companion is None:
        raise LookupError(name)
    value = companion.estimate
    column = "amount as estimate" if isinstance(value, Decimal) else "estimate"
    sql = (
        f"select {column} from findings_companions\nwhere name = {sql_literal(name)} and finding_id = "
        f"(select finding_id from findings where {_is(finding)})"
    )
    return Source(sql, _models(finding), {"estimate": money_text(value) if isinstance(value, Decimal) else value})


def of_month(row: Month) -> Source:
    """Return the source of one month of the monthly series."""
    sql = f"select estimate, ci_lower, ci_upper from findings_monthly\nwhere month = {sql_literal(row.month)}"
    return Source(sql, _MONTHLY, {name: row.data[name] for name in ("estimate", "ci_lower", "ci_upper")})


def of_support(name: str, value: Value) -> Source:
    """Return the source of a count or share of who could be compared."""
    sql = f"select value from findings_support\nwhere name = {sql_literal(name)} and reason is null"
    return Source(sql, _COVERAGE, {"value": value})


def of_left_out(item: Data) -> Source:
    """Return the source of those who could not be compared, for one reason."""
    sql = (
        "select value as customers, amount as money from findings_support\n"
        f"where name = 'not_compared' and reason = {sql_literal(item['reason'])}"
    )
    return Source(sql, _COVERAGE, {"customers": item["customers"], "money": item["money"]})


def _models(finding: Finding) -> tuple[str, ...]:
    return BY_NAME[finding.estimand].against(finding.comparator).reductions


def _is(finding: Finding) -> str:
    scope = json.dumps(finding.scope, ensure_ascii=False, sort_keys=True)
    band = finding.tenure_band
    values = (*finding.question, finding.level)
    names = ("estimand", "comparator", "basis", "level")
    keys = [f"{name} = {sql_literal(value)}" for name, value in zip(names, values, strict=True)]
    of_band = "tenure_band is null" if band is None else f"tenure_band = {sql_literal(band)}"
    return f"{' and '.join(keys)}\n    and scope = {sql_literal(scope)} and {of_band}"
