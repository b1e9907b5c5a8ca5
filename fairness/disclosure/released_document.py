"""The findings document as it may leave the firm: what disclosure control withholds is null, with the reason.

The share file of the run decides about findings, companions and months. Who could not be compared is decided here by
the same rules: a reason is told where enough customers have it and the total does not give a smaller one away; its
money where no two parties can hold most of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fairness.disclosure.control import Measure, Relation, protect
from fairness.text.sentences import looked_at

Data = Mapping[str, Any]
Document = dict[str, Any]

_KEYS = ("estimand", "comparator", "basis", "level", "tenure_band", "unit")
_ROWS = ("rows_in", "rows_accepted", "rows_duplicate", "ties_out")
_MONEY_LEFT_OUT = ("money_not_compared", "reversal_gap", "support_money_share")
_COUNTED = ("left_censored_customers", "unknown_tenure_customers", "new_customers")


def released(document: Data, shared: Mapping[str, Sequence[Data]], *, largest_payment: float) -> Document:
    """Return a findings document with what may be shown.

    Scopes that may not be named are left out; a finding of the whole book stays, with ``withheld``.

    Args:
        document: The findings document of a run.
        shared: Tables of the run's share file, see :func:`fairness.runs.share_file.read_shared`.
        largest_payment: What the party that pays most pays a year, major units.
    """
    (study,) = shared["study"]
    known = {_key(item, _scope_text(item["scope"])): item for item in document["findings"]}
    companions: dict[int, set[str]] = {}
    for row in shared["findings_companions"]:
        companions.setdefault(row["finding_id"], set()).add(row["name"])
    findings = [
        _finding(
            known[_key(row, row["scope"])],
            row,
            companions.get(row["finding_id"], set()),
            money_is_safe=_is_safe(document["headline"]["money_not_compared"], study, largest_payment),
        )
        for row in shared["findings"]
        if row["scope"] is not None
    ]
    block = document["reconciliation"]
    head = findings[0]
    return {
        "schema_version": document["schema_version"],
        "study": document["study"],
        "build": document["build"],
        "disclosure": {
            "min_cell": study["min_cell"],
            "dominance_contributors": study["dominance_contributors"],
            "dominance_share": study["dominance_share"],
            "findings": len(shared["findings"]),
            "findings_withheld": sum(row["withheld"] is not None for row in shared["findings"]),
        },
        "looked_at": _looked_at(document),
        "reconciliation": {
            **{name: block[name] for name in _ROWS},
            "rows_excluded": sum(block["rows_excluded"].values()),
            "rows_rejected": sum(block["rows_rejected"].values()),
        },
        "support": _support(document["support"], head, study, largest_payment),
        "headline": head,
        "findings": findings,
        "promises": document["promises"],
        "monthly": [dict(row) for row in shared["findings_monthly"]],
    }


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
            **{name: block[name] for name in _ROWS},
            "rows_excluded": sum(block["rows_excluded"].values()),
            "rows_rejected": sum(block["rows_rejected"].values()),
        },
    }


def _looked_at(document: Data) -> dict[str, int]:
    """Return the looks of each family; findings that are left out were tested as well."""
    families = {finding["family"] for finding in document["findings"] if finding["family"] is not None}
    return {family: looked_at(document["findings"], family) for family in sorted(families)}


def _scope_text(scope: Data) -> str:
    return json.dumps(scope, ensure_ascii=False, sort_keys=True)


def _key(finding: Data, scope: str) -> tuple[Any, ...]:
    return (*(finding[name] for name in _KEYS), scope)


def _finding(finding: Data, row: Data, companions: set[str], *, money_is_safe: bool) -> Document:
    """Return a finding with what its row of the share file shows."""
    # Diagnostics and the deciding sample hold numbers of customers; the share file has neither.
    is_whole = finding["level"] == "pooled" and finding["tenure_band"] is None and row["n_tenured"] is not None
    found: Document = {}
    for name, value in finding.items():
        if name == "estimate":
            found[name] = value if row["estimate"] is not None or row["amount"] is not None else None
        elif name in ("scope", "warnings"):
            found[name] = value
        elif name == "companions":
            found[name] = [item for item in value if item["name"] in companions]
        elif name == "fact":
            # The sentence states numbers of customers.
            is_told = finding["estimand"] != "overpayment" or "customers_affected" in companions
            found[name] = value if row["n_tenured"] is not None and row["withheld"] is None and is_told else None
        elif name == "diagnostics":
            found[name] = value if is_whole else dict.fromkeys(value)
        elif name == "deciding_sample":
            found[name] = value if is_whole else None
        elif name in _MONEY_LEFT_OUT:
            # The share file has none of these: whose that money is decides.
            found[name] = value if is_whole and row["support_share"] is not None and money_is_safe else None
        else:
            found[name] = value if row[name] is not None else None
    if row["withheld"] is not None:
        found["warnings"] = []
    return {**found, "withheld": row["withheld"]}


def _support(support: Data, head: Data, study: Data, largest: float) -> Document:
    """Return who could be compared, with what may be told."""
    found: Document = {name: value for name, value in support.items() if not isinstance(value, list)}
    least = study["min_cell"]
    if head["support_share"] is None:
        # The headline's share is withheld: it would tell how few were not compared.
        names = ("tenured_customers", "assessable_customers", "assessable_share", "assessable_money_share")
        n_tenured, n_compared = support["tenured_customers"], support["assessable_customers"]
        is_told = n_compared in (0, n_tenured) and (n_tenured >= least or not n_tenured)
        found |= {name: support[name] if is_told else None for name in names}
    for name in _COUNTED:
        found[name] = support[name] if support[name] >= least else None
    items = support["not_assessable"]
    hidden = _hidden([item["customers"] for item in items], least)
    found["not_assessable"] = [
        {
            "reason": item["reason"],
            "customers": None if masked else item["customers"],
            "money": None if masked or not _is_safe(item["money"], study, largest) else item["money"],
        }
        for item, masked in zip(items, hidden, strict=True)
    ]
    found["other_currencies"] = [
        {"currency": item["currency"], "customers": item["customers"], "tenured_customers": None, "money": None}
        for item in support["other_currencies"]
        if item["customers"] >= least
    ]
    return found


def _is_safe(money: str | None, study: Data, largest: float) -> bool:
    """Return whether the largest contributors cannot hold too much of an amount, whoever they are."""
    return money is not None and study["dominance_contributors"] * largest <= study["dominance_share"] * float(money)


def _hidden(counts: Sequence[int], least: int) -> list[bool]:
    """Return which counts are withheld, given that their total is known; all where they cannot be protected."""
    if not counts:
        return []
    try:
        masked = protect([Measure.of_counts(counts, least)], [Relation(None, tuple(range(len(counts))))])
    except ValueError:
        return [True] * len(counts)
    return [bool(value) for value in np.asarray(masked)]
