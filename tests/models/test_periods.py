"""Billed periods: blank intervals that are no months, ends that are the last day, mixtures that are set aside."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

STEPS = tuple(
    f"1_rows/{name}"
    for name in ("32_int_billed_period", "33_int_interval_vote", "34_int_period_vote", "36_int_odd_period")
)
TYPES = (
    "source_index integer, reject_reason varchar, invoice_status varchar, line_kind varchar, is_proration boolean, "
    "product_id varchar, plan_id varchar, period_start date, period_end date, interval_unit varchar, "
    "interval_count integer, interval_is_blank boolean"
)
Line = dict[str, object]


def line(start: date, end: date, **columns: object) -> Line:
    given: Line = {
        "source_index": 1,
        "invoice_status": "final",
        "line_kind": "recurring",
        "is_proration": False,
        "product_id": "gas",
        "period_start": start,
        "period_end": end,
        "interval_unit": "month",
        "interval_count": 1,
        "interval_is_blank": False,
    }
    return given | columns


def blank(start: date, end: date, **columns: object) -> Line:
    return line(start, end, interval_is_blank=True, **columns)


def months_on(day: date, n: int) -> date:
    """Return the day n months later, cut to the length of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def monthly(first: date, n: int, *, inclusive: bool = False) -> Iterator[tuple[date, date]]:
    """Yield n months in a row, all counted from the first day."""
    for k in range(n):
        yield months_on(first, k), months_on(first, k + 1) - timedelta(days=inclusive)


def cycles(first: date, days: int, n: int) -> Iterator[tuple[date, date]]:
    for k in range(n):
        yield first + timedelta(days=days * k), first + timedelta(days=days * (k + 1))


@pytest.fixture
def judged(bench: Any) -> Any:
    """Return a function that runs the models on lines; declared ends by section."""

    def run(lines: Iterable[Line], *declared: str | None) -> Any:
        sections = [
            {"source_index": n, "section": n, "period_end": end} for n, end in enumerate(declared or (None,), start=1)
        ]
        bench.table("source_setting", "source_index integer, section integer, period_end varchar", sections)
        bench.table("stg_billing", TYPES, list(lines))
        bench.run(*STEPS)
        return bench

    return run


class TestBlankIntervals:
    """A length that shows whatever month it starts in is no month."""

    VOTES = "select product_id, plan_id, n_days, n_lines, n_of from int_interval_vote order by all"

    @pytest.mark.parametrize("days", [7, 14, 28, 30, 31, 35, 45])
    def test_cycles_of_days(self, days: int, judged: Any) -> None:
        done = judged(blank(*period) for period in cycles(date(2023, 3, 6), days, 40))
        assert done.query("select distinct n_days from int_interval_vote") == [(days,)]

    @pytest.mark.parametrize("days", [28, 35])
    def test_one_month_of_bills_is_enough_for_a_length_that_no_month_has(self, days: int, judged: Any) -> None:
        done = judged(blank(*next(cycles(date(2023, 5, d), days, 1))) for d in range(2, 12))
        assert done.query(TestBlankIntervals.VOTES) == [("gas", None, days, 10, 10)]

    def test_a_plan_among_monthly_ones(self, judged: Any) -> None:
        months = [blank(*p, plan_id="m") for day in range(1, 29) for p in monthly(date(2023, 3, day), 9)]
        short = [blank(*p, plan_id="s") for p in cycles(date(2023, 3, 20), 28, 7)]
        assert judged(months + short).query(self.VOTES) == [("gas", "s", 28, 7, 7)]

    def test_two_percent_of_one_plan(self, judged: Any) -> None:
        months = [blank(*p) for day in range(1, 29) for p in monthly(date(2023, 3, day), 10)]
        short = [blank(*p) for p in cycles(date(2023, 3, 20), 28, 9)]
        assert judged(months + short).query("select n_days from int_interval_vote") == [(28,)]

    @pytest.mark.parametrize("inclusive", [False, True])
    def test_months_of_any_anchor_are_months(self, *, inclusive: bool, judged: Any) -> None:
        lines = [blank(*p) for day in range(1, 32) for p in monthly(date(2023, 1, day), 14, inclusive=inclusive)]
        done = judged(lines)
        assert done.query("from int_interval_vote") == []
        assert done.query("select * from int_odd_period where interval_unclear") == []

    def test_a_mixture_of_ends_is_no_cycle_of_thirty_days(self, judged: Any) -> None:
        lines = [blank(*p) for day in range(1, 29) for p in monthly(date(2023, 3, day), 9, inclusive=day % 4 == 0)]
        done = judged(lines)
        assert done.query("from int_interval_vote") == []
        assert done.query("select outcome from int_period_vote") == [("mixed",)]

    def test_part_periods_and_longer_terms_are_no_cycles(self, judged: Any) -> None:
        months = [blank(*p) for day in range(1, 29) for p in monthly(date(2023, 3, day), 4)]
        joined = [
            blank(date(2023, month, 15), date(2023, month + 1, 1)) for month in (3, 4, 5, 6, 7, 8) for _ in range(5)
        ]
        left = [blank(date(2023, month, 1), date(2023, month, 18)) for month in (3, 4, 5, 6, 7, 8) for _ in range(5)]
        quarters = [
            blank(start, months_on(start, 3)) for start in (date(2023, 4, 1), date(2023, 5, 1)) for _ in range(9)
        ]
        done = judged(months + joined + left + quarters)
        assert done.query("from int_interval_vote") == []
        unclear = done.query("select distinct period_end - period_start from int_odd_period where interval_unclear")
        assert {days for (days,) in unclear} == {17, 16, 91, 92}

    def test_one_odd_bill_of_a_small_plan_says_nothing(self, judged: Any) -> None:
        months = [blank(*p) for p in monthly(date(2023, 3, 9), 2)]
        alone = [blank(date(2023, 5, 4), date(2023, 5, 25), plan_id="p"), blank(date(2023, 5, 1), date(2023, 5, 9))]
        launch = [blank(date(2023, 5, 15), date(2023, 6, 1), plan_id="q")] * 9
        done = judged(months + alone + launch)
        assert done.query("from int_interval_vote") == []
        assert judged([blank(date(2023, 5, 1), date(2023, 5, 29))] * 5).query("select n_days from int_interval_vote")

    def test_a_stated_interval_has_no_say(self, judged: Any) -> None:
        assert judged(line(*p) for p in cycles(date(2023, 3, 6), 28, 20)).query("from int_interval_vote") == []


class TestPeriodEnds:
    """Each line whose end is one of the two votes; undeclared sections only."""

    OUTCOME = "select n_votes, n_inclusive, outcome from int_period_vote"

    @pytest.mark.parametrize(
        ("n_inclusive", "n_exclusive", "outcome"),
        [(5, 0, "inclusive"), (4, 0, "exclusive"), (19, 1, "inclusive"), (18, 1, "mixed"), (94, 6, "mixed"),
         (6, 94, "mixed"), (5, 95, "exclusive"), (0, 3, "exclusive")],
    )  # fmt: skip
    def test_how_many_tell(self, n_inclusive: int, n_exclusive: int, outcome: str, judged: Any) -> None:
        lines = [line(date(2023, 5, 9), date(2023, 6, 8))] * n_inclusive
        lines += [line(date(2023, 5, 9), date(2023, 6, 9))] * n_exclusive
        assert judged(lines).query(self.OUTCOME) == [(n_inclusive + n_exclusive, n_inclusive, outcome)]

    @pytest.mark.parametrize(
        ("unit", "count", "last_day"),
        [("month", 1, date(2023, 2, 27)), ("month", 3, date(2023, 4, 29)), ("year", 1, date(2024, 1, 30)),
         ("week", 4, date(2023, 2, 27)), ("day", 10, date(2023, 2, 9))],
    )  # fmt: skip
    def test_every_interval_votes(self, unit: str, count: int, last_day: date, judged: Any) -> None:
        lines = [line(date(2023, 1, 31), last_day, interval_unit=unit, interval_count=count)] * 5
        assert judged(lines).query(self.OUTCOME) == [(5, 5, "inclusive")]

    @pytest.mark.parametrize("months", [1, 2, 3, 6, 12, 24, 36])
    def test_a_blank_interval_is_tried(self, months: int, judged: Any) -> None:
        start = date(2023, 5, 1)
        last, after = months_on(start, months) - timedelta(days=1), months_on(start, months)
        assert judged([blank(start, last)] * 5).query(self.OUTCOME) == [(5, 5, "inclusive")]
        assert judged([blank(start, after)] * 5).query(self.OUTCOME) == [(5, 0, "exclusive")]

    def test_what_is_declared_or_no_full_period_or_no_price_does_not_vote(self, judged: Any) -> None:
        inclusive = [line(date(2023, 5, 9), date(2023, 6, 8), source_index=2)] * 9
        others = [
            line(date(2023, 5, 9), date(2023, 5, 20)),
            line(date(2023, 5, 9), date(2023, 6, 8), line_kind="usage"),
            line(date(2023, 5, 9), date(2023, 6, 8), invoice_status="draft"),
            line(date(2023, 5, 9), date(2023, 6, 8), is_proration=True),
            line(date(2023, 5, 9), date(2023, 6, 8), reject_reason="BAD_PRICE"),
        ]
        assert judged(inclusive + others, None, "exclusive").query(self.OUTCOME) == []

    @pytest.mark.parametrize("most", ["exclusive", "inclusive"])
    def test_of_a_mixture_the_fewer_are_set_aside(self, most: str, judged: Any) -> None:
        ends = {"exclusive": date(2023, 6, 1), "inclusive": date(2023, 5, 31)}
        few = next(name for name in ends if name != most)
        lines = [line(date(2023, 5, 1), ends[most])] * 3 + [line(date(2023, 5, 1), ends[few])] * 2
        done = judged(lines)
        assert done.query("select period_end from int_odd_period where period_end_mixed") == [(ends[few],)]

    def test_a_period_between_two_firsts_is_named(self, judged: Any) -> None:
        done = judged(line(*p, interval_unit="week") for p in cycles(date(2023, 5, 22), 7, 3))
        firsts = done.query("select period_start from int_odd_period where between_firsts order by 1")
        assert firsts == [(date(2023, 5, 22),), (date(2023, 6, 5),)]
