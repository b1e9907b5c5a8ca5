"""The specification range: the headline with one choice of the study changed at a time, and what the verdict hangs on.

No grid and no average: the configured study stays the answer. A choice that compares other people is judged by what the
configured study says about the same people, so that a change of people is not taken for a change of method.

Decision D75.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from fairness.analysis.estimands.answers import LEADING
from fairness.analysis.marts import Marts
from fairness.analysis.study import analyse
from fairness.build.pipeline import Progress, examine
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.engine.models import sql_root
from fairness.engine.sql_text import quote
from fairness.errors import FairnessError
from fairness.findings.results import Finding, Findings
from fairness.findings.specification_row import SpecificationRange, SpecificationRow

_OFFERS = ("offer", "book")
_ON_CUSTOMERS = ("offer_gap", "like_for_like_gap")
"""Estimands whose headline can be computed for some of the customers alone."""
_CLASSES = ("penalty", "favourable")
_OF_THE_ANALYSIS = ("inference.margin", "inference.draws", "like_for_like.min_per_group")
"""Choices that no count depends on."""
_COMPARED_FROM = ("observation",)
"""Tables that ``sql/specifications/compared_money.sql`` reads."""


@dataclass(frozen=True, slots=True)
class Specification:
    """A study with one choice changed.

    Attributes:
        choice: The key of the config, such as ``comparator.basis``.
        value: What it is set to.
        config: The study with that value.
    """

    choice: str
    value: str
    config: Config


def specifications(config: Config) -> Iterator[Specification]:
    """Yield the studies with one choice changed, in the order in which they are shown.

    Choices that do not bear on the configured question are left out: the basis of the offer price where the question
    needs no offer, the smallest size of a cell and the draws where it needs no second sample.
    """
    against_offers = config.inference.primary in ("offer_gap", "change_gap")
    if config.inference.primary == "offer_gap":
        for basis in ("headline", "effective", "standard"):
            yield from _with(config, "comparator", "basis", basis)
        for date in ("cycle_start", "price_set"):
            yield from _with(config, "comparator", "date", date)
    yield from _controls(config)
    for months in (6, 12, 18):
        if months <= config.tenure.tenured_from_months:
            yield from _with(config, "tenure", "new_below_months", months)
    for months in (12, 24, 36):
        if months >= config.tenure.new_below_months:
            yield from _with(config, "tenure", "tenured_from_months", months)
    if not against_offers:
        least = config.like_for_like.min_per_group
        for size in (max(2, least // 2), 2 * least):
            yield from _with(config, "like_for_like", "min_per_group", size)
        for draws in ("decisions", "customers"):
            yield from _with(config, "inference", "draws", draws)
    for margin in (config.inference.margin / 2, config.inference.margin * 2):
        yield from _with(config, "inference", "margin", margin)


def _controls(config: Config) -> Iterator[Specification]:
    """Yield the study without each of its controls, and with or without the plan."""
    alike = config.like_for_like
    yield from _with(config, "like_for_like", "plan", not alike.plan)
    for dropped in alike.cell:
        kept = tuple(column for column in alike.cell if column != dropped)
        breaks = {column: edges for column, edges in alike.breaks.items() if column != dropped}
        section = alike.model_copy(update={"cell": kept, "breaks": breaks})
        changed = config.model_copy(update={"like_for_like": section})
        yield Specification("like_for_like.cell", f"without {dropped}", changed)


def _with(config: Config, section: str, key: str, value: object) -> Iterator[Specification]:
    """Yield the study with one key changed; nothing where it has that value already."""
    was = getattr(config, section)
    if getattr(was, key) == value:
        return
    text = f"{value:g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
    changed = config.model_copy(update={section: was.model_copy(update={key: value})})
    yield Specification(f"{section}.{key}", text, changed)


def specification_range(config: Config, *, progress: Progress) -> SpecificationRange:
    """Return the headline of the configured study, and with one choice changed at a time; nothing is published.

    The verdict hangs on a choice where its class (penalty, favourable, anything else) or the sign of the gap differs,
    and the gap differs from the configured one on the same customers by more than half the width of its interval or the
    margin, whichever is less. What cannot be assessed overturns nothing. No p-value runs across the rows, and no mean
    or share of specifications is formed.

    Choices that change the analysis alone are made on the counts of the configured study; the others are built.

    Args:
        config: The study.
        progress: Called with the name of each step.

    Returns:
        Rows, the first of which is the configured study, with empty ``choice``; and the files that they come from.

    Raises:
        FairnessError: The configured study itself cannot be built.

    References:
        Simonsohn, Simmons and Nelson, Nature Human Behaviour 4 (2020) 1208-1214.
    """
    listed = list(specifications(config))
    with tempfile.TemporaryDirectory() as name:
        compared = Path(name) / "compared.parquet"

        def look(con: Connection, marts: Marts, found: Findings) -> tuple[Findings, dict[str, SpecificationRow]]:
            configured = _Configured(_kept(con, marts, config, found, compared), compared, config.inference.margin)
            known = {}
            for one in listed:
                if one.choice in _OF_THE_ANALYSIS:
                    progress(_name(one))
                    again = analyse(con, one.config, found.build, marts=marts)
                    known[_name(one)] = _changed(con, marts, one, again, configured)
            return found, known

        found, known = examine(config, look, progress, tables=_COMPARED_FROM)
        configured = _Configured(found.headline, compared, config.inference.margin)
        rows = [known.get(_name(one)) or _built(one, configured, progress) for one in listed]
    rows.insert(0, _row("", "as configured", found.headline, None))
    return SpecificationRange(tuple(rows), tuple(str(item["sha256"]) for item in found.build["inputs"]))


def _name(one: Specification) -> str:
    return f"{one.choice} = {one.value}"


@dataclass(frozen=True, slots=True)
class _Configured:
    """The configured study: its headline, what it compares for each customer (a file), and its margin."""

    head: Finding
    compared: Path
    margin: float


def _built(one: Specification, configured: _Configured, progress: Progress) -> SpecificationRow:
    """Return the row of a study that has to be built; one that cannot be computed says why."""
    progress(_name(one))
    try:
        return examine(
            one.config,
            lambda con, marts, found: _changed(con, marts, one, found, configured),
            lambda step: None,
            tables=_COMPARED_FROM,
        )
    except FairnessError as error:
        return SpecificationRow(choice=one.choice, value=one.value, problem=str(error).splitlines()[0])


def _changed(
    con: Connection, marts: Marts, one: Specification, found: Findings, configured: _Configured
) -> SpecificationRow:
    """Return the row of a study with one choice changed."""
    same = _on_same_customers(con, marts, one.config, found, configured.compared)
    row = _row(one.choice, one.value, found.headline, same)
    return replace(row, hangs=hangs(found.headline, configured.head, same, margin=configured.margin))


def hangs(finding: Finding, head: Finding, same: float | None, *, margin: float) -> bool:
    """Return whether the verdict of the configured study hangs on a choice.

    Args:
        finding: The headline with the choice changed.
        head: The headline as configured.
        same: What the configured study says about the customers of ``finding``; None stands for ``head``.
        margin: Margin of the configured study, a fraction.
    """
    if finding.verdict in (None, "not_assessable") or finding.estimate is None or head.estimate is None:
        return False
    after, before = float(finding.estimate), float(head.estimate) if same is None else same
    lower, upper = finding.ci_lower, finding.ci_upper
    width = margin if lower is None or upper is None else min(margin, (float(upper) - float(lower)) / 2)
    differs = _class(finding) != _class(head) or after * before < 0
    return differs and abs(after - before) > width


def _class(finding: Finding) -> str:
    return finding.verdict if finding.verdict in _CLASSES else "neither"


def _row(choice: str, value: str, finding: Finding, same: float | None) -> SpecificationRow:
    return SpecificationRow(
        choice=choice,
        value=value,
        estimate=_number(finding.estimate),
        ci_lower=_number(finding.ci_lower),
        ci_upper=_number(finding.ci_upper),
        verdict=finding.verdict,
        verdict_reason=finding.verdict_reason,
        support_share=finding.support_share,
        n_tenured=finding.n_tenured,
        configured_on_same_customers=same if choice else _number(finding.estimate),
    )


def _number(value: float | Decimal | None) -> float | None:
    return None if value is None else float(value)


def _kept(con: Connection, marts: Marts, config: Config, found: Findings, path: Path) -> Finding:
    """Return the headline, and keep what it compares for each customer in a file."""
    if _compares(con, marts, config, found.headline):
        con.execute(f"copy compared_money to {quote(str(path))} (format parquet)")
    return found.headline


def _on_same_customers(con: Connection, marts: Marts, config: Config, found: Findings, path: Path) -> float | None:
    """Return what the configured study says about the customers whom this one compares."""
    if not path.is_file() or not _compares(con, marts, config, found.headline):
        return None
    row = con.execute(
        f"select sum(paid), sum(comparator) from read_parquet({quote(str(path))}) "
        "where customer_id in (select customer_id from compared_money)"
    ).fetchone()
    return None if row is None or not row[1] else float(row[0]) / float(row[1]) - 1.0


def _compares(con: Connection, marts: Marts, config: Config, head: Finding) -> bool:
    """Lay out what the headline compares for each customer; return whether there is such a figure."""
    against_offers = head.comparator in _OFFERS
    if head.estimand not in _ON_CUSTOMERS or (head.estimand == "offer_gap" and not against_offers):
        return False
    _, cells = LEADING[head.estimand].headline(marts, config)
    chosen = [cell for cell, is_compared in zip(marts.cells, cells, strict=True) if is_compared]
    con.execute(
        "create or replace temp table compared_cell (cell_key varchar, per_year double, against_offers boolean)"
    )
    if chosen:
        keys, rates = [cell.key for cell in chosen], [float(cell.per_year) for cell in chosen]
        con.execute("insert into compared_cell select unnest(?), unnest(?), ?", [keys, rates, against_offers])
    con.execute((sql_root() / "specifications" / "compared_money.sql").read_text(encoding="utf-8"))
    return True
