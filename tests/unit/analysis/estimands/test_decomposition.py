"""The difference of means, split: terms worked out by hand, identities, an injected truth and a book without a gap."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest

from fairness.analysis.counts import BoolArray
from fairness.analysis.estimands import new_customers
from fairness.analysis.estimands.decomposition import decompose_counts
from fairness.analysis.marts import Marts
from fairness.analysis.marts_reader import load_marts
from fairness.analysis.scopes import POOLED
from fairness.config import load_config
from fairness.findings.estimands import LIKE_FOR_LIKE_GAP
from fairness.stats.mean_difference import Decomposition

Row = dict[str, Any]
LEAST_TWO = {"like_for_like": {"min_per_group": 2}}


def rows(*groups: tuple[str, bool, float, int]) -> list[Row]:
    """Return customers of (product, tenured, price, how many)."""
    return [
        {"customer_id": f"{index}-{number}", "product_id": product, "price": price, "tenure_months": 70 if old else 3}
        for index, (product, old, price, n) in enumerate(groups)
        for number in range(n)
    ]


def exact(study: Any) -> tuple[Marts, BoolArray, Decomposition | None]:
    config = load_config(study.run.folder.parents[2] / "fairness.toml")
    with duckdb.connect(str(study.run.warehouse), read_only=True) as con:
        marts = load_marts(con)
    _, matched = new_customers.headline(marts, config, LIKE_FOR_LIKE_GAP)
    tenured, new = POOLED.tenured(marts, marts.prices), POOLED.new(marts, marts.prices)
    return marts, matched, decompose_counts(marts, tenured, new, matched)


def terms(finding: Row) -> dict[str, Decimal]:
    money = {item["name"]: item["estimate"] for item in finding["companions"]}
    return {name: Decimal(money[name]) for name in ("unmatched_tenured", "like_for_like", "mix", "unmatched_new")}


def test_terms_worked_out_by_hand(study: Any, pick: Callable[..., Row], companion: Callable[..., Row]) -> None:
    """T: A 12, B 30; N: A 10, C 6, two of each, a month: 12 x (21 - 8) = 12 x (9 + 2 + 0 + 2) a year."""
    document = study(rows(("A", True, 12, 2), ("B", True, 30, 2), ("A", False, 10, 2), ("C", False, 6, 2)), **LEAST_TWO)
    finding = pick(document, "decomposition")
    assert terms(finding) == {"unmatched_tenured": 108, "like_for_like": 24, "mix": 0, "unmatched_new": 24}
    assert Decimal(finding["estimate"]) == 156
    assert finding["unit"] == "GBP/year"
    assert (finding["n_tenured"], finding["n_new"], finding["n_cells"]) == (4, 4, 1)
    assert [companion(finding, f"n_unmatched_{arm}")["estimate"] for arm in ("tenured", "new")] == [2, 2]
    assert Decimal(companion(finding, "mean_unmatched_tenured")["estimate"]) == 360
    assert companion(finding, "like_for_like_of_new_mean")["estimate"] == 0.25
    assert "GBP 156.00 a year more on average" in finding["fact"]
    assert (finding["verdict"], finding["p_value"], finding["family"]) == (None, None, None)
    assert document["headline"]["estimand"] != "decomposition"


def test_terms_add_up_in_cents_and_the_like_for_like_term_is_the_gap(study: Any, pick: Callable[..., Row]) -> None:
    rng = np.random.default_rng(7)
    book = [
        {
            "customer_id": str(number),
            "product_id": "ABCDEF"[int(rng.integers(6))],
            "price": round(float(rng.lognormal(3.0, 0.4)), 2),
            "tenure_months": int(rng.choice([3, 70])),
            "interval_unit": str(rng.choice(["month", "year"])),
            "interval_count": 1,
        }
        for number in range(300)
    ]
    document = study.publish(book, like_for_like={"min_per_group": 12})
    finding, alike = pick(document, "decomposition"), pick(document, "like_for_like_gap")
    assert sum(terms(finding).values()) == Decimal(finding["estimate"])
    assert all(amount == round(amount, 2) for amount in terms(finding).values())
    marts, matched, split = exact(study)
    assert split is not None
    assert 0 < matched.sum() < len(marts.cells)
    assert float(split.like_for_like / split.standard) == pytest.approx(alike["estimate"], rel=1e-12)
    yearly = {old: [] for old in (True, False)}  # type: dict[bool, list[float]]
    for row in book:
        yearly[row["tenure_months"] > 60].append(row["price"] * (12 if row["interval_unit"] == "month" else 1))
    difference = np.mean(yearly[True]) - np.mean(yearly[False])
    assert float(Decimal(finding["estimate"])) == pytest.approx(difference, abs=0.006)


def test_an_injected_gap_is_recovered_whatever_the_mix(study: Any, pick: Callable[..., Row]) -> None:
    """Tenured pay 5 % more for the same and hold twice as often the dear product: the terms tell the two apart."""
    book = rows(("A", True, 21, 20), ("B", True, 42, 40), ("A", False, 20, 40), ("B", False, 40, 20))
    found = terms(pick(study(book), "decomposition"))
    standard = (20 * 20 + 40 * 40) / 60 * 12
    assert float(found["like_for_like"]) == pytest.approx(0.05 * standard, abs=0.006)
    assert float(found["mix"]) == pytest.approx(standard - (40 * 20 + 20 * 40) / 60 * 12, abs=0.006)
    assert found["unmatched_tenured"] == found["unmatched_new"] == 0


def test_alike_customers_have_no_term(study: Any, pick: Callable[..., Row]) -> None:
    book = rows(*((product, old, 20, 15) for product in "AB" for old in (True, False)))
    finding = pick(study(book), "decomposition")
    assert set(terms(finding).values()) == {Decimal(0)}
    assert Decimal(finding["estimate"]) == 0


def test_without_a_cell_in_common_nothing_is_assessed(study: Any, pick: Callable[..., Row]) -> None:
    finding = pick(study(rows(("A", True, 12, 20), ("B", False, 10, 20))), "decomposition")
    assert (finding["estimate"], finding["verdict"], finding["verdict_reason"]) == (
        None,
        "not_assessable",
        "no_comparable_cell",
    )
    assert finding["n_not_compared"] == 20


def test_it_stays_in_the_firm(study: Any) -> None:
    study.publish(rows(("A", True, 12, 200), ("A", False, 10, 200)))
    with duckdb.connect(str(study.run.folder / "share.duckdb"), read_only=True) as con:
        told = {name for (name,) in con.execute("select distinct estimand from findings").fetchall()}
        names = {name for (name,) in con.execute("select distinct name from findings_companions").fetchall()}
    assert "like_for_like_gap" in told
    assert "decomposition" not in told
    assert not names & {"mix", "unmatched_new", "mean_new", "n_unmatched_new"}


def test_the_command_line_tells_it_as_a_sentence(study: Any, call_cli: Callable[..., Any]) -> None:
    study.publish(rows(("A", True, 12, 30), ("A", False, 10, 30)), lenses={"by": ["product_id"]})
    out = call_cli("analyze", study.run.folder.parents[2] / "fairness.toml").out
    told = [line for line in out.splitlines() if line.startswith("Where the difference of means comes from")]
    assert len(told) == 1
    assert "GBP 24.00 like for like" in told[0]
    # A row of its own for the whole book; the sentence of the decomposition does not repeat its name.
    table = out[out.index("The whole book") : out.index("By product")]
    assert table.count("Like for like") == 1
