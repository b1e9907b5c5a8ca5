"""One registry of estimands: config, labels, documents, SQL and modules all say what it says."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.analysis.estimands.alike_gap import AlikeGap
from fairness.analysis.estimands.answers import ANSWERS, LEADING
from fairness.analysis.marts_reader import EVERY_STUDY, load_marts
from fairness.analysis.study import needs
from fairness.config import Config, Inference, load_config
from fairness.config.method import Primary
from fairness.engine.headers import Header, read_model
from fairness.engine.models import model_files
from fairness.findings import estimands
from fairness.findings.document import Finding
from fairness.findings.estimand_spec import Comparator, Estimand
from fairness.findings.estimands import BY_NAME, ESTIMANDS
from fairness.findings.facts import gap_fact
from fairness.text import labels, sentences

ROOT = Path(__file__).parents[3]
EACH = [pytest.param(spec, id=spec.name) for spec in ESTIMANDS]
EACH_COMPARATOR = [
    pytest.param(spec, comparator, id=f"{spec.name}-{comparator.name}")
    for spec in ESTIMANDS
    for comparator in spec.comparators
]


@pytest.fixture(scope="module")
def models() -> dict[str, Header]:
    return {header.name: header for header in map(read_model, model_files())}


def test_every_estimand_is_answered_by_the_module_of_its_name_or_by_the_shared_estimator() -> None:
    assert [answer.SPEC for answer in ANSWERS] == list(ESTIMANDS)
    for answer in typing.cast("tuple[Any, ...]", ANSWERS):
        if answer.SPEC.is_alike:
            assert isinstance(answer, AlikeGap)
        else:
            assert answer.__name__.rpartition(".")[2] == answer.SPEC.name
    assert set(LEADING) == set(estimands.LEADING)


def test_the_config_offers_what_may_lead_and_the_manual_lists_it() -> None:
    assert typing.get_args(Primary) == estimands.LEADING
    assert Inference().primary in estimands.LEADING
    assert estimands.FALLBACK.name in estimands.LEADING
    row = next(line for line in (ROOT / "docs/config.md").read_text("utf-8").splitlines() if "| `primary` |" in line)
    choices = row.split("|")[4]
    assert re.findall(r"`(\w+)`", choices) == list(estimands.LEADING)


@pytest.mark.parametrize("spec", EACH)
def test_every_estimand_has_the_words_that_surfaces_ask_for(spec: Estimand) -> None:
    finding = Finding(spec.name, spec.comparators[0].name, "effective")
    assert sentences.estimand(finding).startswith(spec.label)
    assert spec.question.strip()
    assert spec.compared.strip()
    # A verdict has a sentence of its own, and a headline a gap with a name.
    assert bool(spec.than) >= spec.has_verdict
    assert spec.has_verdict >= spec.can_lead
    if spec.can_lead:
        assert spec.row
        assert labels.gap_name(finding) == spec.gap != ""
        assert spec.than in sentences.sentence(replace(finding, verdict="penalty", estimate=0.05), margin=0.01)


@pytest.mark.parametrize(("spec", "comparator"), EACH_COMPARATOR)
def test_every_comparator_reads_tables_and_columns_that_the_models_make(
    spec: Estimand, comparator: Comparator, models: dict[str, Header]
) -> None:
    assert set(comparator.reductions) <= set(models)
    columns = {name: set(header.columns) for name, header in models.items()}
    assert set(comparator.covered) <= columns["cell_coverage"]
    assert not comparator.known_by or comparator.known_by in columns["party_counts"]
    assert bool(comparator.known_by) == bool(comparator.missing)
    if spec.fact:
        fact = gap_fact(spec.name, comparator.name, -0.05, n_tenured=1, n_cells=1)
        starts = ("1 tenured customer in 1 cell paid", "Prices of 1 tenured customer", "Later renewals (1, in 1 cell)")
        assert fact.startswith(starts)
        assert "5.0 % less" in fact
        assert fact.endswith(f"{comparator.than}.")


def test_a_comparator_that_an_estimand_does_not_know_is_refused() -> None:
    with pytest.raises(LookupError, match="raw_gap has no comparator 'offer'"):
        BY_NAME["raw_gap"].against("offer")
    assert not any("derived_gap" in path.read_text("utf-8") for path in (ROOT / "fairness").rglob("*.py"))


def config_with(**sections: dict[str, Any]) -> Config:
    study = {"study": {"name": "n", "currency": "GBP"}, "source": [{"role": "book", "path": "x.csv"}]}
    return Config.model_validate({**study, **sections, "path": Path("/none/fairness.toml")})


def test_a_study_asks_for_the_counts_that_its_questions_are_computed_from(models: dict[str, Header]) -> None:
    everything = needs(config_with())
    assert everything | EVERY_STUDY <= set(models)
    assert {table for spec in ESTIMANDS for comparator in spec.comparators for table in comparator.reductions} <= (
        everything
    )
    assert "monthly_offer_counts" in everything
    offers_alone = needs(config_with(comparator={"order": ["offer"]}, inference={"primary": "like_for_like_gap"}))
    assert everything - offers_alone == {
        *("derived_counts", "int_acquisition", "monthly_offer_counts", "monthly_repeats")
    }


def test_counts_that_are_not_asked_for_are_not_read(study: Callable[..., Any]) -> None:
    rows = [
        {
            "customer_id": str(number),
            "product_id": "p",
            "price": 10 + number % 3,
            "tenure_months": 6 + 60 * (number % 2),
        }
        | {"market_price": 10, "prior_price": 9, "offer_price": 10}
        for number in range(40)
    ]
    study.publish(rows)
    runner = typing.cast("Any", study)
    load_config(runner.run.folder.parents[2] / "fairness.toml")
    with duckdb.connect(str(runner.run.warehouse), read_only=True) as con:
        whole, part = load_marts(con), load_marts(con, {"change_counts"})
    assert len(whole.references["market_price"]) > 0
    assert len(part.references["market_price"]) == 0
    assert part.references["market_price"].values.keys() == whole.references["market_price"].values.keys()
    assert len(part.changes) == len(whole.changes) > 0
    assert len(part.prices) == len(whole.prices) > 0
