"""The demo study is copied as it is bundled, never over foreign files, and its truth lies inside the findings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fairness.build.pipeline import build
from fairness.cli.demo import data_root, write_demo
from fairness.config import load_config
from fairness.errors import FairnessError
from fairness.runs.documents import read_findings

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the findings document and the recorded truth of the bundled book study."""
    folder = tmp_path_factory.mktemp("demo") / "study"
    shutil.copytree(data_root() / "demo-book", folder)
    run = build(load_config(folder / "fairness.toml"))
    return read_findings(run), json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def finding(document: dict[str, Any], estimand: str, level: str, scope: dict[str, str]) -> dict[str, Any]:
    wanted = [
        found
        for found in document["findings"]
        if (found["estimand"], found["level"], found["scope"]) == (estimand, level, scope)
        and found["tenure_band"] is None
    ]
    assert len(wanted) == 1, (estimand, level, scope)
    return wanted[0]


def test_files_are_copied_as_they_are(tmp_path: Path) -> None:
    config = write_demo(tmp_path / "study")
    assert config == tmp_path / "study" / "fairness.toml"
    for path in (data_root() / "demo").iterdir():
        assert (tmp_path / "study" / path.name).read_bytes() == path.read_bytes()


def test_a_previous_demo_is_brought_back_and_keeps_its_runs(tmp_path: Path) -> None:
    config = write_demo(tmp_path)
    before = config.read_bytes()
    config.write_text("changed", encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "current").write_text("a run", encoding="utf-8")
    assert write_demo(tmp_path).read_bytes() == before
    assert (tmp_path / "out" / "current").exists()


def test_foreign_files_are_never_touched(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FairnessError, match=r"letters\.txt"):
        write_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]
    with pytest.raises(FairnessError, match="is a file"):
        write_demo(tmp_path / "letters.txt")


def test_truth_lies_inside_every_interval(demo: tuple[dict[str, Any], dict[str, Any]]) -> None:
    document, truth = demo
    for entry in truth["cells"]:
        found = finding(document, "offer_gap", "cell", entry["scope"])
        assert found["ci_lower"] <= entry["penalty"] <= found["ci_upper"], entry
        assert found["n_tenured"] == entry["tenured_customers"]
    whole = truth["whole_book"]
    headline = document["headline"]
    assert headline["ci_lower"] <= whole["offer_gap"] <= headline["ci_upper"]
    assert headline["n_tenured"] == whole["tenured_customers"]
    like_for_like = finding(document, "like_for_like_gap", "pooled", {})
    assert like_for_like["ci_lower"] <= whole["offer_gap"] <= like_for_like["ci_upper"]


@pytest.mark.parametrize(
    ("region", "channel", "verdict"),
    [
        ("South", "shop", "penalty"),
        ("North", "shop", "penalty"),
        ("North", "online", "equivalent"),
        ("South", "online", "equivalent"),
        ("West", "online", "favourable"),
        ("West", "shop", "inconclusive"),
    ],
)
def test_each_story_gets_its_verdict(
    demo: tuple[dict[str, Any], dict[str, Any]], region: str, channel: str, verdict: str
) -> None:
    found = finding(demo[0], "offer_gap", "cell", {"region": region, "channel": channel})
    assert found["verdict"] == verdict


def test_the_raw_gap_points_the_other_way(demo: tuple[dict[str, Any], dict[str, Any]]) -> None:
    document, _ = demo
    raw = finding(document, "raw_gap", "pooled", {})
    assert raw["estimate"] < 0 < document["headline"]["estimate"]
    assert "mix_reverses_sign" in raw["warnings"]
