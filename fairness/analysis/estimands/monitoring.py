"""monitoring: whether prices set from month to month move away from the offers, with one error for all the looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fairness.analysis import scopes as parts
from fairness.analysis.comparison import base_finding
from fairness.analysis.coverage import Coverage
from fairness.analysis.estimands import offer_gap
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts
from fairness.analysis.set_prices import YEAR, Watched, watched
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import MONITORING
from fairness.findings.facts import monitoring_fact
from fairness.findings.results import Companion
from fairness.stats.e_values import LEAST_DECISIONS, Look, Monitored, Month, has_long_lower_tail, monitor

SPEC = MONITORING


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[parts.Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the draft of the running sequence; none where offers or months are missing."""
    known = offer_gap.readings(marts, config)
    months = sequence(marts, config) if known else []
    if not months:
        return
    settings = config.inference
    alpha = 1.0 - settings.confidence_level
    looks = monitor(
        [month.decisions for month in months], margin=settings.margin, alpha=alpha, n_months=config.monitoring.months
    )
    against = SPEC.against("offer")
    share = Coverage(marts, against, offer_gap.assessable_cells(marts)).of(parts.POOLED)
    base = base_finding(SPEC.name, parts.POOLED, share, comparator=against.name, basis=known[0].basis)
    tail = config.monitoring.form == "level" and has_long_lower_tail(month.decisions for month in months)
    yield Draft(
        finding=replace(
            base,
            family=None,
            fact=_fact(months, looks, config),
            companions=tuple(_companions(months, looks, config)),
            test="mean_of_e_values",
        ),
        warnings=(
            *(("months_move_together",) if looks.months_move_together else ()),
            *(("approximate",) if tail else ()),
        ),
    )


def sequence(marts: Marts, config: Config) -> list[Watched]:
    """Return the months of the running sequence, up to the as-of month: the latest of those that follow each other."""
    rows, settings = marts.set_prices, config.monitoring
    if not len(rows) or not marts.as_of:
        return []
    is_drift = settings.form == "drift"
    # What the data begin with was set before; a year later it is what later prices are held against.
    begin = int(rows.month.min()) + (YEAR if is_drift else 1)
    start, last = begin if settings.since is None else numbered(settings.since), numbered(marts.as_of)
    if last < start:
        return []
    start += (last - start) // settings.months * settings.months
    found = watched(rows, is_drift=is_drift, first=start, last=last)
    # A month before any that can be judged is no look: nothing was set that could be known.
    return [replace(month, decisions=Month((), ())) if month.month < begin else month for month in found]


def numbered(month: str) -> int:
    """Return a month written YYYY-MM as year * 12 + month - 1."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def named(month: int) -> str:
    """Return the month of a number as YYYY-MM."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def _fact(months: Sequence[Watched], looks: Monitored, config: Config) -> str:
    judged = [look for look in looks.looks if look.log_e is not None]
    return monitoring_fact(
        form=config.monitoring.form,
        first=named(months[0].month),
        last=named(months[-1].month),
        evidence=looks.looks[-1].average,
        needed=1.0 / (1.0 - config.inference.confidence_level),
        n_decisions=sum(look.n_decisions for look in judged),
        n_months=len(judged),
        n_waiting=len(months) - len(judged),
        alarm=next((named(month.month) for month, look in _looked_at(months, looks) if look.is_alarm), None),
        move_together=looks.months_move_together,
        margin=config.inference.margin,
    )


def _companions(months: Sequence[Watched], looks: Monitored, config: Config) -> Iterator[Companion]:
    yield Companion("evidence", looks.looks[-1].average)
    yield Companion("evidence_of_an_alarm", 1.0 / (1.0 - config.inference.confidence_level))
    yield Companion("months_of_the_sequence", config.monitoring.months)
    yield Companion("months_with_alarm", sum(look.is_alarm for look in looks.looks))
    yield Companion("least_decisions_a_month", LEAST_DECISIONS)
    yield Companion("observations_without_reference", sum(month.without_reference for month in months))
    for month, look in _looked_at(months, looks):
        yield Companion(f"month_{named(month.month)}", look.average, statistic=look.log_e)
        yield Companion(f"decisions_{named(month.month)}", look.n_decisions)


def _looked_at(months: Sequence[Watched], looks: Monitored) -> Iterator[tuple[Watched, Look]]:
    return zip(months, looks.looks, strict=True)
