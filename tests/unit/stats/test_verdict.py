from __future__ import annotations

from dataclasses import replace

import pytest

from fairness.stats.left_out import LeftOut
from fairness.stats.verdict import Evidence, decide

PENALTY = Evidence(
    qualified=True,
    support_customers=1.0,
    support_money=1.0,
    min_support=0.2,
    alpha=0.05,
    margin=0.01,
    estimate=0.04,
    interval=(0.02, 0.06),
    equivalence_interval=(0.025, 0.055),
    p_adjusted=0.001,
    p_equivalence_adjusted=0.99,
    shares_comparators=False,
    g_eff=500.0,
    min_pricing_decisions=10,
    rank_z=4.0,
    rank_p=0.0001,
    geometric=0.03,
    n_eff=1000.0,
    n_eff_needed=100.0,
    q_p_value=0.5,
    tau=0.0,
)
EQUAL = replace(
    PENALTY,
    estimate=0.001,
    interval=(-0.003, 0.005),
    equivalence_interval=(-0.002, 0.004),
    p_adjusted=0.6,
    p_equivalence_adjusted=0.0001,
    rank_z=0.3,
    rank_p=0.76,
    geometric=0.0005,
)


def verdict_of(evidence: Evidence, **changes: object) -> tuple[str, str, tuple[str, ...]]:
    result = decide(replace(evidence, **changes))
    return result.verdict, result.reason, result.warnings


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({}, "penalty", "gap_beyond_margin"),
        ({"qualified": False}, "not_assessable", "no_comparable_cell"),
        ({"support_customers": 0.199}, "not_assessable", "support_below_minimum"),
        ({"support_money": 0.199}, "not_assessable", "support_below_minimum"),
        ({"interval": None}, "inconclusive", "interval_not_computable"),
        ({"equivalence_interval": None}, "inconclusive", "interval_not_computable"),
        ({"interval": (-0.001, 0.08), "p_adjusted": 0.06}, "inconclusive", "interval_includes_zero"),
        ({"p_adjusted": 0.05}, "inconclusive", "p_not_below_alpha"),
        ({"p_adjusted": None}, "inconclusive", "p_not_below_alpha"),
        ({"estimate": 0.0099}, "inconclusive", "below_margin"),
        ({"estimate": 0.01}, "penalty", "gap_beyond_margin"),
    ],
)
def test_rules_without_guards(changes: dict[str, object], verdict: str, reason: str) -> None:
    assert verdict_of(PENALTY, **changes)[:2] == (verdict, reason)


def test_the_mirror_image_of_a_penalty_is_favourable() -> None:
    mirrored = {
        "estimate": -0.04,
        "interval": (-0.06, -0.02),
        "equivalence_interval": (-0.055, -0.025),
        "rank_z": -4.0,
        "geometric": -0.03,
    }
    assert verdict_of(PENALTY, **mirrored) == ("favourable", "gap_beyond_margin", ())


def test_equivalent_and_its_conditions() -> None:
    assert verdict_of(EQUAL) == ("equivalent", "interval_inside_margin", ())
    assert verdict_of(EQUAL, p_equivalence_adjusted=None)[0] == "equivalent"
    assert verdict_of(EQUAL, p_equivalence_adjusted=0.05)[:2] == ("inconclusive", "interval_includes_zero")
    assert verdict_of(EQUAL, equivalence_interval=(-0.01, 0.004))[0] == "inconclusive"
    assert verdict_of(EQUAL, equivalence_interval=(-0.002, 0.01))[0] == "inconclusive"


def test_a_real_but_negligible_gap_is_equivalent() -> None:
    small = {
        "estimate": 0.004,
        "interval": (0.002, 0.006),
        "equivalence_interval": (0.0023, 0.0057),
        "p_adjusted": 1e-5,
    }
    assert verdict_of(EQUAL, **small)[:2] == ("equivalent", "interval_inside_margin")


def test_few_new_customers_prove_no_equality_and_do_not_stop_a_penalty() -> None:
    assert verdict_of(EQUAL, n_eff=99.9) == ("inconclusive", "small_effective_sample", ("small_effective_sample",))
    assert verdict_of(EQUAL, n_eff=100.0)[0] == "equivalent"
    assert verdict_of(EQUAL, n_eff=None)[0] == "equivalent"
    assert verdict_of(PENALTY, n_eff=99.9) == ("penalty", "gap_beyond_margin", ())


def test_offsetting_gaps() -> None:
    differing = {"q_p_value": 0.01, "tau": 0.02}
    assert verdict_of(EQUAL, **differing) == ("inconclusive", "offsetting_gaps", ("offsetting_gaps",))
    assert verdict_of(EQUAL, q_p_value=0.01, tau=0.01)[0] == "equivalent"
    assert verdict_of(EQUAL, q_p_value=0.05, tau=0.02)[0] == "equivalent"
    assert verdict_of(EQUAL, decided_share=0.05)[:2] == ("inconclusive", "offsetting_gaps")
    assert verdict_of(EQUAL, decided_share=0.049)[0] == "equivalent"
    assert verdict_of(PENALTY, **differing) == ("penalty", "gap_beyond_margin", ())
    undecided = {**differing, "interval": (-0.02, 0.03), "equivalence_interval": (-0.015, 0.025)}
    assert verdict_of(EQUAL, **undecided) == ("inconclusive", "interval_includes_zero", ("offsetting_gaps",))
    assert verdict_of(PENALTY, decided_share=1.0) == ("penalty", "gap_beyond_margin", ())


def test_few_pricing_decisions_decide_only_where_customers_share_them() -> None:
    few = {"g_eff": 9.9}
    warned = ("few_pricing_decisions",)
    assert verdict_of(PENALTY, shares_comparators=True, **few) == ("inconclusive", "few_pricing_decisions", warned)
    assert verdict_of(PENALTY, shares_comparators=True, g_eff=10.0)[0] == "penalty"
    assert verdict_of(PENALTY, **few) == ("penalty", "gap_beyond_margin", warned)


def test_estimators_disagree_needs_both_against_the_estimate() -> None:
    against = {"rank_z": -3.0, "rank_p": 0.003, "geometric": -0.01}
    assert verdict_of(PENALTY, **against) == ("inconclusive", "estimators_disagree", ("estimators_disagree",))
    assert verdict_of(PENALTY, **{**against, "rank_p": 0.05})[0] == "penalty"
    assert verdict_of(PENALTY, **{**against, "geometric": 0.01})[0] == "penalty"
    assert verdict_of(PENALTY, **{**against, "rank_z": 3.0})[0] == "penalty"


def test_estimators_that_both_see_a_negligible_gap_do_not_disagree() -> None:
    against = {"rank_z": -9.0, "rank_p": 1e-9}
    assert verdict_of(EQUAL, **against, geometric=-0.0099)[0] == "equivalent"
    assert verdict_of(EQUAL, **against, geometric=-0.01)[1] == "estimators_disagree"
    beyond = {"estimate": 0.012, "equivalence_interval": (0.001, 0.02)}
    assert verdict_of(EQUAL, **against, **beyond, geometric=-0.001)[1] == "estimators_disagree"


def test_the_first_rule_decides_and_the_others_warn() -> None:
    everything = {
        "shares_comparators": True,
        "g_eff": 2.0,
        "rank_z": -3.0,
        "rank_p": 0.001,
        "geometric": -0.01,
        "n_eff": 5.0,
        "q_p_value": 0.0,
        "tau": 0.5,
        "support_customers": 0.5,
    }
    assert verdict_of(EQUAL, **everything) == (
        "inconclusive",
        "few_pricing_decisions",
        (
            "few_pricing_decisions",
            "estimators_disagree",
            "small_effective_sample",
            "narrow_support",
        ),
    )


@pytest.mark.parametrize(("share", "warnings"), [(0.2, ("narrow_support",)), (0.949, ("narrow_support",)), (0.95, ())])
def test_narrow_support(share: float, warnings: tuple[str, ...]) -> None:
    assert verdict_of(PENALTY, support_customers=share) == ("penalty", "gap_beyond_margin", warnings)
    assert verdict_of(PENALTY, support_money=share) == ("penalty", "gap_beyond_margin", warnings)


@pytest.mark.parametrize("of", ["support_customers", "support_money"])
def test_equal_needs_nearly_everybody_and_their_money(of: str) -> None:
    assert verdict_of(EQUAL, **{of: 0.949}) == ("inconclusive", "narrow_support", ("narrow_support",))
    assert verdict_of(EQUAL, **{of: 0.95}) == ("equivalent", "interval_inside_margin", ())
    # What is known to be wrong is said before what is not known.
    assert verdict_of(EQUAL, **{of: 0.5}, n_eff=5.0)[1] == "small_effective_sample"
    assert verdict_of(EQUAL, **{of: 0.5}, decided_share=0.5)[1] == "offsetting_gaps"


@pytest.mark.parametrize(
    ("paid", "verdict"),
    [(10.0, "equivalent"), (10.5, "equivalent"), (10.7, "inconclusive"), (9.4, "equivalent"), (9.2, "inconclusive")],
)
def test_a_rest_that_cannot_move_the_average_out_of_the_margin_does_no_harm(paid: float, verdict: str) -> None:
    # The 90 % intervals of those compared ends at -0.2 and 0.4 %. (90 x 1.004 + 10.5) / 100 = 1.0086, with 10.7 it is
    # 1.0106; (90 x 0.998 + 9.4) / 100.1 = 0.99121, with 9.2 it is 0.98921.
    rest = LeftOut(compared=90.0, paid=paid, cheapest=10.0, dearest=10.1)
    assert verdict_of(EQUAL, support_customers=0.9, left_out=rest)[0] == verdict
    # It opens one door: nearly everybody must still be assessed.
    assert verdict_of(EQUAL, support_customers=0.1, left_out=rest)[:2] == ("not_assessable", "support_below_minimum")


def test_refuses_to_judge_without_an_estimate() -> None:
    with pytest.raises(ValueError, match="estimate = None: must be given when a cell qualifies"):
        decide(replace(PENALTY, estimate=None))


def test_a_doubt_forbids_equal_and_less_and_is_said_in_any_case() -> None:
    doubts = ("plan_not_offered",)
    assert verdict_of(EQUAL, doubts=doubts) == ("inconclusive", "plan_not_offered", doubts)
    both = (*doubts, "narrow_support")
    assert verdict_of(EQUAL, doubts=doubts, support_customers=0.9) == ("inconclusive", "plan_not_offered", both)
    less = {"estimate": -0.04, "interval": (-0.06, -0.02), "equivalence_interval": (-0.055, -0.025)}
    mirrored = {**less, "rank_z": -4.0, "geometric": -0.03}
    assert verdict_of(PENALTY, **mirrored)[0] == "favourable"
    assert verdict_of(PENALTY, doubts=doubts, **mirrored)[:2] == ("inconclusive", "plan_not_offered")
    assert verdict_of(PENALTY, doubts=doubts) == ("penalty", "gap_beyond_margin", doubts)
