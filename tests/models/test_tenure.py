"""Tenure on the ledger: returns after an absence, runs of group and band, and spans cut where they change."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

REJOIN, RUN, SPAN = (f"4_observations/{name}" for name in ("02_int_rejoin", "04_int_tenure_run", "06_int_tenure_span"))
LINE = "customer_id varchar, line_kind varchar, period_start date, period_end date, exclusion varchar"
SPANS = (
    "customer_id varchar, tenure_start date, is_censored boolean, first_month integer, n_months integer, "
    "pricing_date date, covers_as_of boolean, covers_year_before boolean"
)
PARAMS = "as_of_number integer, tenure_clock varchar, rejoin varchar, rejoin_after_months integer"


def number(year: int, month: int) -> int:
    """The months as the models count them."""
    return year * 12 + month - 1


def classes(
    *, new_below: int = 12, tenured_from: int = 24, bands: tuple[int, ...] = (0, 12, 24, 36)
) -> list[dict[str, Any]]:
    return [
        {
            "tenure_months": n,
            "loyalty_group": "new" if n < new_below else "tenured" if n >= tenured_from else "middle",
            "band_order": sum(edge <= n for edge in bands),
        }
        for n in range(200)
    ]


def covering(span: dict[str, Any], as_of: int) -> dict[str, Any]:
    """Return a span that says whether it covers the as-of month, and the one a year earlier."""
    span = {"is_censored": False, "n_months": 1, **span}
    months = range(span["first_month"], span["first_month"] + span["n_months"])
    return {**span, "covers_as_of": as_of in months, "covers_year_before": as_of - 12 in months}


@pytest.fixture
def study(bench: Any) -> Any:
    """Return a function that lays out lines and spans, and runs the models of tenure."""

    def run(
        *spans: dict[str, object],
        lines: list[dict[str, object]] | None = None,
        clock: str = "observed",
        rejoin: str = "continue",
        after: int = 12,
        as_of: int = number(2025, 11),
    ) -> Any:
        params = {"as_of_number": as_of, "tenure_clock": clock, "rejoin": rejoin, "rejoin_after_months": after}
        bench.table("params", PARAMS, [params])
        bench.table("tenure_class", "tenure_months integer, loyalty_group varchar, band_order integer", classes())
        bench.table("int_line_disposition", LINE, lines or [])
        bench.table("int_billing_span", SPANS, [covering(span, as_of) for span in spans])
        bench.run(REJOIN, RUN, SPAN)
        return bench

    return run


def bill(start: date, end: date, **columns: object) -> dict[str, object]:
    return {"customer_id": "a", "line_kind": "recurring", "period_start": start, "period_end": end, **columns}


class TestRuns:
    def test_group_and_band_are_runs_of_months(self, study: Any) -> None:
        found = study().query("select * from int_tenure_run order by from_months")
        assert found == [("new", 1, 0, 11), ("middle", 2, 12, 23), ("tenured", 3, 24, 35), ("tenured", 4, 36, 199)]


class TestReturns:
    FOUND = "select customer_id, rejoined_on, from_month, until_month from int_rejoin order by all"

    def test_an_absence_runs_from_the_latest_end_so_far(self, study: Any) -> None:
        # Two years paid ahead keep the customer while a monthly add-on stops and starts again.
        ahead = bill(date(2021, 3, 1), date(2023, 3, 1))
        early, late = bill(date(2021, 3, 1), date(2021, 4, 1)), bill(date(2022, 9, 1), date(2022, 10, 1))
        done = study(lines=[ahead, early, late], rejoin="reset")
        assert done.query(self.FOUND) == []
        done = study(lines=[early, late], rejoin="reset")
        assert done.query(self.FOUND) == [("a", date(2022, 9, 1), number(2022, 9), 999_999)]

    @pytest.mark.parametrize(("back_on", "is_new"), [(date(2024, 2, 29), False), (date(2024, 3, 1), True)])
    def test_twelve_months_to_the_day(self, study: Any, back_on: date, is_new: bool) -> None:
        lines = [bill(date(2022, 3, 1), date(2023, 3, 1)), bill(back_on, date(2024, 4, 1))]
        assert bool(study(lines=lines, rejoin="reset").query(self.FOUND)) is is_new

    def test_each_return_holds_until_the_next(self, study: Any) -> None:
        lines = [bill(date(year, 5, 15), date(year, 6, 15)) for year in (2019, 2021, 2023)]
        assert study(lines=lines, rejoin="reset").query(self.FOUND) == [
            ("a", date(2021, 5, 15), number(2021, 6), number(2023, 6)),
            ("a", date(2023, 5, 15), number(2023, 6), 999_999),
        ]

    @pytest.mark.parametrize("columns", [{"exclusion": "draft"}, {"exclusion": "reversed"}, {"line_kind": "usage"}])
    def test_what_holds_nothing_ends_no_absence(self, study: Any, columns: dict[str, object]) -> None:
        between = bill(date(2022, 3, 1), date(2022, 4, 1), **columns)
        lines = [bill(date(2021, 3, 1), date(2021, 4, 1)), between, bill(date(2023, 1, 1), date(2023, 2, 1))]
        assert study(lines=lines, rejoin="reset").query(self.FOUND)[0][1] == date(2023, 1, 1)

    def test_tenure_goes_on_unless_the_study_says_otherwise(self, study: Any) -> None:
        lines = [bill(date(2019, 1, 1), date(2019, 2, 1)), bill(date(2025, 1, 1), date(2025, 2, 1))]
        assert study(lines=lines).query(self.FOUND) == []


class TestSpans:
    FOUND = "select first_month, n_months, tenure_months from int_tenure_span order by first_month"

    @pytest.mark.parametrize(
        ("joined", "months"),
        [
            (date(2023, 11, 1), 24),
            (date(2023, 11, 2), 23),
            (date(2023, 10, 31), 24),
            (date(2025, 11, 1), 0),
            (date(2025, 12, 24), 0),
            (None, None),
        ],
    )
    def test_months_completed_on_the_first_day(self, study: Any, joined: date | None, months: int | None) -> None:
        span = {"customer_id": "a", "tenure_start": joined, "first_month": number(2025, 11), "n_months": 1}
        assert study(span).query(self.FOUND) == [(number(2025, 11), 1, months)]

    def test_a_term_is_cut_where_group_or_band_change(self, study: Any) -> None:
        # Joined on 20 June 2023: 12 months on 1 July 2024, 24 on 1 July 2025, 36 on 1 July 2026.
        span = {"customer_id": "a", "tenure_start": date(2023, 6, 20), "first_month": number(2024, 1), "n_months": 36}
        assert study(span).query(self.FOUND) == [
            (number(2024, 1), 6, 6),
            (number(2024, 7), 12, 12),
            (number(2025, 7), 12, 24),
            (number(2026, 7), 6, 36),
        ]

    @pytest.mark.parametrize("start", [date(2018, 5, 5), date(2030, 1, 1), None])
    def test_a_term_within_one_run_stays_whole(self, study: Any, start: date | None) -> None:
        span = {"customer_id": "a", "tenure_start": start, "first_month": number(2025, 2), "n_months": 12}
        ((first, n, _),) = study(span).query(self.FOUND)
        assert (first, n) == (number(2025, 2), 12)

    def test_what_a_piece_covers_is_its_own(self, study: Any) -> None:
        span = {"customer_id": "a", "tenure_start": date(2023, 6, 20), "first_month": number(2024, 1), "n_months": 36}
        found = study(span).query("select covers_as_of, covers_year_before from int_tenure_span order by first_month")
        assert found == [(False, False), (False, True), (True, False), (False, False)]

    @pytest.mark.parametrize(
        ("joined", "priced_on", "months"),
        [
            (date(2023, 5, 1), date(2024, 12, 15), 19),
            (date(2023, 5, 16), date(2024, 12, 15), 18),
            (date(2024, 12, 20), date(2024, 12, 15), 0),
        ],
    )
    def test_the_clock_of_pricing_cuts_nothing(self, study: Any, joined: date, priced_on: date, months: int) -> None:
        span = {"customer_id": "a", "tenure_start": joined, "first_month": number(2025, 1), "n_months": 24}
        done = study({**span, "pricing_date": priced_on}, clock="priced")
        assert done.query(self.FOUND) == [(number(2025, 1), 24, months)]

    def test_who_came_back_starts_anew_from_then_and_is_not_censored(self, study: Any) -> None:
        lines = [bill(date(2020, 1, 1), date(2020, 2, 1)), bill(date(2025, 8, 15), date(2025, 12, 15))]
        spans = [
            {"customer_id": "a", "tenure_start": date(2015, 1, 1), "is_censored": True, "first_month": number(*month)}
            for month in ((2020, 1), (2025, 11))
        ]
        found = study(*spans, lines=lines, rejoin="reset").query(
            "select tenure_months, is_censored from int_tenure_span order by first_month"
        )
        assert found == [(60, True), (2, False)]
