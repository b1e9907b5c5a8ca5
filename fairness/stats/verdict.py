"""The verdict: what the evidence allows us to say about the pricing process, decided in a fixed order.

"Not significant" is never called fair: equal prices have to be shown (``equivalent``). A real but negligible gap is
equivalent, not a penalty. Alpha, margin and minimum support are fixed before looking.

Decisions D7, D22, D25, D26 and D29.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fairness.stats.left_out import LeftOut
from fairness.stats.sign_flip import SignFlip

VerdictName = Literal["penalty", "favourable", "equivalent", "inconclusive", "not_assessable"]
_Rule = Literal[
    "no_terms",
    "no_comparable_cell",
    "support_below_minimum",
    "few_pricing_decisions",
    "estimators_disagree",
    "interval_not_computable",
    "interval_inside_margin",
    "small_effective_sample",
    "offsetting_gaps",
    "gap_beyond_margin",
    "below_margin",
    "interval_includes_zero",
    "p_not_below_alpha",
    "gaps_differ",
    "skewed_prices",
    "all_decisions_beyond_margin",
    "too_many_tests",
    "unit_suspect",
    "plan_not_offered",
    "unknown_tenure",
    "best_available_offer",
    "pricing_dates_differ",
    "narrow_support",
    "rows_rejected",
]
NoOffer = Literal["offers_rejected", "offers_for_existing", "offers_not_in_force", "offers_match_nothing"]
"""Why none of the given offers can be used."""
Reason = _Rule | NoOffer
Doubt = Literal["plan_not_offered", "unknown_tenure", "best_available_offer", "pricing_dates_differ"]
"""What forbids "equivalent" even though the numbers would give it: too much left out, or another look differs."""

_ALSO_FAVOURABLE = ("plan_not_offered", "unknown_tenure")
"""Doubts that forbid "favourable" as well: those left out may pay more."""
WarningCode = Literal[
    "no_usable_offer",
    "unit_suspect",
    "plan_not_offered",
    "unknown_tenure",
    "best_available_offer",
    "pricing_dates_differ",
    "few_pricing_decisions",
    "estimators_disagree",
    "small_effective_sample",
    "offsetting_gaps",
    "gaps_differ",
    "skewed_prices",
    "narrow_support",
]

# Share of tenured customers, and of their money, that "equivalent" needs; below it, the sentence names the share.
FULL_SUPPORT = 0.95
_AT_OR_AFTER_EQUIVALENCE = (
    "small_effective_sample",
    "offsetting_gaps",
    "below_margin",
    "interval_includes_zero",
    "p_not_below_alpha",
)
# Share of tenured customers in cells, a band or a lens value with a verdict of its own that stops "equivalent".
OFFSETTING_SHARE = 0.05
# Skewness of the draws over the root of their number: beyond the first, a nominal 95 % interval covers less than 93 %
# in simulation, beyond the second less than 90 %.
APPROXIMATE_SKEW, REFUSED_SKEW = 0.15, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything a verdict rests on; None where a quantity does not exist for the estimand.

    Attributes:
        qualified: Whether any cell or pair qualifies for the comparison.
        support_customers: Share of tenured customers covered, 0 to 1.
        support_money: Share of tenured money covered, 0 to 1.
        min_support: Smallest share, of customers and of money, that is assessed.
        left_out: Those who are not compared at their product's cheapest and dearest comparator; None where not known.
        alpha: 1 - confidence level.
        margin: Margin of equivalence, a fraction.
        estimate: The gap, a fraction; above 0, tenured customers pay more. None only when nothing qualifies.
        interval: Lower and upper bound at 1 - alpha; None when not computable.
        equivalence_interval: Lower and upper bound at 1 - 2 alpha; None when not computable.
        p_adjusted: P-value of a gap of 0, adjusted for its family (raw in a family of one; from the permutation of
            labels where an arm shows no variance).
        p_equivalence_adjusted: P-value of the equivalence test, adjusted for its family; None when the standard error
            is 0: the interval then decides alone.
        rows_rejected: Whether so many rows with prices were rejected that no verdict is given.
        unit_suspect: Whether prices that seem to be in another unit hold so much of the money that no verdict is given.
        no_offer: Why none of the offers that were given can be used; None where some can, or none were given.
        no_terms: Whether nothing is compared because no term was renewed.
        doubts: What forbids ``equivalent``, and in part ``favourable`` too; each is also a warning.
        shares_comparators: Whether many customers share one price decision, so that ``g_eff`` limits what is known.
        g_eff: Effective number of price decisions.
        min_pricing_decisions: Smallest ``g_eff`` for a verdict from an interval.
        exact: Exact sign-flip test over price decisions; None where an interval decides: prices vary, and there are
            enough decisions.
        skew: Skewness over the root of the number of draws behind the printed interval.
        bootstrap_t: Bootstrap-t interval, needed where the skew is beyond what a t interval can bear; None where not
            computed.
        rank_z: z of the rank test; above 0, tenured customers rank higher.
        rank_p: Its p-value.
        geometric: Geometric companion, a fraction.
        n_eff: Effective number of new customers.
        n_eff_needed: Effective number that equivalence needs.
        q_p_value: P-value of the heterogeneity of the cell gaps.
        tau: Standard deviation of the true cell gaps, log scale.
        decided_share: Share of the scope's tenured customers in cells with an adjusted penalty or favour.
        decisions_differ: Whether two price decisions with 5 % of the money each lie more than two margins apart
            although nothing varies within them.
        cells_are_draws: Whether cells are the draws because their gaps differ beyond chance.
        is_dropped: Whether the p-value is small enough, but the interval for as many tests is too wide.
        decided_parts: Tenure bands and lens values with 5 % or more of the tenured customers and a verdict of their
            own.
    """

    qualified: bool
    support_customers: float
    support_money: float
    min_support: float
    alpha: float
    margin: float
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    equivalence_interval: tuple[float, float] | None = None
    p_adjusted: float | None = None
    p_equivalence_adjusted: float | None = None
    rows_rejected: bool = False
    unit_suspect: bool = False
    no_offer: NoOffer | None = None
    no_terms: bool = False
    doubts: tuple[Doubt, ...] = ()
    shares_comparators: bool = False
    g_eff: float | None = None
    min_pricing_decisions: float = 0.0
    exact: SignFlip | None = None
    skew: float = 0.0
    bootstrap_t: tuple[float, float] | None = None
    rank_z: float | None = None
    rank_p: float | None = None
    geometric: float | None = None
    n_eff: float | None = None
    n_eff_needed: float | None = None
    q_p_value: float | None = None
    tau: float | None = None
    decided_share: float = 0.0
    decisions_differ: bool = False
    cells_are_draws: bool = False
    is_dropped: bool = False
    decided_parts: tuple[str, ...] = ()
    left_out: LeftOut | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict with the reason that decided it.

    Attributes:
        verdict: ``penalty`` (tenured pay more), ``favourable`` (less), ``equivalent``, ``inconclusive`` or
            ``not_assessable``.
        reason: Code of the rule that decided.
        warnings: Codes of what else the reader has to know, in a fixed order.
    """

    verdict: VerdictName
    reason: Reason
    warnings: tuple[WarningCode, ...]


def decide(evidence: Evidence) -> Verdict:
    """Give the verdict on a gap: the first rule that applies decides.

    1. ``not_assessable``: too many rows were rejected, nothing qualifies (where no given offer can be used, with that
       reason), or support by customers or money is below its minimum.
       Prices that seem to be in another unit: ``inconclusive`` until somebody has checked.
    2. Prices that do not vary, or too few price decisions: the exact sign-flip test gives ``penalty`` or ``favourable``
       where six decisions or more lie beyond the margin on one side; else ``inconclusive`` where decisions are few.
    3. ``inconclusive``: rank test (significant) and geometric companion agree with each other against the estimate.
    4. ``equivalent``: the 1 - 2 alpha interval lies inside the margin, its adjusted p is below alpha, the effective
       sample is large enough, no gaps offset each other (cells, tenure bands, lens values, price decisions) and 95 %
       of the tenured customers and of their money are covered, or the others cannot move the interval out of the
       margin; ``inconclusive`` when one of the last three fails.
    5. ``penalty`` or ``favourable``: interval excludes 0, adjusted p below alpha, estimate at least the margin; with
       strongly skewed prices a bootstrap-t interval has to exclude 0 on the same side.
    6. ``inconclusive`` otherwise, and where a doubt stands against ``equivalent`` or ``favourable``.

    Args:
        evidence: Estimate, intervals, tests and guards.

    Returns:
        Verdict with its reason and warnings.

    Raises:
        ValueError: A cell qualifies and there is no estimate.

    References:
        Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680, for the equivalence rule.

    Example:
        >>> decide(Evidence(qualified=True, support_customers=1.0, support_money=1.0, min_support=0.2, alpha=0.05,
        ...                 margin=0.01, estimate=0.04, interval=(0.03, 0.05), equivalence_interval=(0.032, 0.048),
        ...                 p_adjusted=0.001, p_equivalence_adjusted=0.99)).verdict
        'penalty'
    """
    if evidence.rows_rejected:
        return Verdict("not_assessable", "rows_rejected", ())
    if not evidence.qualified and evidence.no_offer is not None:
        return Verdict("not_assessable", evidence.no_offer, ("no_usable_offer",))
    if not evidence.qualified:
        return Verdict("not_assessable", "no_terms" if evidence.no_terms else "no_comparable_cell", ())
    if _least_support(evidence) < evidence.min_support:
        return Verdict("not_assessable", "support_below_minimum", ())
    if evidence.estimate is None:
        raise ValueError("estimate = None: must be given when a cell qualifies")
    verdict, reason = _judge(evidence, evidence.estimate)
    if forbidding := _forbidding(evidence, verdict, reason):
        verdict, reason = "inconclusive", forbidding
    return Verdict(verdict, reason, _warnings(evidence, evidence.estimate, reason))


def _forbidding(evidence: Evidence, verdict: VerdictName, reason: Reason) -> Doubt | None:
    """Return the first doubt that forbids a verdict; it tells more than the share that is left out."""
    if verdict == "equivalent" or reason == "narrow_support":
        return next(iter(evidence.doubts), None)
    if verdict == "favourable":
        return next((doubt for doubt in evidence.doubts if doubt in _ALSO_FAVOURABLE), None)
    return None


def _judge(evidence: Evidence, estimate: float) -> tuple[VerdictName, Reason]:
    """Apply rules 2 to 6."""
    if evidence.unit_suspect:
        return "inconclusive", "unit_suspect"
    if evidence.exact is not None and evidence.exact.decides(evidence.alpha):
        return "penalty" if evidence.exact.side > 0 else "favourable", "all_decisions_beyond_margin"
    if blocked := _blocked(evidence, estimate):
        return "inconclusive", blocked
    if _inside_margin(evidence) and not evidence.is_dropped:
        unproven = _unproven(evidence)
        return ("inconclusive", unproven) if unproven else ("equivalent", "interval_inside_margin")
    if undecided := _undecided(evidence, estimate):
        return "inconclusive", undecided
    return "penalty" if estimate > 0 else "favourable", "gap_beyond_margin"


def _blocked(evidence: Evidence, estimate: float) -> Reason | None:
    """Return why no interval may decide: rules 2 and 3, and the lack of an interval."""
    if evidence.shares_comparators and _few_decisions(evidence):
        return "gaps_differ" if _few_cells_differ(evidence) else "few_pricing_decisions"
    if _estimators_disagree(evidence, estimate):
        return "estimators_disagree"
    if evidence.interval is None or evidence.equivalence_interval is None:
        return "interval_not_computable"
    return None


def _unproven(evidence: Evidence) -> Reason | None:
    """Return why an interval inside the margin does not show equivalence: the guards of rule 4."""
    if _small_sample(evidence):
        return "small_effective_sample"
    if _offsetting(evidence):
        return "offsetting_gaps"
    return "narrow_support" if _least_support(evidence) < FULL_SUPPORT and not _rest_is_harmless(evidence) else None


def _undecided(evidence: Evidence, estimate: float) -> Reason | None:
    """Return why a gap that is not equivalent is not a penalty either: the conditions of rule 5."""
    if evidence.interval is not None and evidence.interval[0] <= 0 <= evidence.interval[1]:
        return "gaps_differ" if _few_cells_differ(evidence) else "interval_includes_zero"
    if evidence.p_adjusted is None or evidence.p_adjusted >= evidence.alpha:
        return "p_not_below_alpha"
    if abs(estimate) < evidence.margin:
        return "below_margin"
    if _skew_forbids(evidence, estimate):
        return "skewed_prices"
    return "too_many_tests" if evidence.is_dropped else None


def _warnings(evidence: Evidence, estimate: float, reason: Reason) -> tuple[WarningCode, ...]:
    found: list[WarningCode] = ["unit_suspect"] if evidence.unit_suspect else []
    found.extend(evidence.doubts)
    if _few_decisions(evidence):
        found.append("few_pricing_decisions")
    if _estimators_disagree(evidence, estimate):
        found.append("estimators_disagree")
    if _inside_margin(evidence) and _small_sample(evidence):
        found.append("small_effective_sample")
    # Where a rule before equivalence decides, or the gap itself does, cells that differ offset nothing.
    if reason in _AT_OR_AFTER_EQUIVALENCE and _offsetting(evidence):
        found.append("offsetting_gaps")
    if reason in ("gaps_differ", "skewed_prices"):
        found.append(reason)
    if _least_support(evidence) < FULL_SUPPORT:
        found.append("narrow_support")
    return tuple(found)


def _least_support(evidence: Evidence) -> float:
    return min(evidence.support_customers, evidence.support_money)


def _rest_is_harmless(evidence: Evidence) -> bool:
    """Return whether the gap of everybody lies inside the margin, whatever the others are compared with."""
    if evidence.left_out is None or evidence.equivalence_interval is None:
        return False
    least, greatest = evidence.left_out.worst(*evidence.equivalence_interval)
    return -evidence.margin < least and greatest < evidence.margin


def _few_decisions(evidence: Evidence) -> bool:
    return evidence.g_eff is not None and evidence.g_eff < evidence.min_pricing_decisions


def _estimators_disagree(evidence: Evidence, estimate: float) -> bool:
    """Return whether a significant rank test and the geometric companion both point against the estimate.

    Where the estimate and the companion both lie inside the margin, they agree: both gaps are negligible, whatever
    their signs. A symmetric price list shows why: the logarithm turns -5 % and +5 % into -5.1 % and +4.9 %, which ranks
    see at once.
    """
    z, p, geometric = evidence.rank_z, evidence.rank_p, evidence.geometric
    if z is None or p is None or geometric is None or p >= evidence.alpha:
        return False
    if max(abs(estimate), abs(geometric)) < evidence.margin:
        return False
    return z * estimate < 0 and geometric * estimate < 0


def _inside_margin(evidence: Evidence) -> bool:
    """Return whether equivalence is shown, leaving the guards aside."""
    if evidence.equivalence_interval is None:
        return False
    lower, upper = evidence.equivalence_interval
    p = evidence.p_equivalence_adjusted
    return -evidence.margin < lower and upper < evidence.margin and (p is None or p < evidence.alpha)


def _small_sample(evidence: Evidence) -> bool:
    n_eff, needed = evidence.n_eff, evidence.n_eff_needed
    return n_eff is not None and needed is not None and n_eff < needed


def _cells_differ(evidence: Evidence) -> bool:
    q_p, tau = evidence.q_p_value, evidence.tau
    return q_p is not None and tau is not None and q_p < evidence.alpha and tau > evidence.margin


def _few_cells_differ(evidence: Evidence) -> bool:
    """Return whether the cells are too few, or too different, for one answer although some of them have their own."""
    return evidence.cells_are_draws and evidence.decided_share > 0


def _offsetting(evidence: Evidence) -> bool:
    """Return whether an average near 0 hides parts of the book that certainly pay more, or less."""
    parts = evidence.decided_share >= OFFSETTING_SHARE or bool(evidence.decided_parts)
    return parts or _cells_differ(evidence) or evidence.decisions_differ


def _skew_forbids(evidence: Evidence, estimate: float) -> bool:
    """Return whether prices are so skewed that the t interval alone may not call a penalty or a favour."""
    if abs(evidence.skew) <= REFUSED_SKEW:
        return False
    bounds = evidence.bootstrap_t
    return bounds is None or (bounds[0] <= 0 if estimate > 0 else bounds[1] >= 0)
