"""The share file: what it shows is what the findings say, and what it withholds cannot be worked out from it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.optimize import linprog

from fairness.analysis.marts_reader import load_marts
from fairness.analysis.study import analyse
from fairness.config import load_config
from fairness.disclosure.control import Rules
from fairness.disclosure.share import month_row, write_share
from fairness.findings.estimands import BY_NAME
from fairness.findings.results import Companion
from fairness.stats.influence import ratio_influence

Rows = list[dict[str, Any]]

MIN_CELL = 10
CHANGES_BY_ROW = {"finding_id", "withheld", "scope", "is_headline", "fact"}
REGIONS, CHANNELS, BANDS = ("north", "south", "isles"), ("shop", "web", "phone"), ("2", "3-4", "5-9", "10+")
MONTHS = {"2": 24, "3-4": 36, "5-9": 60, "10+": 120}


def firm(seed: int) -> Rows:
    """Return a book in which some cells, lens values and bands are small and some are empty."""
    draw = random.Random(seed)
    return [
        {
            "customer_id": f"c{n}",
            "region": draw.choices(REGIONS, (60, 30, 4))[0],
            "channel": draw.choices(CHANNELS, (50, 40, 8))[0],
            "is_vulnerable": draw.random() < 0.08,
            "tenure_months": draw.choices((3, *MONTHS.values()), (30, 40, 30, 20, 5))[0] + draw.randrange(6),
            "price": round(draw.uniform(20, 40), 2),
            "offer_price": draw.choice((22, 25, 28)),
        }
        for n in range(260)
    ]


def share(study: Any, table: str) -> Rows:
    with duckdb.connect(str(study.run.share), read_only=True) as con:
        result = con.execute(f"from {table}")
        names = [str(column[0]) for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def build(study: Any, rows: Rows) -> dict[str, Any]:
    document: dict[str, Any] = study.publish(
        rows,
        like_for_like={"cell": ["region", "channel"]},
        lenses={"by": ["region", "is_vulnerable"]},
        inference={"bootstrap_replicates": 0, "permutation_replicates": 99},
    )
    return document


def place(finding: dict[str, Any]) -> tuple[Any, ...]:
    scope = finding["scope"]
    parsed = json.loads(scope) if isinstance(scope, str) else scope
    named = tuple(finding[name] for name in ("estimand", "comparator", "basis", "level", "tenure_band"))
    return (*named, json.dumps(parsed, sort_keys=True))


LOWER, UPPER = ("ci_lower", "equivalence_ci_lower"), ("ci_upper", "equivalence_ci_upper", "minimum_detectable_gap")
COUNTS = ("n_tenured", "n_new", "n_observations", "n_not_compared")
SHARES = ("effect_size", "support_share")
LEVELS = ("p_value", "p_value_adjusted", "p_value_equivalence", "p_value_equivalence_adjusted")
ROUNDING = {"rounded_to", "withheld"}


def is_rounded_right(name: str, shown: Any, exact: Any, row: dict[str, Any]) -> bool:
    """Return whether a figure of the share file is the exact one, rounded as its kind asks."""
    if shown is None:
        return True
    if name in COUNTS:
        return bool(shown % MIN_CELL == 0 and abs(shown - exact) <= MIN_CELL / 2)
    if name in LEVELS:
        return shown in (0.001, 0.01, 0.05, 1.0) and bool(exact <= shown)
    if name in LOWER:
        return bool(shown <= exact + 1e-12)
    if name in UPPER:
        return bool(shown >= exact - 1e-12)
    if name in SHARES:
        return bool(abs(shown - exact) <= 0.1)
    if name in ("estimate", "amount"):
        return bool(abs(float(shown) - float(exact)) <= row["rounded_to"] / 2 * (1 + 1e-9))
    return bool(shown == exact)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_no_withheld_count_can_be_solved_and_shown_numbers_are_rounded(study: Any, seed: int) -> None:
    document = build(study, firm(seed))
    truth = {place(finding): finding for finding in document["findings"]}
    rows = share(study, "findings")
    shown = {place(row): row for row in rows if row["scope"] is not None}
    for key, row in shown.items():
        if row["withheld"] is None:
            exact = truth[key] | {"amount": truth[key]["estimate"]}
            for name in set(row) - CHANGES_BY_ROW - ROUNDING - {"warnings", "verdict_reason"}:
                assert is_rounded_right(name, row[name], exact[name], row), (name, key)
        else:
            figures = set(row) - CHANGES_BY_ROW - {"estimand", "comparator", "basis", "level", "tenure_band", "unit"}
            # Their counts are safe where few customers decide the figure alone.
            figures -= set(COUNTS) if row["withheld"] == "few_decide" else set()
            assert {name: row[name] for name in figures if row[name] is not None} == {}
    assert len(rows) == sum(BY_NAME[key[0]].is_released for key in truth)
    assert all(row[n] is None or row[n] >= MIN_CELL for row in rows for n in ("n_tenured", "n_new", "n_observations"))
    _attack(truth, shown)


def _attack(truth: dict[tuple[Any, ...], dict[str, Any]], shown: dict[tuple[Any, ...], dict[str, Any]]) -> None:
    """Solve the counts of the headline's question from the shown ones: every customer is one of these kinds."""
    kinds = list(product(REGIONS, CHANNELS, ("True", "False"), BANDS))
    known, hidden = [], []
    for key, finding in truth.items():
        if key[0] != "offer_gap" or finding["tenure_band"] in ("0", "1"):
            continue
        wanted = {**finding["scope"], **({"band": finding["tenure_band"]} if finding["tenure_band"] else {})}
        sums = np.array(
            [
                all(
                    dict(zip(("region", "channel", "is_vulnerable", "band"), kind, strict=True)).get(n) == v
                    for n, v in wanted.items()
                    if n in ("region", "channel", "is_vulnerable", "band")
                )
                for kind in kinds
            ],
            dtype=float,
        )
        visible = shown.get(key, {}).get("n_tenured")
        known.append((sums, visible, key)) if visible is not None else hidden.append((sums, finding["n_tenured"], key))
    assert any(0 < n < MIN_CELL for _, n, _ in hidden), "the firm has no small count: nothing is tested"
    left = np.array([sums for sums, _, _ in known])
    low, high = (np.array([n for _, n, _ in known]) + reach for reach in (-MIN_CELL / 2, MIN_CELL / 2 - 1))
    within = {"A_ub": np.vstack((left, -left)), "b_ub": np.concatenate((high, -low))}
    for sums, n, key in hidden:
        if n:
            lowest, highest = (sign * linprog(sign * sums, bounds=(0, None), **within).fun for sign in (1, -1))
            assert lowest - 1e-6 <= n <= highest + 1e-6
            assert highest - lowest >= MIN_CELL - 1e-6, key


def affected(file: Path) -> list[int]:
    """Return how many customers of the whole book pay above their offer, as a file of the run shows it."""
    query = (
        "select c.estimate::integer from findings_companions c join findings f using (finding_id)"
        " where c.name = 'customers_affected' and f.level = 'pooled' and f.tenure_band is null"
    )
    with duckdb.connect(str(file), read_only=True) as con:
        return [n for (n,) in con.execute(query).fetchall()]


def book_of_two_tariffs(n_above: int) -> Rows:
    """Return a firm in which nobody in the south pays more than the offer, and so many of the others do."""
    rows = firm(4)
    others = [row for row in rows if row["region"] != "south" and row["tenure_months"] >= 12]
    for row in rows:
        row["price"] = row["offer_price"]
    for row in others[:n_above]:
        row["price"] += 1
    return rows


def test_the_customers_above_their_offer_are_shown_of_the_whole_book(study: Any) -> None:
    build(study, book_of_two_tariffs(1_000))
    shares = [row["effect_size"] for row in share(study, "findings") if row["estimand"] == "offer_gap"]
    assert shares.count(None) > 5, "nothing is withheld: nothing is tested"
    (n_above,) = affected(study.run.warehouse)
    (shown,) = affected(study.run.share)
    assert shown % MIN_CELL == 0
    assert abs(shown - n_above) <= MIN_CELL / 2
    assert n_above > MIN_CELL


@pytest.mark.slow
def test_the_customers_above_their_offer_are_withheld_where_they_are_few(study: Any) -> None:
    build(study, book_of_two_tariffs(MIN_CELL - 1))
    assert (affected(study.run.warehouse), affected(study.run.share)) == ([MIN_CELL - 1], [])
    build(study, book_of_two_tariffs(MIN_CELL))
    assert affected(study.run.share) == [MIN_CELL]


@pytest.mark.slow
def test_few_customers_above_their_offers_are_few_however_much_they_hold(study: Any) -> None:
    def held(name: str, region: str, product: str, price: int) -> dict[str, Any]:
        offer = {"offer_price": 25, "tenure_months": 40}
        return {"customer_id": name, "region": region, "product_id": product, "price": price} | offer

    rows = [held(f"{region}{n}", region, "gas", 26 - n % 2) for n in range(200) for region in ("north", "west")]
    rows += [held(f"s{n}", "south", product, 26) for n in range(6) for product in ("gas", "power")]
    rows += [held(f"t{n}", "south", "gas", 24) for n in range(40)]
    study.publish(rows, like_for_like={"cell": ["region"]}, lenses={"by": ["region"]})
    query = (
        "select f.scope, c.estimate from findings_companions c join findings f using (finding_id)"
        " where c.name = 'customers_affected' and f.level = 'lens'"
    )
    exact = dict(study.query(query))
    with duckdb.connect(str(study.run.share), read_only=True) as con:
        shown = dict(con.execute(query).fetchall())
    assert exact['{"region": "south"}'] == 6
    assert '{"region": "south"}' not in shown
    assert shown


@pytest.mark.slow
def test_what_few_hold_is_withheld_as_is_the_gap_that_they_make(study: Any) -> None:
    rows = [row | {"customer_id": f"{seed} {row['customer_id']}"} for seed in range(6) for row in firm(seed)]
    rows[0] |= {"price": 9000 * 6, "region": "north", "channel": "shop", "tenure_months": 40, "offer_price": 25}
    build(study, rows)
    pooled = [row for row in share(study, "findings") if row["level"] == "pooled" and row["tenure_band"] is None]
    (money,) = (row for row in pooled if row["estimand"] == "overpayment")
    assert (money["withheld"], money["amount"]) == ("dominated_amount", None)
    (gap,) = (row for row in pooled if row["estimand"] == "offer_gap")
    # With the gap and what the offers come to, their money would be known.
    assert (gap["withheld"], gap["estimate"], gap["n_tenured"] >= MIN_CELL) == ("few_decide", None, True)
    companions = share(study, "findings_companions")
    assert [row for row in companions if row["finding_id"] == money["finding_id"]] == []
    priced = {row["scope"]: row["mean_price"] is not None for row in share(study, "cells")}
    assert not priced['{"channel": "shop", "region": "north"}']
    assert any(priced.values())


@pytest.mark.slow
@pytest.mark.parametrize(("of_one_party", "withheld"), [(True, "dominated_amount"), (False, None)])
def test_the_accounts_of_a_party_count_together(study: Any, of_one_party: bool, withheld: str | None) -> None:
    rows = [row | {"price": 25.5, "offer_price": 25, "party_id": row["customer_id"]} for row in firm(2)]
    for n in range(12):
        party = {"party_id": f"firm {n % 2}"} if of_one_party else {}
        rows[n] |= {"price": 500, "tenure_months": 50, "region": "north", "channel": "web", **party}
    build(study, rows)
    (money,) = (
        row
        for row in share(study, "findings")
        if row["level"] == "pooled" and row["tenure_band"] is None and row["estimand"] == "overpayment"
    )
    assert money["withheld"] == withheld


@pytest.mark.slow
def test_a_scope_without_comparison_is_named_only_where_it_is_large(study: Any) -> None:
    rows = firm(3)
    rows = [row | {"offer_price": None if row["region"] == "isles" else row["offer_price"]} for row in rows]
    rows += [{**rows[0], "customer_id": f"k{n}", "region": "keys", "offer_price": None} for n in range(40)]
    document = build(study, rows)
    assert {"isles", "keys"} <= {finding["scope"].get("region") for finding in document["findings"]}
    text = json.dumps(share(study, "findings") + share(study, "cells"), default=str)
    assert "keys" in text
    assert "isles" not in text


@pytest.mark.slow
def test_every_table_and_column_says_what_it_is_and_older_engines_open_the_file(study: Any) -> None:
    build(study, firm(1))
    with duckdb.connect(str(study.run.share), read_only=True) as con:
        tables = con.execute("select table_name, comment from duckdb_tables() order by 1").fetchall()
        bare = con.execute(
            "select table_name, column_name from duckdb_columns() where comment is null and not internal"
        ).fetchall()
        (tags,) = con.execute("select tags from duckdb_databases() where database_name = 'share'").fetchone() or ("",)
    assert [name for name, _ in tables] == ["cells", "findings", "findings_companions", "findings_monthly", "study"]
    assert all(comment for _, comment in tables)
    assert bare == []
    assert "v1.5.0" in str(tags)


def test_a_month_of_few_is_withheld() -> None:
    month = {"month": "2025-01", "n_tenured": 9, "estimate": 0.1, "ci_lower": 0.0, "ci_upper": 0.2}
    month |= {"interval": "party", "pricing_decisions": 3.0}
    found = ratio_influence([11.0, 10.9], [10.0, 10.0], [6_000, 6_000], few=MIN_CELL)
    small = month_row(month, found, Rules(), as_of="2025-03")
    assert (small["withheld"], small["estimate"], small["n_tenured"]) == ("small_count", None, None)
    large = month_row(month | {"n_tenured": 12_004}, found, Rules(), as_of="2025-03")
    assert (large["withheld"], large["estimate"], large["n_tenured"]) == (None, 0.1, 12_000)
    assert month_row(month | {"n_tenured": 12_004}, found, Rules(), as_of="2025-01")["n_tenured"] is None
    unknown = month_row(month | {"n_tenured": 12_004}, None, Rules(), as_of="2025-03")
    assert (unknown["withheld"], unknown["estimate"]) == ("unknown_influence", None)


def test_what_nobody_declared_is_withheld(study: Any) -> None:
    """A new companion, a new effect size, and a gap of which nobody says how far few customers could move it."""
    build(study, firm(4))
    config = load_config(study.run.folder.parents[2] / "fairness.toml")
    with duckdb.connect(str(study.run.warehouse), read_only=True) as con:
        marts = load_marts(con)
        findings = analyse(con, config, {"id": "x", "software_version": "1"}, marts=marts)
    head, *others = findings.findings
    new = replace(head, companions=(*head.companions, Companion("brand_new", 0.123)), effect_size_name="brand_new")
    unknown = others[0].key
    changed = replace(
        findings,
        findings=(new, *others),
        influences={key: value for key, value in findings.influences.items() if key != unknown},
    )
    with duckdb.connect() as con:
        write_share(con, changed, marts, config)
        names = {name for (name,) in con.execute("select distinct name from findings_companions").fetchall()}
        effect = con.execute("select effect_size from findings where is_headline").fetchone()
        why = con.execute("select estimate, withheld from findings where finding_id = 2").fetchone()
    assert "geometric" in names
    assert "brand_new" not in names
    assert effect == (None,)
    assert why == (None, "unknown_influence")
