"""`fairness runs`: what is listed, kept and removed."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairness.build.pipeline import build
from fairness.config import load_config

pytestmark = pytest.mark.xdist_group("runs")

Run = Callable[..., Any]

BOOK = [{"customer_id": f"c{n}", "price": 20 + n % 5, "tenure_months": 3 + 30 * (n % 2)} for n in range(40)]


@pytest.fixture(scope="module")
def built(shared_study: Any) -> tuple[Path, list[str]]:
    """Return a study that has been built under three names, and the ids of its runs."""
    config: Path = shared_study.write(BOOK, inference={"bootstrap_replicates": 0, "permutation_replicates": 99})
    text = config.read_text(encoding="utf-8")
    ids = []
    for number in range(3):
        config.write_text(text.replace('"Test"', f'"Test {number}"'), encoding="utf-8")
        ids.append(build(load_config(config)).id)
    return config, ids


@pytest.fixture
def three(built: tuple[Path, list[str]], tmp_path: Path) -> tuple[Path, list[str]]:
    """Return a copy of that study, which may be changed."""
    shutil.copytree(built[0].parent, tmp_path / "copy")
    return tmp_path / "copy" / built[0].name, built[1]


def listed(call_cli: Run, config: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(call_cli("runs", "-c", config, "-f", "csv").out.splitlines()))


def test_runs_are_listed_pinned_and_pruned(three: tuple[Path, list[str]], call_cli: Run) -> None:
    config, ids = three
    rows = listed(call_cli, config)
    assert [row["run"] for row in rows] == ids[::-1]
    assert [row["current"] for row in rows] == ["True", "False", "False"]
    assert {row["pseudonyms"] for row in rows} == {"False"}
    assert call_cli("runs", "pin", ids[0][:6], "-c", config).out == f"{ids[0]}\n"
    assert [row["pinned"] for row in listed(call_cli, config)] == ["False", "False", "True"]
    for dry in (["--dry-run"], []):
        assert call_cli("runs", "prune", "--keep", "1", *dry, "-c", config).out == f"{ids[1]}\n"
    assert [row["run"] for row in listed(call_cli, config)] == [ids[2], ids[0]]
    assert call_cli("runs", "unpin", ids[0], "-c", config).code == 0
    assert call_cli("runs", "prune", "--keep", "1", "-c", config).out == f"{ids[0]}\n"


@pytest.mark.slow
def test_nothing_is_pruned_unless_it_is_said(three: tuple[Path, list[str]], call_cli: Run) -> None:
    config, ids = three
    done = call_cli("runs", "prune", "-c", config)
    assert (done.code, done.out) == (2, "")
    assert "it is not said how many runs to keep" in done.err
    assert len(listed(call_cli, config)) == 3
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("[privacy]", "[privacy]\nkeep_runs = 2").replace("Test 2", "Test 3"), encoding="utf-8"
    )
    latest = build(load_config(config)).id
    assert [row["run"] for row in listed(call_cli, config)] == [latest, ids[2]]


def test_an_empty_folder_lists_nothing(study: Any, call_cli: Run) -> None:
    config = study.write(BOOK)
    done = call_cli("runs", "-c", config, "-f", "csv")
    assert (done.code, done.out.splitlines()) == (0, ["run,published_at,current,pinned,pseudonyms,bytes"])
    assert call_cli("runs", "pin", "a", "-c", config).code == 1
