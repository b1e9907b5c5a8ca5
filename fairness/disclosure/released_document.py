"""The findings document as it may leave the firm: what disclosure control withholds is null, with the reason.

The share file of the run decides about findings, companions and months, and to how many digits they are told. Who
could not be compared is decided here by the same rules: a reason is told where enough customers have it and the total
does not give a smaller one away; its money where no two parties can hold most of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

import numpy as np

from fairness.disclosure.control import Measure, Relation, Rules, protect
from fairness.disclosure.control.kinds import COMPANIONS, DIAGNOSTICS, Kind
from fairness.disclosure.control.precision import coverage_grid, effective_grid, rounded_count, step_above
from fairness.findings.document import Finding, looked_at
from fairness.findings.facts import gap_fact, overpayment_fact
from fairness.findings.results import money_text

Data = Mapping[str, Any]
Document = dict[str, Any]

_KEYS = ("estimand", "comparator", "basis", "level", "tenure_band", "unit")
_ROWS = ("rows_in", "rows_accepted", "rows_duplicate", "rows_filtered")
_PEOPLE = ("book", "customers")
"""Roles of exports whose rows are customers."""
_COUNTED = ("left_censored_customers", "unknown_tenure_customers", "new_customers")


def released(document: Data, shared: Mapping[str, Sequence[Data]], *, largest_payment: float) -> Document:
    """Return a findings document with what may be shown.

    Scopes that may not be named are left out; a finding of the whole book stays, with ``withheld``. What a later
    version adds to the document is withheld until it is declared, here or in
    :mod:`fairness.disclosure.control.kinds`.

    Args:
        document: The findings document of a run.
        shared: Tables of the run's share file, see :func:`fairness.runs.share_file.read_shared`.
        largest_payment: What the party that pays most pays a year, major units.
    """
    (study,) = shared["study"]
    rules = Rules(study["min_cell"], study["dominance_contributors"], study["dominance_share"])
    money = _Money(rules, largest_payment)
    known = {_place(found): found for found in map(Finding.load, document["findings"])}
    companions: dict[int, list[Data]] = {}
    for row in shared["findings_companions"]:
        companions.setdefault(row["finding_id"], []).append(row)
    findings = [
        _finding(known[_place_of(told)], told, companions.get(told["finding_id"], []), document, money)
        for told in shared["findings"]
        if told["scope"] is not None
    ]
    head = findings[0]
    inputs = [_input(item, rules) for item in document["build"]["inputs"]]
    return {
        "schema_version": document["schema_version"],
        "study": document["study"],
        "build": {**document["build"], "inputs": inputs},
        "disclosure": {
            "min_cell": rules.min_cell,
            "dominance_contributors": rules.dominance_n,
            "dominance_share": rules.dominance_share,
            "findings": len(shared["findings"]),
            "findings_withheld": sum(told["withheld"] is not None for told in shared["findings"]),
        },
        "looked_at": _looked_at(document),
        "reconciliation": _rows(document, rules),
        "rejected": [_rejected(item, rules) for item in document["rejected"]],
        "support": _support(document["support"], Finding.load(head), money),
        "headline": head,
        "findings": findings,
        "promises": [],
        "monthly": [dict(row) for row in shared["findings_monthly"]],
    }


class _Money:
    """Decides on money of which only the sum and the largest payment are known.

    Args:
        rules: The thresholds.
        largest: What the party that pays most pays a year, major units.
    """

    def __init__(self, rules: Rules, largest: float) -> None:
        self.rules, self.largest = rules, largest

    def is_safe(self, money: Decimal | str | None) -> bool:
        """Return whether the largest contributors cannot hold too much of an amount, whoever they are."""
        held = self.rules.dominance_n * self.largest
        return money is not None and held <= self.rules.dominance_share * float(money)

    def told(self, money: Decimal | str | None) -> str | None:
        """Return an amount rounded by what the largest ``min_cell`` payments could change in it; None where unsafe."""
        if money is None or not self.is_safe(money) or self.largest <= 0:
            return None
        step = step_above(self.rules.min_cell * self.largest)
        rounded = round(float(money) / step) * step
        return money_text(Decimal(f"{rounded:.2f}")) if 2 * step <= float(money) else None

    def reversal(self, gap: float | None, money: Decimal | str | None) -> float | None:
        """Return the gap that would reverse the answer, rounded by what a few could change in the money behind it."""
        if gap is None or money is None or not self.is_safe(money) or self.largest <= 0:
            return None
        step = step_above(max(1.0, abs(gap)) * self.rules.min_cell * self.largest / float(money))
        return round(round(gap / step) * step, 6) if 2 * step <= abs(gap) else None


def _input(item: Data, rules: Rules) -> Document:
    """Return what is published about an export; where its rows are customers, their number is rounded."""
    return {**item, "rows": rounded_count(item["rows"], rules) if item["role"] in _PEOPLE else item["rows"]}


def _rows(document: Data, rules: Rules) -> Document:
    """Return what happened to the rows; those of a book are customers: rounded, and None where they are few."""
    block = document["reconciliation"]
    counts = {
        **{name: block[name] for name in _ROWS},
        "rows_excluded": sum(block["rows_excluded"].values()),
        "rows_rejected": sum(block["rows_rejected"].values()),
    }
    if any(item["role"] == "book" for item in document["build"]["inputs"]):
        counts = {name: rounded_count(n, rules) if n >= rules.min_cell else None for name, n in counts.items()}
    matches = [
        {
            "pair": row["pair"],
            "unmatched_share": _coverage(row["unmatched_share"], row["asked"], rules),
            "differs_by": row["differs_by"],
        }
        for row in block["id_matches"]
    ]
    told = {
        "id_matches": matches,
        "columns_unread": _unread(document),
        "time_zone_suspects": block["time_zone_suspects"],
    }
    return {**counts, "ties_out": block["ties_out"], **told}


def _unread(document: Data) -> dict[str, list[str]]:
    """Return the columns of each file that nothing reads: names only, nothing from the rows."""
    blocks = (document["reconciliation"], *document["reconciliation_by_role"].values())
    return {path: names for block in blocks for path, names in block["columns_unread"].items()}


def _rejected(item: Data, rules: Rules) -> Document:
    """Return rejected rows for one reason: their number rounded, as they may be one customer's; no values, no money."""
    told = {
        name: rounded_count(item[name], rules) if item[name] >= rules.min_cell else None for name in ("rows", "rows_in")
    }
    named = {name: item[name] for name in ("role", "reason", "column")}
    return {**named, **told, "values": None, "money": None}


def unreleased(document: Data) -> Document:
    """Return a findings document in the same form with nothing withheld: for those who may see everything."""
    block = document["reconciliation"]
    shown = [{**finding, "withheld": None} for finding in document["findings"]]
    return {
        **document,
        "headline": shown[0],
        "findings": shown,
        "disclosure": {"min_cell": 0, "findings": len(shown), "findings_withheld": 0},
        "looked_at": _looked_at(document),
        "reconciliation": {
            **{name: block[name] for name in (*_ROWS, "ties_out", "id_matches", "time_zone_suspects")},
            "columns_unread": _unread(document),
            "rows_excluded": sum(block["rows_excluded"].values()),
            "rows_rejected": sum(block["rows_rejected"].values()),
        },
    }


def _looked_at(document: Data) -> dict[str, int]:
    """Return the number of tests in each family; findings that are left out were tested as well."""
    findings = [Finding.load(finding) for finding in document["findings"]]
    families = {finding.family for finding in findings if finding.family is not None}
    return {family: looked_at(findings, family) for family in sorted(families)}


def _place(finding: Finding) -> tuple[Any, ...]:
    """Return what a finding is about, as stated in its row of the share file."""
    scope = json.dumps(finding.scope, ensure_ascii=False, sort_keys=True)
    return (*(getattr(finding, name) for name in _KEYS), scope)


def _place_of(told: Data) -> tuple[Any, ...]:
    return (*(told[name] for name in _KEYS), told["scope"])


def _finding(finding: Finding, told: Data, companions: Sequence[Data], document: Data, money: _Money) -> Document:
    """Return a finding with what its row of the share file shows; a field that nobody declared is withheld."""
    # Diagnostics and the deciding sample hold numbers of customers: they are shown for the headline's question alone.
    is_whole = finding.is_whole and told["n_tenured"] is not None
    found: Document = {name: told.get(name) for name in finding.data}
    found |= {
        "estimate": _number(told, "estimate"),
        "scope": finding.scope,
        "warnings": told["warnings"].split(", ") if told["warnings"] else [],
        "companions": [_companion(item) for item in companions],
        "diagnostics": _diagnostics(finding, money.rules, is_shown=is_whole),
        "deciding_sample": _deciding_sample(finding, money.rules) if is_whole and told["withheld"] is None else None,
        "rounded_to": told["rounded_to"],
        "withheld": told["withheld"],
    }
    found["fact"] = _fact(Finding.load(found), document["study"]["currency"])
    if is_whole and told["n_not_compared"] is not None:
        # The share file has none of these: it depends on whose money that is.
        not_compared = finding.money_not_compared
        found["money_not_compared"] = money.told(not_compared)
        found["reversal_gap"] = money.reversal(finding.reversal_gap, not_compared)
        if money.is_safe(not_compared):
            n = (finding.n_tenured or 0) + (finding.n_not_compared or 0)
            found["support_money_share"] = _coverage(finding.support_money_share, n, money.rules)
    return found


def _number(told: Data, name: str) -> float | int | str | None:
    """Return a figure of a row: money as text, or a fraction."""
    return told[name] if told["amount"] is None else money_text(told["amount"])


def _companion(told: Data) -> Document:
    names = ("name", "ci_lower", "ci_upper", "p_value", "rounded_to")
    estimate = _number(told, "estimate")
    if COMPANIONS.get(told["name"]) is Kind.COUNT and isinstance(estimate, float):
        estimate = int(estimate)
    return {**{name: told[name] for name in names}, "estimate": estimate, "statistic": None}


def _fact(finding: Finding, currency: str) -> str | None:
    """Return the sentence of a finding from its published figures; None where it lacks one of them."""
    n = finding.n_tenured
    if n is None or not finding.is_shown:
        return None
    if finding.amount is not None:
        net, affected = finding.beside("net"), finding.beside("customers_affected")
        if not isinstance(net, Decimal) or affected is None:
            return None
        return overpayment_fact(finding.amount, net, currency=currency, n_affected=int(affected), n=n)
    n_cells = finding.n_cells or 0
    return gap_fact(finding.estimand, finding.comparator, finding.estimate, n_tenured=n, n_cells=n_cells)


def _diagnostics(finding: Finding, rules: Rules, *, is_shown: bool) -> Document:
    values: Document = {item.name: None for item in fields(finding.diagnostics)}
    for name, kind in DIAGNOSTICS.items():
        value = getattr(finding.diagnostics, name)
        if is_shown and kind is Kind.EFFECTIVE and value is not None:
            values[name] = _effective(value, finding.n_tenured or 0, rules)
    return values


def _deciding_sample(finding: Finding, rules: Rules) -> Document | None:
    """Return the sample that would decide, each number rounded as an effective number of the customers behind it."""
    sample, n = finding.deciding_sample, finding.n_tenured or 0
    if sample is None:
        return None
    sizes = {"present": sample.present, "at_zero": sample.at_zero, "at_twice_margin": sample.at_twice_margin}
    told = {name: None if size is None else _effective(size, n, rules) for name, size in sizes.items()}
    whole = {name: None if size is None else int(size) for name, size in told.items()}
    return None if whole["present"] is None else {"unit": sample.unit, "reason": sample.reason, **whole}


def _effective(value: float, n: int, rules: Rules) -> float | None:
    grid = effective_grid(value, n, rules)
    return None if grid is None else grid.nearest(value)


def _coverage(value: float | None, n: int, rules: Rules) -> float | None:
    grid = coverage_grid(n, rules)
    return None if value is None or grid is None else grid.nearest(value)


def _support(support: Data, head: Finding, money: _Money) -> Document:
    """Return who could be compared, with what may be shown: nothing about those who could not where they are few."""
    rules = money.rules
    found: Document = {name: None for name, value in support.items() if not isinstance(value, list | tuple)}
    for name in (*_COUNTED, "tenured_customers"):
        found[name] = rounded_count(support[name], rules) if support[name] >= rules.min_cell else None
    found["not_compared"], found["other_currencies"], found["beside"] = [], [], []
    for item in support["other_currencies"]:
        if item["customers"] >= rules.min_cell:
            n = rounded_count(item["customers"], rules)
            told = {"currency": item["currency"], "customers": n, "tenured_customers": None, "money": None}
            found["other_currencies"].append(told)
    n_tenured, n_compared = support["tenured_customers"], support["assessable_customers"]
    found["rejected_share"] = _coverage(support["rejected_share"], n_tenured, rules)
    if found["unknown_tenure_customers"] is not None:
        found["unknown_tenure_share"] = _coverage(support["unknown_tenure_share"], n_tenured, rules)
    if not n_tenured:
        return found | {"tenured_customers": 0, "assessable_customers": 0}
    if head.support_share is not None or not n_compared:
        found["assessable_share"] = _coverage(support["assessable_share"], n_tenured, rules)
        is_many = n_compared >= rules.min_cell
        found["assessable_customers"] = rounded_count(n_compared, rules) if is_many or not n_compared else None
    if head.n_not_compared is None and n_compared:
        return found
    items = support["not_compared"]
    hidden = _hidden([item["customers"] for item in items], rules.min_cell)
    found["not_compared"] = [
        {
            "reason": item["reason"],
            "customers": None if masked else rounded_count(item["customers"], rules),
            "money": None if masked else money.told(item["money"]),
        }
        for item, masked in zip(items, hidden, strict=True)
    ]
    if money.is_safe(_sum(items)):
        found["assessable_money_share"] = _coverage(support["assessable_money_share"], n_tenured, rules)
    return found


def _sum(items: Sequence[Data]) -> str | None:
    known = [Decimal(item["money"]) for item in items if item["money"] is not None]
    return str(sum(known, Decimal(0))) if known else None


def _hidden(counts: Sequence[int], least: int) -> list[bool]:
    """Return which counts are withheld, given that their total is known; all where they cannot be protected."""
    if not counts:
        return []
    try:
        masked = protect([Measure.of_counts(counts, least)], [Relation(None, tuple(range(len(counts))))])
    except ValueError:
        return [True] * len(counts)
    return [bool(value) for value in np.asarray(masked)]
