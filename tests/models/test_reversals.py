"""Credits that take a line back, end a term, or do neither: rows of int_billing_line in, what happens to them out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

STEPS = tuple(
    f"1_rows/{name}"
    for name in (
        *("46_int_credit", "47_int_named_reversal", "48_int_reversal_pair", "49_int_reversal"),
        *("51_int_term_discount", "52_int_term_end", "57_int_line_treatment"),
    )
)
TYPES = (
    "row_id bigint, line_id varchar, reverses_line_id varchar, invoice_status varchar, livemode boolean, "
    "line_kind varchar, customer_id varchar, product_id varchar, plan_id varchar, subscription_id varchar, "
    "currency varchar, issued_on date, period_start date, period_end date, net_amount decimal(18,6), "
    "content_key varchar"
)
Line = dict[str, object]
NOVEMBER = {"period_start": date(2025, 11, 1), "period_end": date(2025, 12, 1)}
YEAR = {"period_start": date(2025, 3, 1), "period_end": date(2026, 3, 1)}
REST = {"period_start": date(2025, 8, 1), "period_end": date(2026, 3, 1)}  # 212 of 365 days
NO_PERIOD = {"period_start": None, "period_end": None}


def line(row_id: int, net: str, kind: str = "recurring", day: int = 1, **columns: object) -> Line:
    """Return a line of November, issued on a day of it."""
    given: Line = {
        "row_id": row_id,
        "line_id": f"L{row_id}",
        "invoice_status": "final",
        "livemode": True,
        "line_kind": kind,
        "customer_id": "C",
        "product_id": "net",
        "plan_id": "base",
        "subscription_id": "S",
        "currency": "GBP",
        "issued_on": date(2025, 11, day),
        "net_amount": net,
        "content_key": f"{kind} {net}",
        **NOVEMBER,
    }
    return given | columns


def credit(row_id: int, net: str, kind: str = "credit", day: int = 9, **columns: object) -> Line:
    return line(row_id, net, kind, day, **columns)


@pytest.fixture
def treated(bench: Any) -> Any:
    """Return a function from lines to what happens to them: row_id to (exclusion, covered_until)."""

    def run(*lines: Line) -> dict[int, tuple[str | None, date | None]]:
        bench.table("int_billing_line", TYPES, lines)
        bench.run(*STEPS)
        rows = bench.query("select row_id, exclusion, covered_until from int_line_treatment order by row_id")
        return {row_id: (exclusion, until) for row_id, exclusion, until in rows}

    return run


def reversed_lines(found: dict[int, tuple[str | None, date | None]]) -> set[int]:
    return {row_id for row_id, (exclusion, _) in found.items() if exclusion == "reversed"}


class TestNamed:
    @pytest.mark.parametrize("amounts", [["-20"], ["-19.99"], ["-12", "-8"], ["20"]])
    def test_credits_that_sum_to_the_line_cancel_it(self, treated: Any, amounts: list[str]) -> None:
        credits = [credit(2 + n, net, reverses_line_id="L1", **NO_PERIOD) for n, net in enumerate(amounts)]
        assert reversed_lines(treated(line(1, "20"), *credits)) == {1, *range(2, 2 + len(amounts))}

    def test_less_than_the_line_cancels_nothing(self, treated: Any) -> None:
        assert treated(line(1, "20"), credit(2, "-2", reverses_line_id="L1")) == {}

    def test_a_recurring_credit_on_a_named_line_is_a_credit(self, treated: Any) -> None:
        found = treated(line(1, "20"), credit(2, "-2", "recurring", reverses_line_id="L1"))
        assert found == {2: ("credit", None)}

    def test_more_than_the_line_is_not_understood(self, treated: Any) -> None:
        assert treated(line(1, "20"), credit(2, "-20.02", reverses_line_id="L1")) == {1: ("over_credited", None)}

    @pytest.mark.parametrize("change", [{"customer_id": "D"}, {"currency": "EUR"}])
    def test_a_line_of_somebody_else_is_not_meant(self, treated: Any, change: Line) -> None:
        assert treated(line(1, "20", **change), credit(2, "-20", reverses_line_id="L1")) == {}


class TestUnnamed:
    @pytest.mark.parametrize("kind", ["credit", "refund", "recurring"])
    def test_the_exact_opposite_cancels(self, treated: Any, kind: str) -> None:
        found = treated(line(1, "54"), credit(2, "-54", kind), line(3, "18"))
        assert reversed_lines(found) == {1, 2}

    @pytest.mark.parametrize("kind", ["discount", "usage", "balance"])
    def test_other_kinds_cancel_nothing(self, treated: Any, kind: str) -> None:
        assert treated(line(1, "54"), credit(2, "-54", kind)) == {}

    @pytest.mark.parametrize(
        "change",
        [
            {"product_id": "tv"},
            {"plan_id": "extra"},
            {"subscription_id": "T"},
            {"currency": "EUR"},
            {"net_amount": "-53.99"},
            {"period_start": date(2025, 10, 1), "period_end": date(2025, 11, 1)},
            {"invoice_status": "draft"},
            {"customer_id": "D"},
        ],
    )
    def test_another_thing_cancels_nothing(self, treated: Any, change: Line) -> None:
        assert reversed_lines(treated(line(1, "54"), credit(2, "-54", **change))) == set()

    def test_the_latest_charge_before_the_credit_is_cancelled(self, treated: Any) -> None:
        charges = [line(1, "18", day=1), line(2, "18", day=5), line(3, "18", day=20)]
        assert reversed_lines(treated(*charges, credit(4, "-18", day=9))) == {2, 4}

    def test_a_credit_may_come_before_the_bill_whose_period_it_states(self, treated: Any) -> None:
        assert reversed_lines(treated(credit(1, "-18", day=1), line(2, "18", day=5))) == {1, 2}
        assert reversed_lines(treated(credit(1, "-18", day=1, **NO_PERIOD), line(2, "18", day=5))) == set()

    def test_pairs_are_one_to_one(self, treated: Any) -> None:
        found = treated(line(1, "18"), credit(2, "-18", day=9), credit(3, "-18", day=12))
        assert reversed_lines(found) == {1, 3}

    @pytest.mark.parametrize("missing", ["plan_id", "subscription_id"])
    def test_a_part_that_the_credit_leaves_out_fits_the_one_charge_there_is(self, treated: Any, missing: str) -> None:
        assert reversed_lines(treated(line(1, "18"), credit(2, "-18", **{missing: None}))) == {1, 2}

    def test_a_credit_without_product_and_period_fits_the_one_charge_there_is(self, treated: Any) -> None:
        found = treated(line(1, "18"), line(2, "19"), credit(3, "-18", product_id="unknown", **NO_PERIOD))
        assert reversed_lines(found) == {1, 3}

    def test_a_credit_that_may_mean_two_charges_cancels_none(self, treated: Any) -> None:
        charges = [line(1, "18", plan_id="a"), line(2, "18", plan_id="b")]
        assert treated(*charges, credit(3, "-18", plan_id=None)) == {}

    def test_what_others_have_taken_back_is_no_candidate(self, treated: Any) -> None:
        charges = [line(1, "18", plan_id="a"), line(2, "18", plan_id="b")]
        found = treated(*charges, credit(3, "-18", plan_id="a"), credit(4, "-18", plan_id=None))
        assert reversed_lines(found) == {1, 2, 3, 4}


class TestRestOfTerm:
    @pytest.mark.parametrize(
        ("net", "ends"),
        [
            ("-212", True),
            ("-222.60", True),  # 5 % more
            ("-222.61", False),
            ("-201.40", True),
            ("-201.39", False),
        ],
    )
    def test_a_credit_within_five_percent_ends_the_term(self, treated: Any, net: str, ends: bool) -> None:
        found = treated(line(1, "365", **YEAR), credit(2, net, **REST))
        assert found == ({1: (None, date(2025, 8, 1)), 2: ("rest_of_term", None)} if ends else {})

    @pytest.mark.parametrize(("net", "ends"), [("-12", True), ("-12.01", False)])
    def test_two_days_off_are_near_enough(self, treated: Any, net: str, ends: bool) -> None:
        last_days = {"period_start": date(2026, 2, 19), "period_end": date(2026, 3, 1)}  # 10 days of 1.00
        assert bool(treated(line(1, "365", **YEAR), credit(2, net, **last_days))) is ends

    @pytest.mark.parametrize(
        ("net", "change", "ends"),
        [
            ("-190.80", {}, {1, 2}),  # 212 of 365 days of 328.50
            ("-212", {}, {1}),  # of 365.00 before the discount, which goes on
            ("-160", {}, set()),
            ("-190.80", {"period_end": date(2025, 9, 1)}, set()),
            ("-190.80", {"plan_id": "tv"}, set()),
            ("-190.80", {"line_kind": "credit"}, set()),
        ],
    )
    def test_a_credit_of_the_rest_after_discounts_ends_both(
        self, treated: Any, net: str, change: Line, ends: set[int]
    ) -> None:
        off = line(2, "-36.50", **({"line_kind": "discount", "plan_id": None} | YEAR | change))
        found = treated(line(1, "365", **YEAR), off, credit(3, net, **REST))
        assert {row for row, (_, until) in found.items() if until == date(2025, 8, 1)} == ends

    @pytest.mark.parametrize(("named", "ends"), [("L1", True), ("L2", False)])
    @pytest.mark.parametrize(("net", "kind"), [("-212", "credit"), ("212", "credit"), ("-212", "recurring")])
    def test_a_credit_that_names_the_term_ends_it(
        self, treated: Any, named: str, ends: bool, net: str, kind: str
    ) -> None:
        lines = [line(1, "365", **YEAR), line(2, "300", plan_id="tv")]
        found = treated(*lines, credit(3, net, kind, reverses_line_id=named, **REST))
        assert (found.get(1) == (None, date(2025, 8, 1))) is ends
        assert (found.get(3) == ("rest_of_term", None)) is ends

    @pytest.mark.parametrize(
        "change",
        [
            {"period_end": date(2026, 2, 1)},
            {"period_start": date(2025, 3, 1)},
            {"product_id": "tv"},
            {"plan_id": "extra"},
            {"line_kind": "discount"},
        ],
    )
    def test_other_credits_end_nothing(self, treated: Any, change: Line) -> None:
        assert treated(line(1, "365", **YEAR), credit(2, "-212", **(REST | change))) == {}

    def test_the_term_that_fits_better_is_meant(self, treated: Any) -> None:
        seats = line(3, "240", day=2, **REST)
        rest = {"period_start": date(2025, 10, 1), "period_end": date(2026, 3, 1)}  # 151 of 212 and of 365 days
        found = treated(line(1, "365", **YEAR), seats, credit(2, "-170.94", day=20, **rest))
        assert found == {2: ("rest_of_term", None), 3: (None, date(2025, 10, 1))}
