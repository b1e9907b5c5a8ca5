"""Each guard of the verdict by the case that motivates it: a book goes in, the verdict with its reason comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from scipy import stats

from fairness.findings.document import Document as Loaded
from fairness.text import sentences

Document = dict[str, Any]
Study = Callable[..., Document]
Pick = Callable[..., Document]
Companion = Callable[[Document, str], Document]
Rows = list[dict[str, object]]

SLOW = pytest.mark.slow
# Equal studies are built once, by one worker.
pytestmark = pytest.mark.xdist_group("guards")

NEW, TENURED = 0, 60
LIKE_FOR_LIKE = {"primary": "like_for_like_gap"}
NOISE = (-0.5, -0.2, 0.0, 0.1, 0.6)


def customers(number: int, tenure: int, **columns: object) -> Rows:
    """Return equal customers; without an id each row is a customer of its own."""
    return [{"tenure_months": tenure, **columns}] * number


def around(level: float, number: int, tenure: int, **columns: object) -> Rows:
    """Return customers whose prices vary by about half a percent around a level of about 100."""
    return [
        {"tenure_months": tenure, "price": f"{level + NOISE[index % len(NOISE)]:.2f}", **columns}
        for index in range(number)
    ]


def judged(finding: Document) -> tuple[str, str]:
    return finding["verdict"], finding["verdict_reason"]


class TestTiedPriceLists:
    """Ten equal new prices prove nothing: a share of new customers at another price of the list is easily missed."""

    LISTS = ((100, 105), (100, 120), (100, 150), (20, 25, 40))
    REST = (LISTS[0], *LISTS[2:])

    @staticmethod
    def book(prices: tuple[int, ...], n_new: int) -> Rows:
        first, *others = prices
        book = customers(n_new, NEW, price=first) + customers(1000, TENURED, price=first)
        return book + [row for price in others for row in customers(2, TENURED, price=price)]

    @pytest.mark.parametrize("prices", [LISTS[1], *(pytest.param(prices, marks=SLOW) for prices in REST)])
    def test_ten_new_customers_are_never_enough(self, once: Study, prices: tuple[int, ...]) -> None:
        headline = once(self.book(prices, 10), inference=LIKE_FOR_LIKE)["headline"]
        # The interval alone would call it equal: that is what the guard is for.
        assert -0.01 < headline["equivalence_ci_lower"] < headline["equivalence_ci_upper"] < 0.01
        assert judged(headline) == ("inconclusive", "small_effective_sample")
        assert "small_effective_sample" in headline["warnings"]
        assert headline["diagnostics"]["n_eff"] == 10 < headline["diagnostics"]["n_eff_needed"]

    @SLOW
    def test_enough_of_them_are(self, once: Study) -> None:
        headline = once(self.book((100, 120), 60), inference=LIKE_FOR_LIKE)["headline"]
        assert f"{headline['diagnostics']['n_eff_needed']:.0f}" == "58"
        assert judged(headline) == ("equivalent", "interval_inside_margin")

    def test_p_comes_from_shuffled_labels(self, once: Study) -> None:
        headline = once(self.book((100, 120), 10), inference=LIKE_FOR_LIKE)["headline"]
        assert "degenerate_variance" in headline["warnings"]
        assert headline["test"].startswith("permutation")


class TestOffsettingGaps:
    """Ten cells at +10 % and ten at -10 % average to nothing, and are anything but equal."""

    @staticmethod
    def cells(**offer: object) -> Iterator[dict[str, object]]:
        for number in range(20):
            name = f"plan {number}"
            level = 110 if number < 10 else 90
            yield from around(level, 15, TENURED, product_id=name, **offer)
            yield from around(100, 15, NEW, product_id=name, **offer)

    def test_like_for_like(self, once: Study) -> None:
        headline = once(self.cells(), inference=LIKE_FOR_LIKE)["headline"]
        assert headline["estimate"] == pytest.approx(0.0, abs=1e-9)
        # The gaps differ by more than single prices explain: cells are the draws, and no one answer fits.
        assert headline["interval"] == "decision"
        assert headline["ci_lower"] < -0.01 < 0.01 < headline["ci_upper"]
        assert judged(headline) == ("inconclusive", "gaps_differ")
        assert "gaps_differ" in headline["warnings"]
        diagnostics = headline["diagnostics"]
        assert diagnostics["heterogeneity_p_value"] < 0.05
        assert diagnostics["favoured_share"] == 0.5
        assert diagnostics["tau"] == pytest.approx(0.1, abs=0.01)
        assert diagnostics["penalised_share"] == 0.5

    def test_the_cells_themselves_are_decided(self, once: Study) -> None:
        document = once(self.cells(), inference=LIKE_FOR_LIKE)
        cells = [finding for finding in document["findings"] if finding["level"] == "cell"]
        verdicts = [cell["verdict"] for cell in cells if cell["estimand"] == "like_for_like_gap"]
        assert (verdicts.count("penalty"), verdicts.count("favourable"), len(verdicts)) == (10, 10, 20)

    @SLOW
    def test_against_offers(self, once: Study) -> None:
        headline = once(self.cells(offer_price=100))["headline"]
        assert headline["estimand"] == "offer_gap"
        assert headline["verdict"] == "inconclusive"
        assert "offsetting_gaps" in headline["warnings"]

    @SLOW
    def test_a_discount_for_a_few_hides_a_little_more_for_the_rest(self, once: Study) -> None:
        plans = [f"plan {number}" for number in range(13)]
        book = [row for plan in plans for row in around(100, 60, NEW, product_id=plan)]
        book += [row for plan in plans[:12] for row in around(100.5, 60, TENURED, product_id=plan)]
        headline = once(book + around(90, 36, TENURED, product_id=plans[12]), inference=LIKE_FOR_LIKE)["headline"]
        assert headline["estimate"] == pytest.approx(0.0, abs=1e-3)
        assert -0.01 < headline["equivalence_ci_lower"] < headline["equivalence_ci_upper"] < 0.01
        # No cell pays more by the margin: only the difference between the cells tells.
        assert headline["diagnostics"]["penalised_share"] == 0
        assert headline["diagnostics"]["tau"] > 0.01
        assert judged(headline) == ("inconclusive", "offsetting_gaps")

    @SLOW
    def test_a_few_penalised_customers_stop_an_equivalence(self, once: Study) -> None:
        book = [row for number in range(12) for row in around(100, 60, TENURED, product_id=f"plan {number}")]
        book += [row for number in range(13) for row in around(100, 60, NEW, product_id=f"plan {number}")]
        # 6 % of the tenured pay 2 % more: 0.1 % in all, and too little for the cells to count as different.
        headline = once(book + around(102, 46, TENURED, product_id="plan 12"), inference=LIKE_FOR_LIKE)["headline"]
        assert headline["equivalence_ci_upper"] < 0.01
        assert headline["diagnostics"]["tau"] < 0.01
        assert headline["diagnostics"]["penalised_share"] == pytest.approx(46 / 766)
        assert judged(headline) == ("inconclusive", "offsetting_gaps")


class TestEstimatorsThatDisagree:
    """A rank test sees how many, not how much: alone it may not overrule the money."""

    @SLOW
    def test_a_penny_off_for_most_does_not_hide_a_rise_for_some(self, once: Study, companion: Companion) -> None:
        book = customers(300, NEW, price=100)
        book += customers(900, TENURED, price="99.99") + customers(100, TENURED, price=150)
        headline = once(book, inference=LIKE_FOR_LIKE)["headline"]
        rank = companion(headline, "van_elteren")
        assert rank["statistic"] < 0
        assert rank["p_value"] < 0.05
        # The typical customer in per cent pays more too, so the rank test stands alone.
        assert companion(headline, "geometric")["estimate"] > 0
        assert headline["estimate"] == pytest.approx(0.9 * 0.9999 + 0.1 * 1.5 - 1)
        assert judged(headline) == ("penalty", "gap_beyond_margin")

    def test_ranks_and_typical_customer_against_the_money(self, once: Study, companion: Companion) -> None:
        book = customers(500, NEW, price=100)
        book += customers(900, TENURED, price=94) + customers(100, TENURED, price=170)
        headline = once(book, inference=LIKE_FOR_LIKE)["headline"]
        assert headline["estimate"] == pytest.approx(0.016)
        assert companion(headline, "van_elteren")["statistic"] < 0
        assert companion(headline, "geometric")["estimate"] < 0
        assert judged(headline) == ("inconclusive", "estimators_disagree")
        assert "estimators_disagree" in headline["warnings"]
        # More customers of the same kind would not settle it.
        assert headline["deciding_sample"]["at_zero"] is None
        assert headline["deciding_sample"]["reason"] == "estimators_disagree"


class TestSupport:
    @staticmethod
    def book(inside: int, outside: int, *, price_outside: float = 110) -> Rows:
        """Return tenured customers inside and outside the one plan that new customers buy."""
        book = around(100, 40, NEW, product_id="open") + around(110, inside, TENURED, product_id="open")
        return book + around(price_outside, outside, TENURED, product_id="closed")

    def test_fifteen_percent_is_not_assessable(self, once: Study) -> None:
        document = once(self.book(30, 170), inference=LIKE_FOR_LIKE)
        headline = document["headline"]
        assert headline["support_share"] == 0.15
        assert judged(headline) == ("not_assessable", "support_below_minimum")
        assert document["support"]["assessable_share"] == 0.15
        left_out = document["support"]["not_compared"]
        assert [(item["reason"], item["customers"]) for item in left_out] == [("no_new_customers", 170)]

    @SLOW
    def test_fifteen_percent_of_the_money_is_not_assessable(self, once: Study) -> None:
        headline = once(self.book(50, 50, price_outside=1000), inference=LIKE_FOR_LIKE)["headline"]
        assert headline["support_share"] == 0.5
        assert headline["support_money_share"] < 0.2
        assert judged(headline) == ("not_assessable", "support_below_minimum")

    @SLOW
    def test_twenty_percent_is_assessed(self, once: Study) -> None:
        assert once(self.book(40, 160), inference=LIKE_FOR_LIKE)["headline"]["verdict"] == "penalty"

    @SLOW
    def test_thirty_five_percent_is_narrow(self, once: Study) -> None:
        headline = once(self.book(35, 65), inference=LIKE_FOR_LIKE)["headline"]
        assert headline["support_share"] == 0.35
        assert headline["verdict"] == "penalty"
        assert "narrow_support" in headline["warnings"]
        # The 65 others pay 7,150 and would have to pay 350 less than 7,500, the price that brings all to 0.
        assert headline["reversal_gap"] == pytest.approx(-350 / 7500)

    @SLOW
    def test_full_support_is_not(self, once: Study) -> None:
        headline = once(self.book(96, 4), inference=LIKE_FOR_LIKE)["headline"]
        assert "narrow_support" not in headline["warnings"]

    @pytest.mark.parametrize(
        ("outside", "price_outside", "expected"),
        [
            pytest.param(20, 100, ("equivalent", "interval_inside_margin"), marks=SLOW),
            (30, 100, ("inconclusive", "narrow_support")),
            # 20 of 520 customers, but at 300 they pay 6,000 of 56,000.
            (20, 300, ("inconclusive", "narrow_support")),
        ],
    )
    def test_equal_is_said_of_nearly_everybody(
        self, once: Study, outside: int, price_outside: float, expected: tuple[str, str]
    ) -> None:
        book = around(100, 500, NEW, product_id="open") + around(100, 500, TENURED, product_id="open")
        headline = once(book + around(price_outside, outside, TENURED, product_id="closed"), inference=LIKE_FOR_LIKE)[
            "headline"
        ]
        assert -0.01 < headline["equivalence_ci_lower"] < headline["equivalence_ci_upper"] < 0.01
        assert judged(headline) == expected
        # More customers of the same kind would not settle it.
        assert headline["deciding_sample"] is None or headline["deciding_sample"]["at_zero"] is None


class TestUnknownTenure:
    """Who joined nobody knows when is in neither group: many of them leave nothing that is equal, or less, for sure."""

    @staticmethod
    def book(level: float, unknown: int) -> Rows:
        known = around(100, 475, NEW) + around(level, 475, TENURED)
        return known + [{"tenure_months": None, "price": 130}] * unknown

    @pytest.mark.parametrize(
        ("level", "unknown", "verdict"),
        [
            pytest.param(100, 50, "equivalent", marks=SLOW),
            (100, 51, "inconclusive"),
            (90, 51, "inconclusive"),
            pytest.param(110, 51, "penalty", marks=SLOW),
        ],
    )
    def test_above_a_twentieth(self, once: Study, level: float, unknown: int, verdict: str) -> None:
        document = once(self.book(level, unknown), inference=LIKE_FOR_LIKE)
        headline, support = document["headline"], document["support"]
        assert (support["unknown_tenure_customers"], support["unknown_tenure_share"]) == (
            unknown,
            pytest.approx(unknown / (950 + unknown)),
        )
        assert headline["verdict"] == verdict
        assert ("unknown_tenure" in headline["warnings"]) == (unknown > 50)
        if verdict == "inconclusive":
            assert headline["verdict_reason"] == "unknown_tenure"
        assert sentences.support(Loaded.load(document)).endswith(
            f"tenure unknown for {100 * unknown / (950 + unknown):.1f} % of all customers"
        )

    def test_a_few_are_only_counted(self, once: Study) -> None:
        assert "unknown" not in sentences.support(Loaded.load(once(self.book(110, 9), inference=LIKE_FOR_LIKE)))


class TestMissingValues:
    """What is not known is not compliant, not 0, and not dropped: it is counted."""

    @pytest.fixture
    def offers(self, once: Study) -> Document:
        """20 plans: 60 customers pay 110 against 100, 20 pay 100; of 20 the price is unknown."""
        paid = ["110"] * 60 + ["100"] * 20 + [None] * 20
        return once(
            [
                {"tenure_months": TENURED, "price": price, "offer_price": 100, "product_id": f"plan {index % 20}"}
                for index, price in enumerate(paid)
            ]
        )

    def test_an_unknown_price_is_not_in_the_share_above(
        self, offers: Document, pick: Pick, companion: Companion
    ) -> None:
        gap = pick(offers, "offer_gap")
        share = companion(gap, "share_above")
        assert share["estimate"] == 60 / 80
        # Twenty plans decide, three of four customers above in each: fewer trials than customers, and no more noise.
        n = 80 * (stats.t.ppf(0.975, 79) / stats.t.ppf(0.975, 19)) ** 2
        k = 0.75 * n
        exact = stats.beta.ppf(0.025, k, n - k + 1), stats.beta.ppf(0.975, k + 1, n - k)
        assert (share["ci_lower"], share["ci_upper"]) == pytest.approx(exact, rel=1e-9)
        assert gap["n_tenured"] == 80
        assert companion(pick(offers, "overpayment"), "customers_affected")["estimate"] == 60

    def test_it_counts_against_support(self, offers: Document, pick: Pick) -> None:
        gap = pick(offers, "offer_gap")
        assert gap["support_share"] == 0.8
        assert "narrow_support" in gap["warnings"]
        support = offers["support"]
        assert (support["assessable_customers"], support["tenured_customers"]) == (80, 100)
        assert support["not_compared"] == [{"reason": "no_price", "customers": 20, "money": None}]

    @SLOW
    def test_a_missing_offer_is_counted_with_its_money(self, once: Study) -> None:
        book = customers(80, TENURED, price=110, offer_price=100) + customers(20, TENURED, price=110)
        support = once(book)["support"]
        assert support["not_compared"] == [{"reason": "no_offer", "customers": 20, "money": "26400.00"}]

    @SLOW
    def test_a_missing_prior_price_is_no_change_of_zero(self, once: Study, pick: Pick) -> None:
        book = customers(20, NEW, price=100, prior_price=100)
        book += customers(20, TENURED, price=110, prior_price=100) + customers(20, TENURED, price=110)
        gap = pick(once(book, inference={"primary": "change_gap"}), "change_gap")
        assert gap["estimate"] == pytest.approx(0.1)
        assert (gap["n_tenured"], gap["support_share"]) == (20, 0.5)

    def test_an_unknown_tenure_is_never_new(self, once: Study) -> None:
        book = around(100, 20, NEW) + around(110, 20, TENURED)
        book += [{"price": 500, "tenure_months": None}] * 5
        document = once(book, inference=LIKE_FOR_LIKE)
        assert document["support"]["unknown_tenure_customers"] == 5
        assert document["support"]["new_customers"] == 20
        assert document["headline"]["n_new"] == 20


class TestPricingDecisions:
    """Many customers on few tariffs are few price decisions."""

    @staticmethod
    def book(tariffs: int) -> Rows:
        return [
            {
                "tenure_months": TENURED,
                "price": f"{100 + tariff + 10 + (tariff % 3) / 10 + NOISE[copy % 5]:.2f}",
                "offer_price": 100 + tariff,
            }
            for tariff in range(tariffs)
            for copy in range(100)
        ]

    def test_three_tariffs_decide_nothing(self, once: Study) -> None:
        headline = once(self.book(3))["headline"]
        assert headline["estimate"] == pytest.approx(0.1, abs=0.001)
        assert headline["n_tenured"] == 300
        assert headline["diagnostics"]["pricing_decisions"] == pytest.approx(3, abs=0.01)
        assert judged(headline) == ("inconclusive", "few_pricing_decisions")
        assert "few_pricing_decisions" in headline["warnings"]

    def test_what_would_decide_is_more_tariffs_not_more_customers(self, once: Study) -> None:
        sample = once(self.book(3))["headline"]["deciding_sample"]
        assert sample["unit"] == "pricing_decisions"
        assert sample["present"] == pytest.approx(3, abs=0.01)

    @SLOW
    def test_twelve_do(self, once: Study) -> None:
        headline = once(self.book(12))["headline"]
        assert judged(headline) == ("penalty", "gap_beyond_margin")
        assert headline["interval"] == "decision"

    @SLOW
    def test_one_large_tariff_is_not_twelve_decisions(self, once: Study) -> None:
        book = self.book(12) + customers(3000, TENURED, price="110.10", offer_price=100)
        headline = once(book)["headline"]
        assert headline["diagnostics"]["pricing_decisions"] < 2.5
        assert judged(headline) == ("inconclusive", "few_pricing_decisions")


class TestPartiesWithSeveralAccounts:
    """Accounts of one household are priced together: three of them are one draw, whatever the estimand."""

    @staticmethod
    def book(accounts: int) -> Rows:
        rng = np.random.default_rng(17)
        drawn = [(tenure, rng.normal(100, 6)) for tenure in [TENURED] * 25 + [NEW] * 15]
        return [
            {
                "tenure_months": tenure,
                "price": f"{price:.2f}",
                "party_id": f"household {number}",
                "expected_cost": 80,
                "product_id": "plan",
            }
            for number, (tenure, price) in enumerate(drawn)
            for _ in range(accounts)
        ]

    @pytest.mark.parametrize("estimand", ["like_for_like_gap", pytest.param("cost_gap", marks=SLOW)])
    def test_accounts_add_nothing(self, once: Study, pick: Pick, companion: Companion, estimand: str) -> None:
        once, thrice = (pick(once(self.book(n), inference={"primary": estimand}), estimand) for n in (1, 3))
        assert (once["interval"], thrice["interval"]) == ("log_t_satterthwaite", "party")
        assert thrice["estimate"] == pytest.approx(once["estimate"], rel=1e-9)
        # The jackknife over households is the variance of the single accounts up to terms of second order.
        for name in ("ci_lower", "ci_upper", "p_value"):
            assert thrice[name] == pytest.approx(once[name], rel=1e-2)
        for name in ("df", "standard_error", "n_eff"):
            assert thrice["diagnostics"][name] == pytest.approx(once["diagnostics"][name], rel=1e-2)
        assert thrice["diagnostics"]["ci_lower_by_party"] == thrice["ci_lower"]
        assert (once["n_tenured"], thrice["n_tenured"]) == (25, 75)
        z, clustered = (companion(finding, "van_elteren")["statistic"] for finding in (once, thrice))
        assert clustered == pytest.approx(z, rel=0.05)

    @SLOW
    def test_few_parties_with_many_accounts_are_a_small_sample(self, once: Study) -> None:
        few = [{**row, "party_id": f"chain {i % 12}"} for i, row in enumerate(around(100, 240, TENURED))]
        book = [{**row, "price": f"{90 + 20 * (i % 12) / 11:.2f}"} for i, row in enumerate(few)]
        headline = once(book + around(100, 240, NEW), inference=LIKE_FOR_LIKE)["headline"]
        assert (headline["interval"], headline["n_tenured"]) == ("party", 240)
        assert headline["diagnostics"]["n_eff"] >= 100
        assert headline["diagnostics"]["df"] == pytest.approx(11, abs=1)
        assert "approximate" in headline["warnings"]

    def test_a_cell_and_the_raw_gap_say_so_too(self, once: Study) -> None:
        document = once(self.book(3), inference=LIKE_FOR_LIKE)
        found = [f for f in document["findings"] if f["estimand"] in ("raw_gap", "like_for_like_gap")]
        assert {f["level"] for f in found} == {"pooled", "cell"}
        assert {f["interval"] for f in found if f["tenure_band"] is None} == {"party"}


class TestFallback:
    """The primary question is fixed; only a study without any offer is answered like for like, and says so."""

    def test_no_offer_exists(self, once: Study) -> None:
        document = once(around(100, 30, NEW) + around(110, 30, TENURED))
        headline = document["headline"]
        assert document["study"]["primary"] == "offer_gap"
        assert headline["estimand"] == "like_for_like_gap"
        assert "primary_fallback" in headline["warnings"]
        assert headline["verdict"] == "penalty"
        assert not [finding for finding in document["findings"] if finding["estimand"] == "offer_gap"]

    @SLOW
    def test_the_offer_column_is_empty(self, once: Study) -> None:
        book = around(100, 30, NEW, offer_price=None) + around(110, 30, TENURED, offer_price=None)
        headline = once(book)["headline"]
        assert "primary_fallback" in headline["warnings"]

    @SLOW
    def test_few_offers_are_no_reason(self, once: Study) -> None:
        book = around(100, 30, NEW) + around(110, 29, TENURED) + around(110, 1, TENURED, offer_price=100)
        headline = once(book)["headline"]
        assert headline["estimand"] == "offer_gap"
        assert judged(headline) == ("not_assessable", "support_below_minimum")

    @SLOW
    def test_no_other_question_is_replaced(self, once: Study) -> None:
        book = around(100, 30, NEW) + around(110, 30, TENURED)
        headline = once(book, inference={"primary": "market_gap"})["headline"]
        assert headline["estimand"] == "market_gap"
        assert judged(headline) == ("not_assessable", "no_comparable_cell")
        assert headline["estimate"] is None


class TestWords:
    @SLOW
    def test_a_real_but_negligible_gap_is_equivalent(self, once: Study) -> None:
        headline = once(around(100, 500, NEW) + around(100.3, 500, TENURED), inference=LIKE_FOR_LIKE)["headline"]
        assert headline["p_value"] < 1e-6
        assert headline["estimate"] == pytest.approx(0.003)
        assert 0 < headline["ci_lower"] < headline["ci_upper"] < 0.01
        assert judged(headline) == ("equivalent", "interval_inside_margin")

    def test_not_significant_is_not_fair(self, once: Study) -> None:
        prices = (60, 80, 100, 120, 140)
        book = [{"tenure_months": tenure, "price": price} for tenure in (NEW, TENURED) for price in prices * 4]
        headline = once(book, inference=LIKE_FOR_LIKE)["headline"]
        assert headline["p_value"] == pytest.approx(1.0)
        assert judged(headline) == ("inconclusive", "interval_includes_zero")
        sample = headline["deciding_sample"]
        assert sample["unit"] == "customers"
        assert sample["at_zero"] > sample["present"] == 40
        assert sample["at_twice_margin"] > 40

    @SLOW
    def test_a_significant_gap_below_the_margin_is_no_penalty(self, once: Study) -> None:
        # +0.97 %: the interval excludes 0 and leaves the margin.
        headline = once(around(100, 500, NEW) + around(100.97, 500, TENURED), inference=LIKE_FOR_LIKE)["headline"]
        assert headline["ci_lower"] > 0
        assert headline["equivalence_ci_upper"] > 0.01 > headline["estimate"]
        assert judged(headline) == ("inconclusive", "below_margin")

    @SLOW
    def test_raw_gaps_and_money_carry_no_verdict(self, once: Study) -> None:
        book = around(100, 30, NEW, region="north", offer_price=100)
        book += around(130, 30, TENURED, region="north", offer_price=100)
        document = once(book, lenses={"by": ["region"]})
        facts = [finding for finding in document["findings"] if finding["estimand"] in ("raw_gap", "overpayment")]
        assert {finding["level"] for finding in facts} == {"pooled", "lens", "cell"}
        assert {finding["verdict"] for finding in facts} == {None}
        assert {finding["deciding_sample"] for finding in facts} == {None}
