"""Which findings may leave the firm: disclosure control over the scopes of a study and how they add up.

The findings of one kind (estimand, comparator, basis) are tables that share margins: the whole book is the sum of its
cells, of the values of each lens, and of the tenure bands of the tenured; a lens value whose column is part of the cell
is the sum of its cells. :func:`release` decides for every finding what is shown.

Decision D67.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fairness.analysis.counts import BoolArray, IntArray
from fairness.analysis.marts import Marts
from fairness.config import Config
from fairness.disclosure.contributions import Amount, Amounts, amounts_of, rows_in
from fairness.disclosure.control import Measure, Relation, Rules, protect
from fairness.disclosure.control import kinds as of_figures
from fairness.disclosure.control.precision import UNSEEN, money_grid, rounded_count
from fairness.disclosure.rounding import Rounding, precision_of, rounding_of
from fairness.findings.results import Finding, Findings

Kind = tuple[str, str, str]
Place = tuple[str, tuple[tuple[str, str | None], ...], str | None]

SMALL, DOMINATED, ALTERNATIVE = "small_count", "dominated_amount", "alternative_reading"
COARSE, UNKNOWN = "few_decide", "unknown_influence"
"""Why a finding is withheld: its count, or one that it would give away; its money; money at another basis; that a few
customers could move it so far that rounding leaves nothing; that nobody knows how far they could."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of one finding.

    Attributes:
        reason: Why its figures are withheld; None where they are shown.
        named: Whether its scope may be named.
        counts: Whether its numbers of customers are shown.
        coverage: Whether the share of customers who could be compared is.
        left_out: Whether the number of those who could not is.
        money: Whether the money that its customers pay above their offers is.
        balance: Whether what they pay, and what that is compared with, is too: with the gap, those give away what the
            others pay below their offers.
        above: Whether the share of customers above the offer, or rising faster than it, is.
        rounding: How its figures are rounded; None where none are shown.
    """

    reason: str | None
    named: bool = True
    counts: bool = False
    coverage: bool = False
    left_out: bool = False
    money: bool = False
    balance: bool = False
    above: bool = False
    rounding: Rounding | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """What may leave the firm.

    Attributes:
        shown: What is shown of each finding, in the order of the document.
        amounts: Money of the offer gap by scope.
    """

    shown: tuple[Shown, ...]
    amounts: dict[Place, Amounts]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The findings of one kind in which anybody was compared.

    Attributes:
        positions: Position of each in the document.
        places: Scope of each.
        relations: How they add up, as positions in this table.
        masked: Which are withheld because of their counts, shape (n,).
    """

    positions: tuple[int, ...]
    places: tuple[Place, ...]
    relations: tuple[Relation, ...]
    masked: BoolArray


def rules_of(config: Config) -> Rules:
    """Return the thresholds of a study's share file."""
    privacy = config.privacy
    return Rules(privacy.min_cell, privacy.dominance_contributors, privacy.dominance_share)


def kind_of(finding: Finding) -> Kind:
    """Return what a finding has in common with those that its scope adds up with."""
    return finding.estimand, finding.comparator, finding.basis


def place_of(finding: Finding) -> Place:
    """Return the scope of a finding."""
    return finding.level, tuple(sorted(finding.scope.items())), finding.tenure_band


def release(findings: Findings, marts: Marts, config: Config) -> Release:
    """Return what is shown of each finding.

    Numbers of customers are given with the headline's kind alone: those of another question may differ by a few
    customers, and the difference would show them.
    """
    rules = rules_of(config)
    tables = _tables(findings, marts, config, rules)
    head = kind_of(findings.headline)
    found: dict[int, Shown] = {}
    offers = next((kind for kind in tables if kind[0] == "offer_gap" and kind[1] in ("offer", "book")), None)
    amounts = _amounts(findings, tables[offers], marts, rules) if offers else {}
    masks = _offer_masks(findings, tables[offers], amounts, rules) if offers else {}
    shares = {
        position
        for kind, table in tables.items()
        # Of the bases of the offer price, only the primary one: at the others, the customers above it are nearly the
        # same.
        if kind[0] != "offer_gap" or kind[1] == "derived"
        for position in _two_sided(findings, table, rules)
    }
    for kind, table in tables.items():
        is_primary = offers is not None and kind[1:] == offers[1:] and kind[0] in ("offer_gap", "overpayment")
        for position, place, masked in zip(table.positions, table.places, table.masked, strict=True):
            # Overpayment is the money of the offer gap: the same customers.
            what = Shown(None, counts=kind == head or (is_primary and offers == head))
            if is_primary:
                money, balance, above = masks[place]
                what = replace(what, money=not money, balance=not balance, above=not above)
            else:
                what = replace(what, above=position in shares)
            if masked:
                # The name of a band says nothing; that of a small cell or lens value may point to somebody.
                what = Shown(SMALL, named=not findings.findings[position].scope)
            elif kind[0] == "overpayment" and not what.money:
                what = Shown(DOMINATED if is_primary else ALTERNATIVE)
            found[position] = what
    shown = [
        found[position] if position in found else _nobody(finding, marts, rules)
        for position, finding in enumerate(findings.findings)
    ]
    shown = [
        _rounded(finding, what, findings, amounts, rules)
        for finding, what in zip(findings.findings, shown, strict=True)
    ]
    if shown[0].counts:
        shown[0] = replace(shown[0], coverage=True, left_out=findings.headline.n_not_compared >= rules.min_cell)
    return Release(tuple(shown), amounts)


def _tables(findings: Findings, marts: Marts, config: Config, rules: Rules) -> dict[Kind, _Table]:
    """Return the table of each kind, the headline's first; what it withholds, the others withhold too."""
    by_kind: dict[Kind, list[int]] = {}
    for position, finding in enumerate(findings.findings):
        known = by_kind.setdefault(kind_of(finding), [])
        if finding.n_tenured > 0:
            known.append(position)
    tables: dict[Kind, _Table] = {}
    hidden: set[Place] = set()
    for kind, positions in by_kind.items():
        members = [findings.findings[position] for position in positions]
        places = tuple(place_of(finding) for finding in members)
        relations = tuple(_relations(members, places, marts, config))
        masked = np.array([place in hidden for place in places], dtype=np.bool_)
        if members:
            # Observations add up over cells; customers, of whom some have several, are fewer and are masked with them.
            measures = [Measure.of_counts([finding.n_observations for finding in members], rules.min_cell)]
            few = [0 < finding.n_tenured < rules.min_cell for finding in members]
            masked |= np.array(few, dtype=np.bool_)
            new = [finding.n_new for finding in members]
            if any(number is not None for number in new):
                measures.append(Measure.of_counts([number or 0 for number in new], rules.min_cell))
            masked = protect(measures, relations, masked=masked)
        if not tables:
            hidden = {place for place, is_masked in zip(places, masked, strict=True) if is_masked}
        tables[kind] = _Table(tuple(positions), places, relations, masked)
    return tables


def _relations(members: list[Finding], places: tuple[Place, ...], marts: Marts, config: Config) -> list[Relation]:
    """Return how the scopes of one kind add up; a remainder that no scope holds counts as known to an attacker."""
    at = {place: index for index, place in enumerate(places)}
    cells = [index for index, finding in enumerate(members) if finding.level == "cell"]
    edges = dict(zip(marts.bands, config.tenure.band_edges, strict=True))
    bands = [
        index
        for index, finding in enumerate(members)
        if finding.tenure_band is not None and edges[finding.tenure_band] >= config.tenure.tenured_from_months
    ]
    by_lens: dict[str, list[int]] = {}
    for index, finding in enumerate(members):
        if finding.level == "lens":
            by_lens.setdefault(next(iter(finding.scope)), []).append(index)
    whole = at.get(("pooled", (), None))
    found = [Relation(whole, tuple(parts)) for parts in (cells, bands, *by_lens.values()) if parts]
    for lens, indices in by_lens.items():
        in_cell = [cell for cell in cells if lens in members[cell].scope]
        for index in indices:
            inside = tuple(cell for cell in in_cell if members[cell].scope[lens] == members[index].scope[lens])
            if inside:
                found.append(Relation(index, inside))
    return found


def _nobody(finding: Finding, marts: Marts, rules: Rules) -> Shown:
    """Return what is shown of a finding in which nobody was compared: its scope where enough tenured are in it."""
    if not finding.scope:
        return Shown(None)
    tenured = rows_in(finding, marts, marts.coverage, with_new=False)
    enough = int(tenured.values["n_observations"].sum()) >= rules.min_cell
    return Shown(None if enough else SMALL, named=enough)


def _rounded(finding: Finding, what: Shown, findings: Findings, amounts: dict[Place, Amounts], rules: Rules) -> Shown:
    """Return what is shown of a finding with how it is rounded; withheld where rounding leaves nothing."""
    if what.reason is not None or finding.estimate is None:
        return what
    if finding.estimand == "overpayment":
        held = amounts[place_of(finding)]
        n = rounded_count(finding.n_tenured, rules) if what.counts else None
        could_be = UNSEEN * held.paid.total / max(1, finding.n_tenured)
        grid = money_grid(held.of_above, rules, n_published=n, could_be=could_be)
        if grid is None:
            return replace(what, reason=COARSE)
        return replace(what, rounding=rounding_of(finding, rules, money=grid, share=what.above))
    influence = findings.influences.get(finding.key)
    book = findings.influences.get((*kind_of(finding), "pooled", (), None))
    precision = precision_of(
        finding.estimate,
        (finding.ci_lower, finding.ci_upper),
        None if influence is None else influence.of_customers(finding.n_observations, finding.n_tenured),
        rules,
        df=finding.diagnostics.df,
        confidence_level=finding.confidence_level,
        elsewhere=0.0 if book is None else book.largest * book.n,
    )
    if precision is None:
        return replace(what, reason=UNKNOWN if influence is None else COARSE)
    return replace(what, rounding=rounding_of(finding, rules, precision=precision, share=what.above))


def _two_sided(findings: Findings, table: _Table, rules: Rules) -> list[int]:
    """Return the findings whose effect size has two sides that may be shown.

    A share of customers is a count and the rest: both are protected as counts are. One of pairs of customers is as
    small as the smaller of its groups makes it.
    """
    listed = [findings.findings[position] for position in table.positions]
    sizes, unknown = of_figures.EFFECT_SIZES, of_figures.Kind.WITHHELD
    kinds = [sizes.get(finding.effect_size_name or "", unknown) for finding in listed]
    if all(kind is of_figures.Kind.SHARE for kind in kinds) and listed:
        n = [max(finding.n_observations, finding.n_tenured) for finding in listed]
        k = np.array([round((one.effect_size or 0.0) * each) for one, each in zip(listed, n, strict=True)])
        masked = _split(listed, table, k, rules)
        return [position for position, hidden in zip(table.positions, masked, strict=True) if not hidden]
    found = []
    for position, finding, kind in zip(table.positions, listed, kinds, strict=True):
        share = finding.effect_size
        if kind is of_figures.Kind.PAIRS and share is not None:
            smaller = min(share, 1.0 - share) * min(finding.n_tenured, finding.n_new or 0)
            if smaller >= rules.min_cell:
                found.append(position)
    return found


def _split(listed: list[Finding], table: _Table, k: IntArray, rules: Rules) -> BoolArray:
    """Return where k of the observations and the rest are withheld.

    Observations add up from cell to cell, customers who hold several things do not. Either side may be of as many
    customers fewer as there are observations more than customers.
    """
    n = np.array([max(finding.n_observations, finding.n_tenured) for finding in listed])
    more = n - np.array([finding.n_tenured for finding in listed])
    sides = (k, n - k)
    few = np.any([(side > 0) & (side - more < rules.min_cell) for side in sides], axis=0)
    measures = [Measure.of_counts(side, rules.min_cell) for side in sides]
    return protect(measures, table.relations, masked=table.masked | few)


def _amounts(findings: Findings, table: _Table, marts: Marts, rules: Rules) -> dict[Place, Amounts]:
    return {
        place: amounts_of(findings.findings[position], marts, rules)
        for position, place in zip(table.positions, table.places, strict=True)
    }


def _offer_masks(
    findings: Findings, table: _Table, amounts: dict[Place, Amounts], rules: Rules
) -> dict[Place, tuple[bool, bool, bool]]:
    """Return by scope whether money above the offers, the balance, and the customers above are withheld."""
    if not table.places:
        return {}
    found = [amounts[place] for place in table.places]
    money = protect([_measure([each.above for each in found])], table.relations, masked=table.masked)
    others = [_measure(kind) for kind in ([each.paid for each in found], [each.below for each in found])]
    balance = protect([_measure([each.above for each in found]), *others], table.relations, masked=money)
    listed = [findings.findings[position] for position in table.positions]
    above = _split(listed, table, np.array([each.n_above for each in found]), rules)
    masks = zip(money.tolist(), balance.tolist(), above.tolist(), strict=True)
    return dict(zip(table.places, masks, strict=True))


def _measure(amounts: list[Amount]) -> Measure:
    return Measure.of_amounts(
        [each.total for each in amounts], [each.dominated for each in amounts], [each.reach for each in amounts]
    )
