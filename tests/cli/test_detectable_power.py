"""`fairness power`: what the run could show, the same numbers as its findings, and the cap of the margin."""

from __future__ import annotations

import csv
import io
import json
from math import log1p
from typing import Any

import numpy as np
import pytest

from fairness.stats.distributions import t_quantile


@pytest.fixture
def config(study: Any) -> Any:
    rng = np.random.default_rng(11)
    rows = [
        {"customer_id": str(n), "product_id": "p", "tenure_months": 3 if n % 2 else 70, "region": "ab"[n % 4 // 2]}
        | {"price": round(float(rng.normal(100, 8)), 2)}
        for n in range(400)
    ]
    document = study(rows, lenses={"by": ["region"]}, inference={"primary": "like_for_like_gap"})
    return study.run.folder.parents[2] / "fairness.toml", document


def test_the_numbers_are_those_of_the_findings(config: Any, call_cli: Any) -> None:
    path, document = config
    done = call_cli("power", path, "-f", "json")
    assert (done.code, done.err) == (0, "")
    parts = json.loads(done.out)
    head = document["headline"]
    assert parts[0]["part"] == "whole book"
    assert parts[0]["detectable_gap"] == head["minimum_detectable_gap"]
    assert parts[0]["standard_error"] == head["diagnostics"]["standard_error"]
    assert [part["part"] for part in parts if part["part"].startswith("region")] == ["region a", "region b"]
    assert any(part["part"].startswith("tenure ") for part in parts)
    se, df = head["diagnostics"]["standard_error"], head["diagnostics"]["df"]
    beyond = log1p(document["study"]["margin"]) + t_quantile(0.8, df) * se
    assert parts[0]["detectable_penalty"] == pytest.approx(max(beyond, head["minimum_detectable_gap"]))
    sample = head["deciding_sample"]
    assert parts[0]["sample_that_decides"] == max(sample["at_zero"], sample["at_twice_margin"])


def test_the_table_and_csv(config: Any, call_cli: Any) -> None:
    path, _ = config
    table = call_cli("power", path).out
    assert table.startswith("How small a gap the data could show: like_for_like_gap, margin 1 %")
    assert "whole book" in table
    rows = list(csv.DictReader(io.StringIO(call_cli("power", path, "-f", "csv").out)))
    assert rows[0]["part"] == "whole book"
    assert float(rows[0]["detectable_gap"]) > 0.01
