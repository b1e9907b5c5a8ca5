"""worst_segment: lens values, pairs and triples of them that are worse off than the book, one error for the search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fairness.analysis import scopes as parts
from fairness.analysis.comparison import base_finding
from fairness.analysis.coverage import Coverage
from fairness.analysis.estimands import offer_gap
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.estimands.segment_money import Money, Scope, customers, money_of
from fairness.analysis.marts import Marts
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import WORST_SEGMENT
from fairness.findings.facts import segments_fact
from fairness.findings.results import Companion, Finding
from fairness.stats.segments import SegmentSearch, contrast, worst_segments

SPEC = WORST_SEGMENT
_DRAWS = 999
_TOLD = 3
"""Segments named in the sentence, those with the most money; all found have findings of their own."""


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[parts.Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the draft of the search, then one of each segment found; none without offers or lenses."""
    known = offer_gap.readings(marts, config)
    money = money_of(marts, known[0]) if known and marts.lens_names else None
    if money is None:
        return
    segments = money.segments()
    alpha = 1.0 - config.inference.confidence_level
    search = worst_segments(money.sums(segments), alpha=alpha, draws=_DRAWS, seed=config.inference.seed)
    found = _reported(money, segments, search, alpha)
    against = SPEC.against(known[0].comparator)
    share = Coverage(marts, against, offer_gap.assessable_cells(marts)).of(parts.POOLED)
    base = base_finding(SPEC.name, parts.POOLED, share, comparator=against.name, basis=known[0].basis)
    base = replace(base, family=None, n_cells=len(marts.cells))
    n_searched = int(search.searched.sum())
    told = [(_name(segments[place]), float(np.expm1(search.estimate[place]))) for place in found[:_TOLD]]
    whole = replace(
        base,
        fact=segments_fact(
            told, n_searched=n_searched, n_left_out=len(segments) - n_searched, n_more=len(found) - len(told)
        ),
        n_tenured=customers(marts, known[0], money, np.ones(len(money.values), dtype=np.bool_)),
        n_observations=int(money.n.sum()),
        companions=(
            Companion("segments_searched", n_searched),
            Companion("segments_not_searched", len(segments) - n_searched),
            Companion("segments_found", int((search.p_adjusted < alpha).sum())),
        ),
    )
    yield Draft(finding=whole)
    for place in found:
        n = customers(marts, known[0], money, money.within(segments[place]))
        yield Draft(finding=replace(_segment(base, money, segments[place], search, place), n_tenured=n))


def _reported(money: Money, segments: list[Scope], search: SegmentSearch, alpha: float) -> list[int]:
    """Return the segments to report, most money first.

    Among nested finds, the one with the most money stands for the others, unless a part of it is worse off than the
    rest: then the part does.
    """
    found = [int(place) for place in np.flatnonzero(search.p_adjusted < alpha)]
    held = {place: float(money.comparator[money.within(segments[place])].sum()) for place in found}
    chosen: list[int] = []
    for place in sorted(found, key=lambda place: (-held[place], place)):
        own = set(segments[place])
        if any(own > set(segments[other]) for other in chosen):
            continue
        inner = [other for other in found if set(segments[other]) > own]
        # Each part is a separate look: among many, one would differ by chance.
        level = alpha / max(1, len(inner))
        if not any(_is_worse(money, segments[other], segments[place], level) for other in inner):
            chosen.append(place)
    return chosen


def _is_worse(money: Money, inner: Scope, outer: Scope, alpha: float) -> bool:
    """Return whether a part of a segment is worse off than the rest of it."""
    own = money.within(inner)
    rest = money.within(outer) & ~own
    if not money.comparator[rest].any():
        return False
    sums = [(money.price[part].sum(axis=0), money.comparator[part].sum(axis=0)) for part in (own, rest)]
    ratio = contrast(sums[0][0], sums[1][0], sums[0][1], sums[1][1])
    p = ratio.p_value()
    return ratio.log_ratio > 0 and (ratio.se == 0 or (p is not None and p < alpha))


def _segment(base: Finding, money: Money, scope: Scope, search: SegmentSearch, place: int) -> Finding:
    beyond, estimate, lower = (
        float(np.expm1(values[place])) for values in (search.beyond_book, search.estimate, search.lower)
    )
    return replace(
        base,
        level="lens",
        scope=dict(scope),
        fact=segments_fact([(_name(scope), estimate)], n_searched=int(search.searched.sum()), n_left_out=None),
        estimate=estimate,
        ci_lower=lower,
        interval="simultaneous_lower_bound",
        test="sign_flip_search",
        p_value_adjusted=float(search.p_adjusted[place]),
        n_observations=int(money.n[money.within(scope)].sum()),
        companions=(Companion("beyond_book_as_observed", beyond),),
    )


def _name(scope: Scope) -> str:
    return ", ".join(f"{column} {value}" for column, value in scope)
