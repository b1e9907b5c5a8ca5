"""What the verdict hangs on: one choice changed at a time, beside what the configured study says of the same people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.analysis.comparison import base_finding
from fairness.analysis.coverage import Covered
from fairness.analysis.scopes import POOLED
from fairness.build.identity import settings_of
from fairness.build.pipeline import build
from fairness.build.specification_range import hangs, specification_range, specifications
from fairness.config import Config, load_config
from fairness.engine.models import sql_root
from fairness.errors import DataError
from fairness.findings.document import Document
from fairness.findings.results import Finding
from fairness.findings.specification_row import SpecificationRange, SpecificationRow
from fairness.panels.range_panel import hangs_on
from fairness.panels.scene import Released
from fairness.report.chart_files import range_svg
from fairness.report.snapshot_folder import compose
from fairness.runs.documents import read_findings
from fairness.runs.range_file import read_range, write_range
from fairness.text import specifications as words
from fairness.text.sentences import headline
from tests.conftest import StudyRunner

Row = dict[str, Any]
MIXED = {"inference": {"primary": "like_for_like_gap", "bootstrap_replicates": 0, "draws": "customers"}}


def book() -> Iterator[Row]:
    """Yield two regions alike for both groups: most tenured live in the dear one, most new in the cheap one."""
    for region, price, tenured, new in (("North", 10.0, 20, 80), ("South", 20.0, 80, 20)):
        for group, months, n in (("t", 60, tenured), ("n", 3, new)):
            for number in range(n):
                yield {
                    **{"customer_id": f"{region}{group}{number}", "product_id": "p", "region": region},
                    **{"tenure_months": months if number % 2 else min(months, 30)},
                    "price": price + (number % 4 - 1.5) / 100,
                }


def gap(verdict: str, estimate: float, lower: float | None = None, upper: float | None = None) -> Finding:
    """Return a headline with a verdict."""
    nobody = Covered(1.0, 1.0, 0.0, (0, Decimal(0)), (0, Decimal(0)))
    base = base_finding("like_for_like_gap", POOLED, nobody, comparator="new_customers", basis="paid")
    return replace(base, verdict=verdict, estimate=estimate, ci_lower=lower, ci_upper=upper)


@pytest.fixture(scope="module")
def config(shared_study: StudyRunner) -> Config:
    """Return a study that is fair within regions."""
    return load_config(shared_study.write(book(), like_for_like={"cell": ["region"]}, **MIXED))


@pytest.fixture(scope="module")
def steps() -> list[str]:
    """Return the steps that the range named, in order."""
    return []


@pytest.fixture(scope="module")
def found(config: Config, steps: list[str]) -> SpecificationRange:
    """Return its range."""
    return specification_range(config, progress=steps.append)


@pytest.fixture(scope="module")
def rows(found: SpecificationRange) -> dict[str, SpecificationRow]:
    """Return its rows by choice and value."""
    return {f"{row.choice}={row.value}": row for row in found.rows}


def test_a_study_without_a_control_that_it_needs_hangs_on_it(rows: dict[str, SpecificationRow]) -> None:
    head, without = rows["=as configured"], rows["like_for_like.cell=without region"]
    assert (head.verdict, without.verdict) == ("equivalent", "penalty")
    # Tenured 18.00 on average, new 12.00: half as much again, all of it mix.
    assert without.estimate == pytest.approx(0.5, abs=1e-3)
    assert [name for name, row in rows.items() if row.hangs] == ["like_for_like.cell=without region"]


def test_choices_of_the_analysis_are_made_on_the_counts_of_the_configured_study(
    found: SpecificationRange, steps: list[str]
) -> None:
    assert words.sentence(found).startswith("The verdict hangs on like_for_like.cell (without region); ")
    assert steps.count("Running the SQL models") == 1, "the others are built in silence"
    # In the middle of that one build, before any other choice.
    first = steps.index("like_for_like.min_per_group = 5")
    assert steps[first - 1].startswith("Estimating and testing")
    assert [step.split(" = ")[0] for step in steps[first:]][:5] == [
        *["like_for_like.min_per_group"] * 2,
        "inference.draws",
        *["inference.margin"] * 2,
    ]
    assert [row.choice for row in found.rows[-2:]] == ["inference.margin"] * 2


def test_the_headline_of_that_build_says_what_it_hangs_on(config: Config, found: SpecificationRange) -> None:
    run = build(config)
    plain = headline(Document.load(read_findings(run)))
    write_range(config.output_dir, found, settings_of(config))
    told = Document.load(read_findings(run))
    assert headline(told) == f"{plain}; this verdict hangs on one choice: like_for_like.cell (without region)"
    panel = hangs_on(Released(told, ()))
    assert panel is not None
    assert panel.title == "The verdict hangs on one choice"
    assert [row.label for row in panel.chart.rows if row.label.endswith("*")] == ["cell without region *"]
    assert panel.chart.rows[0].label == "as configured"
    contents = compose(run)
    assert contents.manifest["hangs_on"] == ["like_for_like.cell (without region)"]
    assert "this verdict hangs on one choice" in contents.files["snapshot.html"].decode("utf-8")
    assert b"specifications" not in contents.files["findings.json"], "its figures stay in the firm"
    assert "hangs_on" not in compose(run, hangs_on=[]).manifest


@pytest.mark.parametrize("change", ["inputs", "settings", "rows"])
def test_a_range_of_another_build_says_nothing(
    config: Config, found: SpecificationRange, tmp_path: Path, change: str
) -> None:
    document = read_findings(build(config))
    head, settings = document["headline"], settings_of(config)
    write_range(tmp_path, found, settings)
    assert read_range(tmp_path, document, settings) == found
    other = {
        "inputs": (replace(found, inputs=("0" * 64,)), settings),
        "settings": (found, {**settings, "inference": {}}),
        "rows": (replace(found, rows=(replace(found.rows[0], estimate=head["estimate"] + 0.1),)), settings),
    }
    write_range(tmp_path, *other[change])
    assert read_range(tmp_path, document, settings) is None


def test_a_file_that_holds_no_range_is_named(tmp_path: Path) -> None:
    assert read_range(tmp_path, {}, {}) is None
    (tmp_path / "range.json").write_text('{"rows": [{"what": 1}], "inputs": [], "settings": {}}')
    with pytest.raises(DataError, match=r"range\.json does not hold a specification range"):
        read_range(tmp_path, {}, {})


def test_the_range_is_drawn_with_the_configured_study_first(found: SpecificationRange) -> None:
    drawn = str(range_svg(found, study="Broadband", primary="like_for_like_gap", margin=0.01))
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert texts[0] == "The verdict hangs on one choice"
    assert texts.index("as configured") < texts.index("cell without region *")


def test_money_of_bills_of_several_intervals_is_that_of_a_year() -> None:
    with duckdb.connect() as con:
        con.execute("create table params as select 'GBP' as currency")
        con.execute(
            """
            create table observation as
            select *, 'GBP' as currency, 1000000 as quantity_micros from (values
                ('a', 'month', 'tenured', 10, 8), ('a', 'week', 'tenured', 7, null), ('b', 'year', 'tenured', 130, 120),
                ('n', 'month', 'new', 9, null), ('m', 'year', 'new', 100, null)
            ) as t (customer_id, cell_key, loyalty_group, paid_ticks, offered_ticks)
            """
        )
        sql = (sql_root() / "specifications" / "compared_money.sql").read_text(encoding="utf-8")
        for against_offers, expected in (
            (True, [("a", 120.0, 96.0), ("b", 130.0, 120.0)]),
            (False, [("a", 120.0, 108.0), ("b", 130.0, 100.0)]),
        ):
            con.execute(
                "create or replace temp table compared_cell as select *, ? as against_offers from "
                "(values ('month', 12.0), ('year', 1.0)) as t (cell_key, per_year)",
                [against_offers],
            )
            con.execute(sql)
            rows = con.execute("from compared_money order by customer_id").fetchall()
            assert [(who, float(paid), float(comparator)) for who, paid, comparator in rows] == expected


def test_people_who_are_compared_alike_have_the_configured_gap(rows: dict[str, SpecificationRow]) -> None:
    head = rows["=as configured"]
    for name in ("inference.margin=0.005", "like_for_like.cell=without region", "tenure.tenured_from_months=12"):
        assert rows[name].configured_on_same_customers == pytest.approx(head.estimate, abs=1e-12)
        assert rows[name].n_tenured == 100


def test_other_people_are_held_against_the_configured_gap_of_the_same(rows: dict[str, SpecificationRow]) -> None:
    fewer = rows["tenure.tenured_from_months=36"]
    kept = [row for row in book() if row["tenure_months"] >= 36]
    paid = sum(row["price"] for row in kept)
    new = {"North": [], "South": []}
    for row in book():
        if row["tenure_months"] < 12:
            new[row["region"]].append(row["price"])
    at_new = sum(sum(new[row["region"]]) / len(new[row["region"]]) for row in kept)
    assert fewer.n_tenured == len(kept) == 50
    assert fewer.configured_on_same_customers == pytest.approx(paid / at_new - 1, abs=1e-12)
    assert not fewer.hangs


def test_what_cannot_be_assessed_overturns_nothing() -> None:
    assert not hangs(gap("not_assessable", -0.3), gap("penalty", 0.05), None, margin=0.01)


@pytest.mark.parametrize(
    ("verdict", "estimate", "bounds", "same", "expected"),
    [
        ("inconclusive", 0.03, (-0.01, 0.07), 0.05, True),  # moved by two points, more than the margin
        ("inconclusive", 0.045, (-0.01, 0.10), 0.05, False),  # moved by less than the margin
        ("inconclusive", 0.03, (-0.01, 0.07), 0.03, False),  # the people changed, not the method
        ("penalty", 0.03, (0.01, 0.05), 0.05, False),  # the same answer
        ("penalty", 0.03, (0.01, 0.05), -0.01, True),  # of the same people the configured study says the opposite
        ("equivalent", 0.001, (-0.001, 0.003), 0.005, True),  # half its interval is less than the margin
    ],
)
def test_it_hangs_where_the_answer_differs_and_the_gap_moved(
    verdict: str, estimate: float, bounds: tuple[float, float], same: float, expected: bool
) -> None:
    assert hangs(gap(verdict, estimate, *bounds), gap("penalty", 0.05), same, margin=0.01) is expected


def test_each_choice_differs_from_the_configured_one_in_one_key(study: StudyRunner) -> None:
    config = load_config(study.write(book(), like_for_like={"cell": ["region"]}))
    found = list(specifications(config))
    names = [f"{one.choice}={one.value}" for one in found]
    assert len(names) == len(set(names))
    assert {"comparator.basis=headline", "comparator.basis=standard", "like_for_like.plan=false"} <= set(names)
    assert "comparator.basis=effective" not in names
    for one in found:
        section, key = one.choice.split(".")
        now, was = getattr(one.config, section).model_dump(), getattr(config, section).model_dump()
        assert {name for name in now if now[name] != was[name]} == {key}
        others = {name for name in type(config).model_fields if getattr(one.config, name) != getattr(config, name)}
        assert others == {section}


def test_one_that_cannot_be_computed_says_why() -> None:
    row = SpecificationRow(choice="comparator.date", value="price_set", problem="no line states price_set_on")
    assert words.row(row, margin=0.01)[2] == "not computed: no line states price_set_on"
    said = words.sentence(SpecificationRange((row,), ()))
    assert said == "The verdict hangs on no single choice; 1 choice was tried, 1 could not be computed."
