from __future__ import annotations

import numpy as np
import pytest

from fairness.analysis.verdicts import Draft, finish
from fairness.config.method import Inference
from fairness.findings.results import Finding
from fairness.stats.log_ratio import LogRatio
from fairness.stats.verdict import Evidence

SETTINGS = Inference()


def _draft(ratio: LogRatio, *, family: str | None = "cells", band: str | None = None, level: str = "cell") -> Draft:
    finding = Finding(
        estimand="offer_gap", comparator="offer", basis="effective", level=level, scope={}, tenure_band=band, fact="",
        estimate=None, unit="fraction", family=family, n_tenured=500,
    )  # fmt: skip
    evidence = Evidence(
        qualified=True, support_customers=1.0, support_money=1.0, min_support=0.2, alpha=0.05, margin=0.01, n_eff=1e6,
        n_eff_needed=10.0,
    )  # fmt: skip
    return Draft(finding=finding, ratio=ratio, evidence=evidence, sample=(1000.0, "customers"))


def test_intervals_of_penalties_cover_where_all_true_gaps_are_small() -> None:
    """200 cells, all true gaps 0.5 %, standard error 0.2 %: sure gaps, none of them a penalty."""
    rng = np.random.default_rng(1)
    missed = []
    for _ in range(60):
        drafts = [_draft(LogRatio(value, 0.002, np.inf)) for value in np.log1p(0.005) + rng.normal(0, 0.002, 200)]
        found = [f for f in finish(drafts, SETTINGS) if f.verdict in ("penalty", "favourable")]
        missed.append(np.mean([f.ci_lower > 0.005 for f in found]) if found else 0.0)
    # With as many as BH selects, 69 % of them missed. Three standard errors of 60 worlds are 8 points.
    assert np.mean(missed) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


def test_a_member_whose_wide_interval_holds_zero_is_dropped_and_says_so() -> None:
    strong = [_draft(LogRatio(0.05, 0.005, np.inf))]
    # p = 0.0026 is selected by BH among 20, but its interval for one penalty in 20 holds 0.
    weak = [_draft(LogRatio(0.03, 0.0099, np.inf))]
    rest = [_draft(LogRatio(0.0, 0.01, np.inf)) for _ in range(18)]
    findings = finish(strong + weak + rest, SETTINGS)
    assert [f.verdict for f in findings[:2]] == ["penalty", "penalty"]
    findings = finish(weak + [_draft(LogRatio(0.009, 0.0005, np.inf))] * 5 + rest, SETTINGS)
    assert (findings[0].verdict, findings[0].verdict_reason) == ("inconclusive", "too_many_tests")
    assert findings[0].confidence_level == 0.95


def test_equal_members_without_any_variance_are_no_more_than_their_tests() -> None:
    findings = finish([_draft(LogRatio(0.0, 0.0, np.inf)) for _ in range(5)], SETTINGS)
    assert {finding.verdict for finding in findings} == {"equivalent"}


@pytest.mark.parametrize(("n", "verdict"), [(500, "inconclusive"), (20, "equivalent")])
def test_a_band_with_a_verdict_stops_an_equal_average(n: int, verdict: str) -> None:
    from dataclasses import replace

    whole = _draft(LogRatio(0.0, 0.001, np.inf), family="headline", level="pooled")
    band = _draft(LogRatio(0.05, 0.001, np.inf), family="bands", band="10+", level="pooled")
    band = replace(band, finding=replace(band.finding, n_tenured=n))
    found = finish([whole, band], SETTINGS, tenured_bands=("10+",))
    assert found[0].verdict == verdict
    assert ("offsetting_gaps" in found[0].warnings) is (verdict == "inconclusive")
