"""The walking slope of a small firm's bills: recovered whoever leaves, and 0 where only the level differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log
from typing import Any

import numpy as np
import pytest

from tests.conftest import StudyRunner, write_csv

Row = dict[str, Any]
PRODUCTS, PLANS, CUSTOMERS, MONTHS = 7, 2, 6, 25
CONFIG = """\
[study]
name = "Walking"
currency = "GBP"
as_of = "2024-12"
[[source]]
role = "billing"
path = "billing.csv"
[[source]]
role = "offers"
path = "offers.csv"
[[source]]
role = "customers"
path = "customers.csv"
"""


def month(number: int) -> str:
    """Return the first day of a month counted from December 2022."""
    return f"{2022 + (11 + number) // 12}-{(11 + number) % 12 + 1:02d}-01"


def bills(
    price: Callable[[int, int], float], *, stays: Callable[[int, int, int], bool] = lambda who, joined, now: True
) -> Iterator[Row]:
    """Yield a bill a month of each customer: ``price`` of the joining cohort and month, while the customer stays."""
    for product in range(PRODUCTS):
        for plan in range(PLANS):
            for number in range(CUSTOMERS):
                for now in range(MONTHS):
                    if not stays(number, number % 3, now):
                        break
                    who = f"{product}-{plan}-{number}"
                    yield {
                        **{"line_id": f"{who}-{now}", "customer_id": who, "product_id": f"p{product}"},
                        **{"plan_id": f"q{plan}", "issued_on": month(now), "period_start": month(now)},
                        **{"period_end": month(now + 1), "net_amount": round(price(number % 3, now), 2)},
                        **{"interval_unit": "month", "interval_count": 1},
                    }


@pytest.fixture
def walk(study: StudyRunner, tmp_path: Any) -> Callable[..., Row | None]:
    """Return a function that builds bills and gives back the finding, or None."""

    def run(rows: Iterator[Row], *, offer: float = 1000.0) -> Row | None:
        offers = [
            {
                **{"offer_id": f"o{product}{plan}", "product_id": f"p{product}", "plan_id": f"q{plan}"},
                **{"list_unit_price": offer, "valid_from": "2018-01-01", "audience": "new_only", "currency": "GBP"},
                **{"interval_unit": "month", "interval_count": 1},
            }
            for product in range(PRODUCTS)
            for plan in range(PLANS)
        ]
        listed = list(rows)
        people = [
            {"customer_id": who, "tenure_start": f"{2017 + int(who[-1]) % 3}-03-01"}
            for who in sorted({row["customer_id"] for row in listed})
        ]
        for name, table in (("billing", listed), ("offers", offers), ("customers", people)):
            write_csv(tmp_path / f"{name}.csv", table)
        (tmp_path / "fairness.toml").write_text(CONFIG, encoding="utf-8")
        findings = study.analyse(tmp_path / "fairness.toml")["findings"]
        return next((finding for finding in findings if finding["estimand"] == "walking_slope"), None)

    return run


def companions(finding: Row) -> dict[str, Any]:
    return {row["name"]: row["estimate"] for row in finding["companions"]}


def yearly(rate: float) -> Callable[[int, int], float]:
    """Return prices that rise in April by a rate a year, from a level of each cohort."""
    return lambda joined, now: (1000.0 + 20.0 * joined) * (1 + rate) ** ((now + 8) // 12)


@pytest.mark.parametrize("leaves_at", [99, 5, 4])
def test_a_yearly_rise_is_found_whether_customers_leave_after_it_or_before(walk: Any, leaves_at: int) -> None:
    finding = walk(bills(yearly(0.03), stays=lambda who, joined, now: who < 3 or now < leaves_at))
    assert finding["estimate"] == pytest.approx(0.03, abs=1e-5)
    found = companions(finding)
    assert (found["own_part"], found["offer_part"]) == (pytest.approx(0.03, abs=1e-5), 0.0)
    assert (found["share_that_left"], finding["unit"]) == (0.5 if leaves_at < 99 else 0.0, "fraction/year")


def test_without_leavers_it_is_the_mean_move_of_price_over_offer_a_year(walk: Any) -> None:
    rng = np.random.default_rng(5)
    path = 1000.0 * np.exp(np.cumsum(rng.normal(0.002, 0.01, (3, MONTHS)), axis=1)).round(4)
    finding = walk(bills(lambda joined, now: path[joined, now]))
    moves = [log(round(path[joined, -1], 2) / round(path[joined, 0], 2)) / 2 for joined in range(3)]
    assert log(1 + finding["estimate"]) == pytest.approx(sum(moves) / 3, abs=1e-8)


def test_older_cohorts_on_a_dearer_but_flat_list_do_not_walk(walk: Any) -> None:
    finding = walk(bills(yearly(0.0)))
    assert (finding["estimate"], finding["ci_lower"], finding["ci_upper"]) == (0.0, 0.0, 0.0)
    assert finding["verdict"] == "equivalent"


def test_the_margin_is_that_of_the_study_over_the_tenure_of_nine_in_ten(walk: Any) -> None:
    finding = walk(bills(yearly(0.03)))
    # They joined in March of 2017 to 2019: the third of longest tenure, 93 months, holds the ninth decile.
    assert companions(finding)["margin_a_year"] == pytest.approx(1.01 ** (12 / 93) - 1)
    assert (finding["family"], finding["level"]) == ("walking_slope:pooled", "pooled")


def test_half_a_year_of_bills_has_no_such_finding(walk: Any) -> None:
    assert walk(row for row in bills(yearly(0.03)) if row["issued_on"] >= "2024-07") is None
