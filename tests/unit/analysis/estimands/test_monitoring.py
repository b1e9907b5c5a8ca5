"""Prices watched from month to month: an alarm where they leave the offers, none where they stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairness.analysis.estimands import monitoring
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import POOLED
from fairness.analysis.set_prices import SetPrices
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.stats.e_values import Month, monitor

FIRST, MONTHS, TARIFFS = 2023 * 12, 30, 20
"""January 2023 to June 2025, the as-of month of the marts."""
RAISED = "2025-03"


def config(**settings: Any) -> Config:
    return Config.model_validate(
        {
            "study": {"name": "Watched", "currency": "GBP"},
            "source": [{"role": "billing", "path": "b.csv"}, {"role": "offers", "path": "o.csv"}],
            "monitoring": settings,
            "path": Path("/none/fairness.toml"),
        }
    )


def prices(raised: float, *, from_month: int = MONTHS - 4, noise: float = 0.01) -> SetPrices:
    """Return twenty tariffs that are offered anew every month; from a month on, prices stand above by ``raised``."""
    rng = np.random.default_rng(3)
    month = np.repeat(np.arange(MONTHS), TARIFFS)
    key = np.tile(np.arange(TARIFFS), MONTHS)
    gap = rng.normal(0.02, noise, month.size) + np.where(month >= from_month, raised, 0.0)
    nothing = np.zeros_like(month)
    paid = np.rint(1e8 * np.exp(gap)).astype(np.int64)
    decision = month * TARIFFS + key
    return SetPrices(
        FIRST + month, nothing, key, decision, nothing + 1, nothing, nothing, paid, nothing + 10**8, nothing + 50
    )


@pytest.fixture
def watch(make_marts: Callable[[Iterable[Any]], Marts]) -> Callable[..., Draft | None]:
    """Return a function that gives the draft of what was set, or None."""
    marts = make_marts([{"product": "net", "group": "tenured", "price": 11.0, "offer": 10.0, "n": 20}])

    def run(rows: SetPrices, **settings: Any) -> Draft | None:
        found = monitoring.drafts(replace(marts, set_prices=rows), config(**settings), [POOLED], is_primary=False)
        return next(iter(found), None)

    return run


def companions(found: Draft) -> dict[str, Any]:
    return {one.name: one.estimate for one in found.finding.companions}


def test_a_step_of_five_percent_alarms_in_its_month(watch: Any) -> None:
    found = watch(prices(0.05))
    assert f"ALARM in {RAISED}: the gap has grown by more than 1.0 %" in found.finding.fact
    known = companions(found)
    assert known["months_with_alarm"] == 4
    assert known[f"month_{RAISED}"] >= 20 > known["month_2025-02"]
    assert (found.finding.verdict, found.finding.family, found.finding.estimate) == (None, None, None)


def test_a_standing_gap_is_no_drift_and_alarms_as_a_level(watch: Any) -> None:
    standing = prices(0.04, from_month=0)
    assert "no alarm" in watch(standing).finding.fact
    # The first twelve months show whether all prices move together: no alarm before.
    assert "ALARM in 2024-01: the gap is more than 1.0 %" in watch(standing, form="level").finding.fact


def test_the_evidence_is_that_of_the_decisions_of_each_month(watch: Any) -> None:
    rows = prices(0.05)
    gap = np.log(rows.paid / rows.offered).reshape(MONTHS, TARIFFS)
    months = [Month(tuple(now - before), (1.0,) * TARIFFS) for now, before in zip(gap[12:], gap, strict=False)]
    looks = monitor(months, margin=0.01, alpha=0.05, n_months=36).looks
    known = companions(watch(rows))
    assert known["evidence"] == pytest.approx(looks[-1].average)
    assert known["evidence_of_an_alarm"] == pytest.approx(20.0)
    assert known["decisions_2024-01"] == TARIFFS
    assert "decisions_2023-12" not in known, "nothing was set a year before that"


def test_months_that_move_together_are_told_and_give_no_alarm(watch: Any) -> None:
    rows = prices(0.0)
    swing = np.where((rows.month // 1) % 2 == 0, 1.03, 0.97) ** np.where(rows.month % 24 < 12, 1, -1)
    found = watch(replace(rows, paid=np.rint(rows.paid * swing).astype(np.int64)))
    assert "all prices move together" in found.finding.fact
    assert found.warnings == ("months_move_together",)


def test_months_of_few_decisions_wait(watch: Any) -> None:
    rows = prices(0.05)
    found = watch(rows.take(rows.key < 6))
    assert "9 months wait, with fewer than ten decisions" in found.finding.fact
    assert companions(found)["decisions_2024-02"] == 12


def test_a_new_sequence_begins_when_one_has_run_its_months(watch: Any) -> None:
    found = watch(prices(0.05), months=12)
    assert found.finding.fact.startswith("Prices set from 2025-01 to 2025-06")
    earlier = watch(prices(0.05), since="2023-06", months=36)
    assert earlier.finding.fact.startswith("Prices set from 2023-06 to 2025-06")
    assert companions(earlier)["decisions_2023-12"] == 0


def test_a_long_lower_tail_makes_levels_approximate(watch: Any) -> None:
    rows = prices(0.0)
    tail = np.where(rows.key == 0, 0.7, 1.0)
    skewed = replace(rows, paid=np.rint(rows.paid * tail).astype(np.int64))
    assert watch(skewed, form="level").warnings == ("approximate",)
    assert watch(skewed).warnings == ()


def test_without_offers_or_months_nothing_is_watched(watch: Any) -> None:
    assert watch(prices(0.0).take(np.zeros(MONTHS * TARIFFS, dtype=np.bool_))) is None
    few = prices(0.0)
    assert watch(few.take(few.month >= FIRST + MONTHS - 3)) is None
