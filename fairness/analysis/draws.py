"""What the draws are in a comparison of two samples: customers, parties or prices of cells; the widest is printed.

Decisions D21 and D23.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fairness.analysis.counts import FloatArray, IntArray
from fairness.config import Config
from fairness.stats.cell_decisions import (
    decision_ratio,
    decision_sums,
    decision_van_elteren,
    price_spread,
    shared_decisions,
)
from fairness.stats.jackknife import party_jackknife
from fairness.stats.log_ratio import LogRatio, is_wider
from fairness.stats.offer_cells import wider_cells
from fairness.stats.party_clusters import PartyRows, effective_parties, party_cells, party_van_elteren
from fairness.stats.ranks import van_elteren
from fairness.stats.sign_flip import SignFlip, sign_flip
from fairness.stats.skewness import bootstrap_t_interval, customer_scores, skewness_over_root
from fairness.stats.standardised_ratio import (
    CellRatios,
    Heterogeneity,
    cell_ratios,
    effective_new,
    heterogeneity,
    standardised_ratio,
)
from fairness.stats.value_counts import CellArms, CountTable
from fairness.stats.verdict import REFUSED_SKEW

Interval = tuple[float, float]

# Level of Cochran's Q below which the cells' gaps differ by more than single prices explain: a guard, so it is mild.
_Q_LEVEL = 0.10
LARGE_DECISION = 0.05
"""Share of the money from which a separate price decision may not hide behind an average."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """A gap and everything that depends on what the draws are.

    Attributes:
        ratio: The gap with the widest interval.
        interval: ``log_t_satterthwaite`` by customer, ``party`` or ``decision``.
        cells: Each cell's gap, by customers or parties.
        spread: How much the cells' gaps differ beyond chance.
        rank: z and p of the rank test, by the same draws as the interval.
        rank_by_party: The same with customers or parties as the draws, whatever those of the interval.
        n_eff: Effective new customers, or parties where those are fewer.
        by_party: Interval by party; None where every party has one customer.
        by_decision: Interval by price decision; None where customers are the draws.
        decisions: Effective number of price decisions; None where customers are the draws.
        exact: Sign-flip test over price decisions, where they are few or their gaps do not vary.
        cells_are_draws: Whether cells are the draws because their gaps differ beyond chance.
        decisions_differ: Whether large decisions differ although nothing varies within them.
        skew: Skewness over the root of the number of draws behind the printed interval.
        bootstrap_t: Bootstrap-t interval, where the skew asks for one.
    """

    ratio: LogRatio
    interval: str
    cells: CellRatios
    spread: Heterogeneity
    rank: tuple[float, float]
    rank_by_party: tuple[float, float]
    n_eff: float
    by_party: Interval | None = None
    by_decision: Interval | None = None
    decisions: float | None = None
    exact: SignFlip | None = None
    cells_are_draws: bool = False
    decisions_differ: bool = False
    skew: float = 0.0
    bootstrap_t: Interval | None = None


def infer(
    table: CountTable,
    arms: CellArms,
    config: Config,
    *,
    parties: PartyRows | None,
    family: IntArray | None,
    few_draws: bool,
) -> Draws:
    """Return the gap with the widest of its intervals.

    Args:
        table: Value counts of the compared cells.
        arms: Their summary.
        config: The study.
        parties: Those of the counted customers whose party has several; None where parties are not known.
        family: Product and plan of each cell of ``arms`` as a number; None where cells decide nothing, as for raw
            means.
        few_draws: Whether cells may hold only a few new customers, such as the joiners of one month.
    """
    cells, by_customer = cell_ratios(arms), van_elteren(arms)
    sample = _Sample(table, arms, config, few_draws, *customer_scores(table, arms))
    found = Draws(
        ratio=standardised_ratio(arms),
        interval="log_t_satterthwaite",
        cells=cells,
        spread=heterogeneity(cells, few_draws=few_draws),
        rank=by_customer,
        rank_by_party=by_customer,
        n_eff=effective_new(arms),
    )
    if parties:
        found, sample = _by_party(found, sample, parties)
    if family is not None and config.inference.draws == "decisions":
        found, sample = _by_decision(found, sample, family)
    skew, bounds = skewed(found.ratio, sample.score, sample.n, config)
    return replace(found, skew=skew, bootstrap_t=bounds)


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """What is compared, with the score of each draw behind the interval that is the widest so far, and their number."""

    table: CountTable
    arms: CellArms
    config: Config
    few_draws: bool
    score: FloatArray
    n: IntArray


def _by_party(found: Draws, sample: _Sample, parties: PartyRows) -> tuple[Draws, _Sample]:
    arms, level = sample.arms, sample.config.inference.confidence_level
    left_out = party_jackknife(sample.table, arms, parties)
    cells = wider_cells(found.cells, party_cells(arms, parties), confidence_level=level)
    found = replace(
        found,
        cells=cells,
        spread=heterogeneity(cells, few_draws=sample.few_draws),
        n_eff=min(found.n_eff, effective_parties(arms, parties)),
        by_party=left_out.ratio.interval(level),
    )
    if not is_wider(left_out.ratio, found.ratio, confidence_level=level):
        return found, sample
    rank = party_van_elteren(sample.table, arms, parties)
    # Leaving out a party that holds the ratio up lowers it.
    sample = replace(sample, score=-left_out.deviation, n=left_out.n)
    return replace(found, ratio=left_out.ratio, interval="party", rank=rank, rank_by_party=rank), sample


def _by_decision(found: Draws, sample: _Sample, family: IntArray) -> tuple[Draws, _Sample]:
    """Return the gap with price decisions as the draws, where cells differ, share a list price, or nothing varies."""
    table, arms, settings = sample.table, sample.arms, sample.config.inference
    spread = price_spread(table)
    differ = found.spread.p_value is not None and found.spread.p_value < _Q_LEVEL
    label = shared_decisions(table, arms, family, margin=settings.margin)
    is_list = spread == 0 or label.max() + 1 < label.size
    if not differ and not is_list:
        return found, sample
    ratio, decisions = decision_ratio(arms, label)
    paid, offered = decision_sums(arms, label)
    few = decisions < settings.min_pricing_decisions or ratio.se == 0
    found = replace(
        found,
        decisions=decisions,
        by_decision=ratio.interval(settings.confidence_level),
        exact=sign_flip(paid, offered, margin=settings.margin) if few else None,
        cells_are_draws=differ,
        decisions_differ=spread == 0 and decisions_differ(paid, offered, settings.margin),
    )
    if not is_wider(ratio, found.ratio, confidence_level=settings.confidence_level):
        return found, sample
    total = paid.sum()
    score = (paid - (total / offered.sum()) * offered) / total
    sample = replace(sample, score=score, n=np.ones(paid.size, dtype=np.int64))
    return replace(found, ratio=ratio, interval="decision", rank=decision_van_elteren(arms, label)), sample


def decisions_differ(paid: FloatArray, offered: FloatArray, margin: float) -> bool:
    """Return whether two decisions with 5 % of the money each have gaps more than two margins apart."""
    gaps = (paid / offered)[offered >= LARGE_DECISION * offered.sum()] - 1.0
    return bool(gaps.size) and float(gaps.max() - gaps.min()) > 2.0 * margin


def skewed(ratio: LogRatio, score: FloatArray, n: IntArray, config: Config) -> tuple[float, Interval | None]:
    """Return the skewness over the root of the draws, and a bootstrap-t interval where a t interval cannot decide."""
    known = np.isfinite(score)
    skew = skewness_over_root(score[known], n[known])
    if abs(skew) <= REFUSED_SKEW:
        return skew, None
    settings = config.inference
    replicates = max(settings.bootstrap_replicates, settings.permutation_replicates)
    level, seed = settings.confidence_level, settings.seed
    return skew, bootstrap_t_interval(
        ratio, score[known], n[known], confidence_level=level, replicates=replicates, seed=seed
    )
