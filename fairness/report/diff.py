"""What changed between two runs or snapshots: the change of the gap with its test, split into parts that add up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from fairness.errors import DataError
from fairness.findings.document import Data, Document, Finding
from fairness.findings.results import money_text
from fairness.report.history import read_released
from fairness.report.manifest import MANIFEST, read_manifest
from fairness.runs.documents import read_findings, read_settings
from fairness.runs.erasure_record import read_erasures
from fairness.runs.pairs import PartSums, pair, part_sums, party_sums
from fairness.runs.store import Run, find_run, run_at
from fairness.stats.difference import Look, Totals, exact_split, gap_change, paired_variance
from fairness.stats.distributions import t_quantile
from fairness.text import changes

_TOLERANCE = 1e-9
"""Tolerance between the sums of the rows and the published gap, which divides once in floating point."""
_SAME_QUESTION = ("like_for_like.cell", "like_for_like.breaks", "inference.confidence_level")
_SAME_SAMPLES = ("like_for_like.min_per_group", "tenure.new_below_months", "tenure.tenured_from_months")
_SAME_OFFER = ("comparator.horizon_months", "comparator.min_evidence")
_RESTATED = ("tenure.tenured_from_months", "comparator.basis")
"""Definitions that the second run can be restated in; other differences make the two incomparable."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared.

    Attributes:
        document: Its findings document; that of a snapshot without its run is the released one, rounded.
        settings: The study's settings.
        run: The run with its rows; None where only the snapshot is at hand.
    """

    document: Document
    settings: Data
    run: Run | None

    @property
    def headline(self) -> Finding:
        """Its answer."""
        return self.document.head


def read_side(path: Path) -> Side:
    """Return a snapshot or a run by its folder; a snapshot comes with its run where that is still beside it.

    Raises:
        DataError: The folder is neither.
    """
    if (path / MANIFEST).is_file():
        manifest = read_manifest(path)
        document = read_released(path, manifest)
        run = find_run(path.resolve().parent.parent, manifest["build"]["id"])
        return Side(Document.load(document if run is None else read_findings(run)), manifest["settings"], run)
    run = run_at(path)
    if run is None:
        raise DataError(
            f"'{path}' is neither a snapshot nor a run", where=str(path), fix="name a folder of snapshots/ or of runs/"
        )
    return Side(Document.load(read_findings(run)), read_settings(run), run)


def compare(first: Side, second: Side) -> dict[str, Any]:
    """Return what changed from one to the other, as plain data.

    Returns:
        ``first`` and ``second`` (as_of, build, gap, interval, money net a year, customers), the change of the gap as a
        fraction with interval, statistic and p-value, ``parts`` (name, money, gap, customers; exact sums, None where
        there is no split) and ``why_no_split``.

    Raises:
        DataError: The two cannot be compared; the message says why.
    """
    reasons = incomparable(first, second)
    if reasons:
        raise DataError(changes.not_comparable(reasons), where="fairness diff", fix=changes.COMPARE_LIKE)
    why_not = _why_no_split(first, second)
    variance: float | None = None
    parts: list[dict[str, Any]] | None = None
    money: tuple[Fraction | None, Fraction | None] = (None, None)
    if why_not is None and first.run is not None and second.run is not None:
        with pair(first.run, second.run) as con:
            sums, own = part_sums(con), party_sums(con)
        parts, money = _parts(first, second, sums), (_net(sums["before"]), _net(sums["defined"]))
        variance = paired_variance((own["price_before"], own["price_after"]), (own["offer_before"], own["offer_after"]))
    change = gap_change(
        _look(first),
        _look(second),
        confidence_level=first.document.confidence_level,
        party_variance=variance,
    )
    return {
        "first": _side(first, money[0]),
        "second": _side(second, money[1]),
        "currency": first.document.currency,
        "confidence_level": first.document.confidence_level,
        "estimate": change.estimate,
        "ci_lower": change.ci_lower,
        "ci_upper": change.ci_upper,
        "statistic": change.statistic,
        "p_value": change.p_value,
        "df": change.df,
        "clustered_by": change.clustered_by,
        "parts": parts,
        "why_no_split": why_not,
    }


def incomparable(first: Side, second: Side) -> list[str]:
    """Return why two cannot be compared; empty where they can."""
    one, two = first.document["study"], second.document["study"]
    reasons = []
    if one["currency"] != two["currency"]:
        reasons.append(changes.currencies_differ(one["currency"], two["currency"]))
    if one["primary"] != two["primary"]:
        reasons.append(changes.questions_differ(one["primary"], two["primary"]))
    elif any(first.headline[key] != second.headline[key] for key in ("estimand", "comparator")):
        reasons.append(changes.fallback_differs(first.headline, second.headline))
    is_offer = first.headline.comparator in ("offer", "book", "derived")
    can_restate = first.headline.comparator in ("offer", "book") and first.run is not None and second.run is not None
    keys = (*_SAME_QUESTION, *(_SAME_OFFER if is_offer else _SAME_SAMPLES))
    for key in keys if can_restate else dict.fromkeys((*keys, *_RESTATED)):
        values = [_setting(side.settings, key) for side in (first, second)]
        if values[0] != values[1]:
            reasons.append(changes.settings_differ(key, *values))
    for which, side in (("first", first), ("second", second)):
        if side.headline.estimate is None:
            reasons.append(changes.not_estimated(which))
    return reasons


def _setting(settings: Data, key: str) -> Any:
    section, name = key.split(".")
    # A snapshot of an earlier version may lack a setting: that is a different definition, and no reason to fail.
    found = settings.get(section)
    return found.get(name) if isinstance(found, Mapping) else None


def _why_no_split(first: Side, second: Side) -> str | None:
    if first.headline.estimand != "offer_gap" or first.headline.comparator not in ("offer", "book"):
        return changes.NO_SPLIT_QUESTION
    if first.run is None or second.run is None:
        return changes.NO_SPLIT_RUN
    if first.run.record()["key_fingerprint"] != second.run.record()["key_fingerprint"]:
        return changes.NO_SPLIT_KEY
    if any(run.id in read_erasures(run.folder.parent.parent).runs for run in (first.run, second.run)):
        return changes.NO_SPLIT_ERASED
    return None


def _look(side: Side) -> Look:
    head = side.headline
    error, df = head.diagnostics.standard_error, head.diagnostics.df
    if error is None and side.run is None and head.ci_lower is not None:
        # A snapshot states its interval, rounded outwards: the error that a normal distribution would have is too wide.
        lower, upper = head.interval
        level = head.confidence_level or side.document.confidence_level
        error = (math.log1p(upper) - math.log1p(lower)) / (2 * t_quantile(0.5 + level / 2, math.inf))
    return Look(head.gap, error, df)


def _net(sums: PartSums) -> Fraction:
    """Return what one run pays above its offers; the other run's sums are 0."""
    return sums.price_before + sums.price_after - sums.offer_before - sums.offer_after


def _parts(first: Side, second: Side, sums: Mapping[str, PartSums]) -> list[dict[str, Any]]:
    """Return the parts of the change of money and gap; they add up exactly.

    Raises:
        DataError: The rows of a run do not give its published gap.
    """
    stayed, mix, came, left, before, alike, after = (
        sums.get(name, PartSums()) for name in ("stayed", "mix", "entrants", "leavers", "before", "after", "defined")
    )
    one, two = Totals(before.price_before, before.offer_before), Totals(after.price_after, after.offer_after)
    for side, total in ((first, one), (second, two)):
        gap = (total.paid - total.offered) / total.offered if total.offered else Fraction(0)
        if abs(float(gap) - side.headline.gap) > _TOLERANCE:
            raise DataError(changes.rows_disagree(side.document.build["id"]), where="fairness diff")
    zero = Fraction(0)
    by_part = {
        "price": (Totals(stayed.price_after - stayed.price_before, zero), stayed.n_customers),
        "comparator": (Totals(zero, stayed.offer_after - stayed.offer_before), stayed.n_customers),
        "mix": (_change(mix), mix.n_customers),
        "entrants": (_change(came), came.n_customers),
        "leavers": (_change(left), left.n_customers),
        "definition": (
            Totals(after.price_after - alike.price_after, after.offer_after - alike.offer_after),
            after.n_customers - alike.n_customers,
        ),
    }
    split = exact_split(one, two, [change for change, _ in by_part.values()])
    return [
        {"part": name, "money": _money(money), "gap": float(gap), "customers": n}
        for (name, (_, n)), (money, gap) in zip(by_part.items(), split, strict=True)
    ]


def _change(sums: PartSums) -> Totals:
    return Totals(sums.price_after - sums.price_before, sums.offer_after - sums.offer_before)


def _money(value: Fraction) -> str:
    # Ticks per month or year end after four decimals; only prices per week or day are rounded here.
    return money_text((Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.0001")))


def _side(side: Side, money: Fraction | None) -> dict[str, Any]:
    head = side.headline
    return {
        "as_of": side.document.as_of,
        "build": side.document.build["id"],
        "gap": head.estimate,
        "ci_lower": head.ci_lower,
        "ci_upper": head.ci_upper,
        "customers": head.n_tenured,
        "money": None if money is None else _money(money),
    }
