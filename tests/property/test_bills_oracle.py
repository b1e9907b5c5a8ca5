"""Ordinary bills of small worlds, read by the software and as a person would: money from raw lines, who by story."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MORE, StudyRunner, write_csv
from tests.oracle.bill_worlds import MONTH, STORIES, ZONES, Study, study
from tests.oracle.plain_bills import Line, Tariff, Thing, bills_a_year, read_lines

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bills oracle")]

WORLDS, STUDIES = 20, 5 * MORE
"""Worlds of a study, and studies, one in each zone: 100 worlds in every run of the tests."""
SEEDS = range(STUDIES)
COIN = Fraction(1, 100)
CONFIG = """\
[privacy]
pseudonyms = false
[study]
name = "Bills"
currency = "EUR"
as_of = "2025-11"
time_zone = "{zone}"
[[source]]
role = "billing"
path = "billing.csv"
[[source]]
role = "customers"
path = "customers.csv"
[[source]]
role = "offers"
path = "offers.csv"
[inference]
bootstrap_replicates = 0
[lenses]
by = ["product_id"]
"""


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the worlds of a seed, what the software says of them, and a function that asks its tables."""
    made = study(request.param, WORLDS)
    folder: Path = tmp_path_factory.mktemp("bills")
    for role in ("billing", "customers", "offers"):
        write_csv(folder / f"{role}.csv", getattr(made, role))
    (folder / "fairness.toml").write_text(CONFIG.format(zone=made.zone), encoding="utf-8")
    runner = StudyRunner(folder)
    return made, runner.build(folder / "fairness.toml"), runner.query


def compared(made: Study) -> dict[Thing, tuple[Fraction, Fraction]]:
    """Return what tenured customers pay and would pay anew a year, where their bills can be read."""
    bills = bills_a_year(read_lines(made.billing, made.zone), MONTH)
    return {
        thing: (bills[thing], offered)
        for thing, offered in made.offered.items()
        if thing[0] in made.tenured and thing not in made.reasons
    }


def test_each_customer_pays_what_the_lines_come_to(read: Any) -> None:
    made, _, query = read
    rows = query("""
        select customer_id, product_id, sum(paid_ticks * per_year), sum(offered_ticks * per_year)
        from price_ledger
        inner join (values ('year', 1), ('month', 12), ('day', 365)) as interval_of(interval_unit, per_unit)
            using (interval_unit)
        cross join lateral (select per_unit / interval_count::double as per_year)
        where month = '2025-11-01' and loyalty_group = 'tenured' and offered_ticks is not null
        group by all
    """)
    published = {(customer, product): (paid, offered) for customer, product, paid, offered in rows}
    expected = compared(made)
    assert published.keys() == expected.keys()
    for thing, money in expected.items():
        for ours, theirs in zip(money, published[thing], strict=True):
            assert abs(ours - Fraction(theirs) / 10_000) < 3 * COIN, thing


def test_the_printed_net_is_what_the_raw_lines_leave(read: Any, companion: Callable[..., Any]) -> None:
    made, document, _ = read
    net: dict[str, Fraction] = defaultdict(Fraction)
    for (_, product), (paid, offered) in compared(made).items():
        net[product] += paid - offered
        net[""] += paid - offered
    printed = {}
    for finding in document["findings"]:
        is_whole = finding["level"] in ("pooled", "lens") and finding["tenure_band"] is None
        if finding["estimand"] == "overpayment" and finding["basis"] == "effective" and is_whole:
            money = Decimal(companion(finding, "net")["estimate"])
            printed[finding["scope"].get("product_id", "")] = Fraction(money)
    assert printed.keys() == net.keys()
    for product, total in net.items():
        assert abs(total - printed[product]) < 40 * COIN * (WORLDS if not product else 1), product


def test_nobody_is_left_out_without_the_reason_of_the_story(read: Any) -> None:
    made, document, query = read
    rows = query("select distinct customer_id, reason from not_compared where loyalty_group = 'tenured'")
    expected = {(customer, reason) for (customer, _), reason in made.reasons.items() if customer in made.tenured}
    assert set(rows) == expected
    support = document["support"]
    stories = {*made.offered, *made.reasons}
    assert support["tenured_customers"] == len({customer for customer, _ in stories} & made.tenured)
    assert support["unknown_tenure_customers"] == len({customer for customer, _ in stories} & made.unknown)


def test_worlds_hold_every_story_in_every_zone() -> None:
    made = study(0, 1)
    assert {made.zone, *(study(seed, 1).zone for seed in SEEDS)} == set(ZONES)
    assert len({customer for customer, _ in {*made.offered, *made.reasons}}) >= len(STORIES) - 1
    assert set(made.reasons.values()) >= {
        *("several_prices", "two_intervals", "partial_period", "discount_not_assigned", "free_month", "rejected"),
    }


def line(
    amount: int, start: date | None = MONTH, end: date | None = date(2025, 12, 1), kind: str = "recurring"
) -> Line:
    return Line(("a", "gas"), kind, MONTH, start, end, Fraction(amount))


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        ([line(20)], 240),
        ([line(20), line(-2, kind="discount")], 216),
        ([line(24), line(-24, kind="credit"), line(20)], 240),
        ([line(20), line(-60, date(2025, 3, 1), date(2026, 3, 1), "discount")], 180),
        ([line(20), line(-5, None, None, "credit")], 240),
        ([line(28, date(2025, 10, 20), date(2025, 11, 17))], 365),
        ([line(20), line(9, kind="fee"), line(20, kind="summary")], 240),
        ([line(20, date(2025, 10, 1), date(2025, 11, 1))], None),
    ],
)
def test_a_bill_is_the_sum_of_its_lines(lines: list[Line], year: int | None) -> None:
    assert bills_a_year(lines, MONTH).get(("a", "gas")) == year


def test_a_new_customer_takes_the_cheaper_way() -> None:
    spring, autumn = date(2025, 3, 1), date(2025, 9, 1)
    promotion = (autumn, date(2025, 10, 1), Fraction(5), 2, Fraction(10), Fraction(0))
    tariff = Tariff(((date(2020, 1, 1), Fraction(10)), (spring, Fraction(12))), (promotion,), Fraction(12))
    assert tariff.year(date(2025, 2, 28)) == 120
    assert tariff.year(spring) == 144
    assert tariff.year(autumn) == 2 * 5 + 10 * 12 + 10
    assert tariff.year(date(2025, 10, 1)) == 144
