"""Both reference tables of the real data's README, reproduced by ``fairness analyze CONFIG --format json``.

Source of every figure below: README.md beside the data (pandas + scipy on the rows, estimators of section 3 of the
statistics). Estimates and intervals hold to 1e-9 relative, z to 1e-6, p-values and df to the digits printed there.
Intervals and tests printed there have customers as the draws, hence ``draws = "customers"`` where they are looked at;
where the cells' gaps differ, the interval that is printed without it is computed here from the rows.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats

pytestmark = [pytest.mark.realdata, pytest.mark.xdist_group("reference tables")]

SLOW = pytest.mark.slow

CONFIGS = Path(__file__).parent

Document = dict[str, Any]
Load = Callable[..., Document]
Pick = Callable[..., Document]
Companion = Callable[[Document, str], Document]

KEY = "a key of the pseudonyms for tests only"


def same(figure: float) -> Any:
    """Return the figure as estimates and intervals have to meet it."""
    return pytest.approx(figure, rel=1e-9, abs=0.0)


def z_score(figure: float) -> Any:
    return pytest.approx(figure, rel=0.0, abs=1e-6)


@pytest.fixture(scope="module")
def analysed(realdata_folder: Path, run_cli: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Return a function from the name of a config of this folder to the document that the command prints."""

    @functools.cache
    def load(name: str, draws: str = "") -> Document:
        # The run folder is relative to the config, hence the copy: nothing is written into the checkout.
        config = tmp_path_factory.mktemp(name) / "fairness.toml"
        text = (CONFIGS / f"{name}.toml").read_text(encoding="utf-8")
        config.write_text(text + (f'draws = "{draws}"\n' if draws else ""), encoding="utf-8")
        done = run_cli(
            "analyze", config, "--format", "json", env={"FAIRNESS_DATA": str(realdata_folder), "FAIRNESS_KEY": KEY}
        )
        assert (done.code, done.err) == (0, "")
        document: Document = json.loads(done.out)
        return document

    return load


@pytest.mark.parametrize(
    ("config", "rows"),
    [
        pytest.param("telco", 7_043, marks=SLOW),
        pytest.param("telco_internet", 7_043, marks=SLOW),
        ("eudirectlapse", 23_060),
    ],
)
def test_every_row_is_accepted(analysed: Load, config: str, rows: int) -> None:
    document = analysed(config)
    block = document["reconciliation"]
    assert (block["rows_in"], block["rows_accepted"], block["ties_out"]) == (rows, rows, True)
    assert [source["rows"] for source in document["build"]["inputs"]] == [rows]


@SLOW
@pytest.mark.parametrize("config", ["telco", "telco_internet"])
def test_telco_raw_gap(analysed: Load, pick: Pick, companion: Companion, config: str) -> None:
    raw = pick(analysed(config), "raw_gap")
    assert raw["estimate"] == same(0.25478136656462413)
    assert (raw["n_tenured"], raw["n_new"]) == (3_927, 2_186)
    rank = companion(raw, "mann_whitney")
    assert rank["p_value"] == same(7.561914160043716e-84)
    assert rank["estimate"] == same(0.649465450323854)
    assert raw["verdict"] is None


@SLOW
def test_telco_by_internet_service(analysed: Load, pick: Pick, companion: Companion) -> None:
    gap = pick(analysed("telco_internet", "customers"), "like_for_like_gap")
    assert gap["estimate"] == same(0.21634221785250407)
    assert gap["ci_lower"] == same(0.20530948154458617)
    assert gap["ci_upper"] == same(0.2274759417261083)
    assert (gap["n_cells"], gap["n_tenured"], gap["n_new"]) == (3, 3_927, 2_186)
    assert f"{gap['diagnostics']['df']:.3f}" == "3232.756"
    assert f"{gap['p_value']:.1e}" == "1.0e-309"
    assert companion(gap, "van_elteren")["statistic"] == z_score(34.72412933140787)


@SLOW
def test_telco_by_internet_service_with_cells_as_draws(analysed: Load, pick: Pick) -> None:
    gap = pick(analysed("telco_internet"), "like_for_like_gap")
    # Three services whose gaps differ (+33, +16 and +10 % or so) are three draws, and three draws decide nothing.
    assert (gap["verdict"], gap["verdict_reason"], gap["interval"]) == ("inconclusive", "gaps_differ", "decision")
    assert gap["diagnostics"]["pricing_decisions"] < 3


@SLOW
def test_telco_by_every_service(analysed: Load, pick: Pick, companion: Companion) -> None:
    document = analysed("telco")
    gap = pick(document, "like_for_like_gap")
    assert gap == document["headline"]
    assert gap["estimate"] == same(-0.0009128325686768024)
    assert gap["ci_lower"] == same(-0.0031980945124189253)
    assert gap["ci_upper"] == same(0.0013776685526016852)
    assert (gap["n_cells"], gap["n_tenured"], gap["n_new"]) == (23, 1_394, 1_228)
    assert f"{gap['diagnostics']['df']:.3f}" == "52.568"
    assert gap["p_value"] == same(0.42728074845095954)
    assert companion(gap, "van_elteren")["statistic"] == z_score(-0.5555046206626163)
    # All lies inside the margin, but 64.5 % of the tenured customers are in no cell.
    assert (gap["verdict"], gap["warnings"]) == ("inconclusive", ["narrow_support"])
    assert gap["support_share"] == same(1_394 / 3_927)
    support = document["support"]
    assert (support["assessable_customers"], support["tenured_customers"]) == (1_394, 3_927)
    diagnostics = gap["diagnostics"]
    assert [f"{diagnostics[name]:.1f}" for name in ("n_eff", "n_eff_needed")] == ["456.9", "46.5"]
    assert f"{diagnostics['heterogeneity_q']:.2f}" == "17.28"
    assert diagnostics["heterogeneity_df"] == 22
    assert f"{diagnostics['heterogeneity_p_value']:.3f}" == "0.748"


def test_eudirectlapse_raw_gap(analysed: Load, pick: Pick) -> None:
    raw = pick(analysed("eudirectlapse"), "raw_gap")
    assert raw["estimate"] == same(-0.18715293292838064)
    assert (raw["n_tenured"], raw["n_new"], raw["verdict"]) == (6_921, 8_291, None)


@pytest.mark.parametrize(
    ("estimand", "estimate", "geometric", "interval", "z", "verdict"),
    [
        (
            "like_for_like_gap",
            -0.06590044445202636,
            0.010670030948149778,
            (-0.08500825873418683, -0.04639360081235888),
            4.353120040697957,
            "inconclusive",
        ),
        (
            "cost_gap",
            -0.008382054842491216,
            -0.005073822845907738,
            (-0.011212268526770708, -0.005543740218805104),
            -3.4075959529942965,
            "inconclusive",
        ),
        (
            "market_gap",
            0.3505052269154665,
            0.36512149936241234,
            (0.33939076288783987, 0.3617119204208856),
            69.65348086234278,
            "penalty",
        ),
    ],
)
def test_eudirectlapse_gaps(
    *,
    analysed: Load,
    pick: Pick,
    companion: Companion,
    estimand: str,
    estimate: float,
    geometric: float,
    interval: tuple[float, float],
    z: float,
    verdict: str,
) -> None:
    gap = pick(analysed("eudirectlapse", "customers"), estimand)
    assert gap["estimate"] == same(estimate)
    assert companion(gap, "geometric")["estimate"] == same(geometric)
    assert (gap["ci_lower"], gap["ci_upper"]) == (same(interval[0]), same(interval[1]))
    assert gap["verdict"] == verdict
    assert companion(gap, "van_elteren")["statistic"] == z_score(z)


def test_eudirectlapse_like_for_like_verdict_and_counts(analysed: Load, pick: Pick) -> None:
    document = analysed("eudirectlapse")
    gap = pick(document, "like_for_like_gap")
    assert gap == document["headline"]
    assert (gap["n_cells"], gap["n_tenured"], gap["n_new"]) == (51, 6_586, 7_669)
    assert gap["verdict_reason"] == "estimators_disagree"
    assert "estimators_disagree" in gap["warnings"]


def test_eudirectlapse_interval_with_cells_as_draws(analysed: Load, pick: Pick, realdata_folder: Path) -> None:
    """Heterogeneous cells are the draws: sum of (e / (1 - w))^2 over the cells, t on 1 / sum w^2 - 1, from the rows."""
    rows = pd.read_csv(realdata_folder / "eudirectlapse" / "eudirectlapse.csv")
    rows["age"] = pd.cut(rows["polholder_age"], [-math.inf, 30, 40, 50, 60, math.inf], right=False)
    rows["vehicle"] = pd.cut(rows["vehicl_age"], [-math.inf, 4, 8, 12, math.inf], right=False)
    rows["arm"] = np.where(rows["policy_age"] < 1, "new", np.where(rows["policy_age"] >= 3, "tenured", "middle"))
    cells = rows.pivot_table(
        values="prem_final",
        index=["vehicl_powerkw", "age", "vehicle"],
        columns="arm",
        aggfunc=["sum", "count"],
        observed=True,
        fill_value=0,
    )
    cells = cells[(cells["count"]["tenured"] >= 10) & (cells["count"]["new"] >= 10)]
    paid = cells["sum"]["tenured"].to_numpy()
    expected = (cells["count"]["tenured"] * cells["sum"]["new"] / cells["count"]["new"]).to_numpy()
    ratio, share = paid.sum() / expected.sum(), expected / expected.sum()
    leverage = (paid - ratio * expected) / paid.sum() / (1 - share)
    half = scipy.stats.t.ppf(0.975, 1 / (share**2).sum() - 1) * math.sqrt((leverage**2).sum())
    gap = pick(analysed("eudirectlapse"), "like_for_like_gap")
    assert gap["interval"] == "decision"
    assert gap["estimate"] == same(ratio - 1)
    assert gap["ci_lower"] == same(ratio * math.exp(-half) - 1)
    assert gap["ci_upper"] == same(ratio * math.exp(half) - 1)


def test_eudirectlapse_cost_gap_leaves_the_margin(analysed: Load, pick: Pick) -> None:
    gap = pick(analysed("eudirectlapse", "customers"), "cost_gap")
    assert [f"{gap[f'equivalence_ci_{side}']:.5f}" for side in ("lower", "upper")] == ["-0.01076", "-0.00600"]


def test_eudirectlapse_against_the_market(analysed: Load, pick: Pick, companion: Companion) -> None:
    gap = pick(analysed("eudirectlapse"), "market_gap")
    in_cells = [companion(gap, f"{side}_to_reference")["estimate"] for side in ("tenured", "new")]
    assert [f"{share * 100:+.3f} %" for share in in_cells] == ["+16.598 %", "-11.217 %"]
    assert companion(gap, "tenured_to_reference_all")["estimate"] == same(0.16614035751399747)
    assert companion(gap, "median_ratio_all")["estimate"] == same(0.14954981333723727)
    assert companion(gap, "share_above_all")["estimate"] == same(0.7331310504262389)
    assert companion(gap, "gross_above_reference_all")["estimate"] == "396348.79"


def test_eudirectlapse_actual_to_expected(analysed: Load, pick: Pick, companion: Companion) -> None:
    gap = pick(analysed("eudirectlapse"), "cost_gap")
    assert 1 + companion(gap, "tenured_to_reference_all")["estimate"] == same(1.0400136266766724)
    assert 1 + companion(gap, "new_to_reference_all")["estimate"] == same(1.057449965116133)


def test_eudirectlapse_own_change(analysed: Load, pick: Pick, companion: Companion) -> None:
    gap = pick(analysed("eudirectlapse"), "change_gap")
    assert companion(gap, "tenured_mean_log_change")["estimate"] == same(0.0056826293850112996)
    assert companion(gap, "new_mean_log_change")["estimate"] == same(-0.021275589173469067)
