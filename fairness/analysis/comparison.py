"""What every gap has in common: a comparison of one part of the book, on its way to a draft finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fairness.analysis.coverage import Covered
from fairness.analysis.scopes import Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.facts import gap_fact
from fairness.findings.results import Companion, Diagnostics, Finding
from fairness.stats.influence import Influence
from fairness.stats.left_out import LeftOut
from fairness.stats.log_ratio import LogRatio
from fairness.stats.multiplicity import adjust
from fairness.stats.sign_flip import SignFlip
from fairness.stats.standardised_ratio import CellRatios, Heterogeneity, needed_new, reversal_gap
from fairness.stats.verdict import FULL_SUPPORT, Doubt, Evidence

UNKNOWN_TENURE_SHARE = 0.05
"""Share of customers of unknown tenure above which "equal" and "less" are not said: they may all be tenured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One gap of one part of the book, before anything is adjusted or judged.

    Attributes:
        ratio: The gap on the log scale.
        n_tenured: Distinct tenured customers compared.
        n_new: Distinct new customers, or None against a fixed comparator.
        n_observations: Observations of the tenured compared: one for each thing that a customer holds.
        n_cells: Cells compared.
        rank: z and p of the rank test.
        rank_by_party: The same with customers or parties as the draws; None where ``rank`` is that.
        geometric: Geometric companion, a fraction.
        n_eff: Effective sample of the equivalence guard.
        relative_range: Largest relative price range within a cell, or None.
        spread: Heterogeneity of the cell gaps.
        decided: Shares of tenured customers in cells with an adjusted penalty, and with an adjusted favour.
        effect_size: Scale-free size and its name.
        companions: Other estimators.
        paid: Money of the compared tenured customers, in the unit of the sums.
        comparator_money: The same customers at the comparator; None where the gap is not a ratio of money.
        pricing_decisions: Effective number of price decisions, or None where customers are the draws.
        by_party, by_decision: The two intervals at the study's level, where there are two.
        interval: How the printed interval is made.
        test: Where the p-value comes from.
        p_value: Permutation p-value, or None.
        exact: Sign-flip test over price decisions, where it stands in for an interval.
        skew: Skewness over the root of the number of draws behind the printed interval.
        bootstrap_t: Bootstrap-t interval, where the skew asks for one.
        decisions_differ: Whether large price decisions differ although nothing varies within them.
        cells_are_draws: Whether cells are the draws because their gaps differ beyond chance.
        influence: How far a few customers could move the gap; None where unknown, and then the gap is not released.
        doubts: What forbids "equivalent" even though the numbers would give it.
        warnings: Codes of warnings found so far.
    """

    ratio: LogRatio
    n_tenured: int
    n_new: int | None
    n_observations: int
    n_cells: int
    rank: tuple[float, float]
    geometric: float
    n_eff: float
    relative_range: float | None
    spread: Heterogeneity
    decided: tuple[float, float]
    effect_size: tuple[float | None, str]
    companions: tuple[Companion, ...]
    interval: str
    test: str
    paid: float | None = None
    comparator_money: float | None = None
    pricing_decisions: float | None = None
    by_party: tuple[float, float] | None = None
    by_decision: tuple[float, float] | None = None
    p_value: float | None = None
    rank_by_party: tuple[float, float] | None = None
    exact: SignFlip | None = None
    skew: float = 0.0
    bootstrap_t: tuple[float, float] | None = None
    decisions_differ: bool = False
    cells_are_draws: bool = False
    influence: Influence | None = None
    doubts: tuple[Doubt, ...] = ()
    warnings: tuple[str, ...] = ()

    def distinct(self, repeats_tenured: int, repeats_new: int = 0) -> Comparison:
        """Return the same with customers counted once: observations that repeat a customer are subtracted."""
        n_new = None if self.n_new is None else self.n_new - repeats_new
        return replace(self, n_tenured=self.n_tenured - repeats_tenured, n_new=n_new)


def base_finding(
    estimand: str,
    scope: Scope,
    share: Covered,
    *,
    comparator: str,
    basis: str,
    cell: dict[str, str | None] | None = None,
) -> Finding:
    """Return the finding that names estimand and scope and has no numbers yet; ``cell`` makes it a cell finding."""
    return Finding(
        estimand=estimand,
        comparator=comparator,
        basis=basis,
        level="cell" if cell is not None else scope.level,
        scope=cell if cell is not None else dict(scope.columns),
        tenure_band=scope.label,
        fact=gap_fact(estimand, comparator, None, n_tenured=0, n_cells=0),
        estimate=None,
        unit="fraction",
        family=f"{estimand}:{'cells' if cell is not None else scope.family}",
        support_share=share.customers,
        support_money_share=share.money,
        n_not_compared=share.left_out[0],
        money_not_compared=share.left_out[1],
    )


def draft(
    base: Finding, comparison: Comparison | None, share: Covered, config: Config, *, judged: bool = True
) -> Draft:
    """Return the draft of a comparison; None means that nothing could be compared.

    Args:
        base: From :func:`base_finding`.
        comparison: The numbers.
        share: How much of the scope is covered.
        config: The study.
        judged: False for raw figures, which carry no verdict.
    """
    settings = config.inference
    alpha = 1.0 - settings.confidence_level
    evidence = Evidence(
        qualified=comparison is not None,
        support_customers=share.customers,
        support_money=share.customers if share.money is None else share.money,
        min_support=settings.min_support,
        alpha=alpha,
        margin=settings.margin,
        doubts=("unknown_tenure",) if share.unknown_tenure > UNKNOWN_TENURE_SHARE else (),
    )
    if comparison is None:
        # Nothing is compared, however many have what a comparison needs.
        n_all, money = share.everyone
        base = replace(
            base,
            support_share=0.0 if n_all else None,
            support_money_share=0.0 if money else None,
            n_not_compared=n_all,
            money_not_compared=money,
        )
        return Draft(finding=base, evidence=evidence if judged else None)
    left_out = _left_out(comparison, share)
    evidence = replace(evidence, left_out=left_out)
    if left_out is not None:
        gap = comparison.ratio.estimate
        beside = Companion("worst_case", None, *left_out.worst(gap, gap))
        comparison = replace(comparison, companions=(*comparison.companions, beside))
    needed = needed_new(relative_range=comparison.relative_range, margin=settings.margin, alpha=alpha)
    decisions = comparison.pricing_decisions
    few = decisions is not None and decisions < settings.min_pricing_decisions
    bound_by_decisions = few or comparison.interval == "decision"
    return Draft(
        finding=_filled(base, comparison, share, needed),
        ratio=comparison.ratio,
        evidence=_judged(evidence, comparison, needed, settings.min_pricing_decisions) if judged else None,
        p_value=comparison.p_value,
        sample=(decisions, "pricing_decisions")
        if decisions is not None and bound_by_decisions
        else (float(comparison.n_tenured + (comparison.n_new or 0)), "customers"),
        warnings=comparison.warnings,
        influence=comparison.influence,
    )


def _judged(evidence: Evidence, comparison: Comparison, needed: float, min_pricing_decisions: int) -> Evidence:
    """Return the evidence with what the comparison adds."""
    # Fewer draws must not switch the guard off: it asks what customers pay, not how certain the price list is.
    rank_z, rank_p = comparison.rank_by_party or comparison.rank
    return replace(
        evidence,
        doubts=(*evidence.doubts, *comparison.doubts),
        shares_comparators=comparison.pricing_decisions is not None,
        g_eff=comparison.pricing_decisions,
        min_pricing_decisions=min_pricing_decisions,
        rank_z=rank_z,
        rank_p=rank_p,
        geometric=comparison.geometric,
        n_eff=comparison.n_eff,
        n_eff_needed=needed,
        q_p_value=comparison.spread.p_value,
        tau=comparison.spread.tau,
        decided_share=sum(comparison.decided),
        exact=comparison.exact,
        skew=comparison.skew,
        bootstrap_t=comparison.bootstrap_t,
        decisions_differ=comparison.decisions_differ,
        cells_are_draws=comparison.cells_are_draws,
    )


def _left_out(comparison: Comparison, share: Covered) -> LeftOut | None:
    """Return those who are not compared, at their worst, where there are enough of them to matter."""
    is_narrow = min(share.customers, 1.0 if share.money is None else share.money) < FULL_SUPPORT
    if not is_narrow or share.worst is None or comparison.comparator_money is None:
        return None
    rest = share.worst
    return LeftOut(compared=comparison.comparator_money, paid=rest.paid, cheapest=rest.cheapest, dearest=rest.dearest)


def _filled(base: Finding, comparison: Comparison, share: Covered, needed: float) -> Finding:
    reversal = None
    if comparison.paid is not None and comparison.comparator_money is not None:
        reversal = reversal_gap(
            covered_tenured=comparison.paid,
            covered_comparator=comparison.comparator_money,
            uncovered_tenured=share.uncovered_money,
        )
    by_party, by_decision = comparison.by_party, comparison.by_decision
    spread = comparison.spread
    return replace(
        base,
        fact=gap_fact(
            base.estimand,
            base.comparator,
            comparison.ratio.estimate,
            n_tenured=comparison.n_tenured,
            n_cells=comparison.n_cells,
        ),
        interval=comparison.interval,
        test=comparison.test,
        companions=comparison.companions,
        effect_size=comparison.effect_size[0],
        effect_size_name=comparison.effect_size[1],
        n_tenured=comparison.n_tenured,
        n_new=comparison.n_new,
        n_observations=comparison.n_observations,
        n_cells=comparison.n_cells,
        reversal_gap=reversal,
        diagnostics=Diagnostics(
            n_eff=comparison.n_eff,
            n_eff_needed=needed,
            heterogeneity_q=spread.q,
            heterogeneity_df=spread.df,
            heterogeneity_p_value=spread.p_value,
            tau=spread.tau,
            penalised_share=comparison.decided[0],
            favoured_share=comparison.decided[1],
            pricing_decisions=comparison.pricing_decisions,
            ci_lower_by_party=by_party[0] if by_party else None,
            ci_upper_by_party=by_party[1] if by_party else None,
            ci_lower_by_decision=by_decision[0] if by_decision else None,
            ci_upper_by_decision=by_decision[1] if by_decision else None,
            skew=comparison.skew,
        ),
    )


def decided_shares(
    cells: CellRatios, n_tenured: np.ndarray, config: Config, *, permuted: Callable[[int], float | None] | None = None
) -> tuple[float, float]:
    """Return the shares of tenured customers in cells whose own gap is a penalty, and a favour, after adjustment.

    Args:
        cells: Ratio of each cell.
        n_tenured: Tenured customers of each, same shape.
        config: Margin, level and correction.
        permuted: Gives the permutation p-value of a cell without variance in an arm, or None where there is some.
    """
    settings = config.inference
    ratios = [cells.at(position) for position in range(len(n_tenured))]
    p_values = [(permuted(position) if permuted else None) or ratio.p_value() for position, ratio in enumerate(ratios)]
    adjusted = adjust(p_values, method=settings.correction)
    alpha = 1.0 - settings.confidence_level
    sides = np.array(
        [
            0 if p is None or p >= alpha or abs(ratio.estimate) < settings.margin else np.sign(ratio.estimate)
            for p, ratio in zip(adjusted, ratios, strict=True)
        ],
        dtype=np.int64,
    )
    total = int(n_tenured.sum())
    if not total:
        return 0.0, 0.0
    return float(n_tenured[sides > 0].sum() / total), float(n_tenured[sides < 0].sum() / total)
