"""The validation fixtures of the domain reference: a book goes in, the published or constructed figure comes out.

Each test names its fixture. F1, F2, F3 and F5 are figures of the UK and Irish regulators, F7 to F12 of the RBA, the
ACCC, Ofcom, Citizens Advice and an operator's contract terms; the others are constructed. Money holds to the penny,
percentages to the printed digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fairness.text.labels import band_name

Document = dict[str, Any]
Study = Callable[..., Document]
Pick = Callable[..., Document]
Companion = Callable[[Document, str], Document]
Rows = list[dict[str, object]]

SLOW = pytest.mark.slow
# Equal studies are built once, by one worker.
pytestmark = pytest.mark.xdist_group("domain fixtures")

NEW, TENURED = 0, 60
YEARLY = {"interval_unit": "'year'"}
LIKE_FOR_LIKE = {"primary": "like_for_like_gap"}


def customers(number: int, tenure: int, **columns: object) -> Rows:
    """Return equal customers; without an id each row is a customer of its own."""
    return [{"tenure_months": tenure, **columns}] * number


def percent(fraction: float) -> str:
    return f"{fraction * 100:+.2f} %"


def change(finding: Document, companion: Companion, group: str) -> str:
    return percent(math.expm1(companion(finding, f"{group}_mean_log_change")["estimate"]))


F1_PRICES = {"motor": (285, 370), "buildings": (130, 238), "combined": (165, 287), "contents": (56, 138)}
F1_GAPS = {"motor": "+29.82 %", "buildings": "+83.08 %", "combined": "+73.94 %", "contents": "+146.43 %"}


def test_f1_typical_risk_new_against_more_than_five_years(study: Study, pick: Pick) -> None:
    book = [
        row
        for product, (new, old) in F1_PRICES.items()
        for row in customers(10, NEW, product_id=product, price=new) + customers(10, 80, product_id=product, price=old)
    ]
    document = study(
        book,
        columns=YEARLY,
        tenure={"new_below_months": 12, "tenured_from_months": 72, "bands": "fca_ms18"},
        inference=LIKE_FOR_LIKE,
    )
    cells = {
        product: pick(document, "like_for_like_gap", level="cell", scope={"product_id": product})
        for product in F1_PRICES
    }
    assert {product: percent(cell["estimate"]) for product, cell in cells.items()} == F1_GAPS
    # One list price a product and group is one decision each: a fact, and no verdict on the process.
    assert {(cell["verdict"], cell["verdict_reason"]) for cell in cells.values()} == {
        ("inconclusive", "few_pricing_decisions")
    }


@pytest.fixture(scope="module")
def f2(once: Study) -> Document:
    book = customers(10, 12, price=763, expected_cost=700, first_renewal=763)
    book += customers(10, 108, price=875, expected_cost=700, first_renewal=763)
    return once(
        book,
        columns={**YEARLY, "offer_price": "first_renewal"},
        tenure={"new_below_months": 24, "tenured_from_months": 24},
        inference=LIKE_FOR_LIKE,
    )


def test_f2_ninth_renewal_against_the_first(f2: Document, pick: Pick, companion: Companion) -> None:
    cost = pick(f2, "cost_gap")
    assert f"{1 + companion(cost, 'new_to_reference')['estimate']:.2f}" == "1.09"
    assert f"{1 + companion(cost, 'tenured_to_reference')['estimate']:.2f}" == "1.25"
    assert percent(pick(f2, "like_for_like_gap")["estimate"]) == "+14.68 %"
    assert percent(cost["estimate"]) == "+14.68 %"


def test_f2_gap_in_money(f2: Document, pick: Pick, companion: Companion) -> None:
    money = pick(f2, "overpayment")
    assert (money["estimate"], money["unit"], money["n_tenured"]) == ("1120.00", "GBP/year", 10)
    assert companion(money, "net")["estimate"] == "1120.00"


@pytest.fixture
def f5() -> Rows:
    """Return the mean policy before and after; "tenured" stands for after, so that gaps are changes."""
    before = customers(10, NEW, premium=445.46, cost=312.26)
    return before + customers(10, TENURED, premium=497.90, cost=349.38)


@SLOW
def test_f5_price_rises_but_not_against_its_cost(study: Study, f5: Rows, pick: Pick, companion: Companion) -> None:
    document = study(f5, columns={**YEARLY, "price": "premium", "expected_cost": "cost"}, inference=LIKE_FOR_LIKE)
    assert percent(pick(document, "like_for_like_gap")["estimate"]) == "+11.77 %"
    cost = pick(document, "cost_gap")
    assert f"{1 + companion(cost, 'new_to_reference')['estimate']:.4f}" == "1.4266"
    assert f"{1 + companion(cost, 'tenured_to_reference')['estimate']:.4f}" == "1.4251"
    assert percent(cost["estimate"]) == "-0.10 %"


@SLOW
def test_f5_cost_rises(study: Study, f5: Rows, pick: Pick) -> None:
    document = study(f5, columns={**YEARLY, "price": "cost"}, inference=LIKE_FOR_LIKE)
    assert percent(pick(document, "like_for_like_gap")["estimate"]) == "+11.89 %"


INTEREST = "balance::decimal(12, 2) * {rate}::decimal(6, 3) / 100"
LOAN = {**YEARLY, "price": INTEREST.format(rate="rate"), "offer_price": INTEREST.format(rate="new_rate")}


@pytest.mark.parametrize(
    ("fixture", "balance", "basis_points", "a_year"),
    [
        ("F7", 250_000, 40, "1000.00"),
        pytest.param("F8", 375_000, 32, "1200.00", marks=SLOW),
        pytest.param("F8", 375_000, 58, "2175.00", marks=SLOW),
        pytest.param("F8", 375_000, 104, "3900.00", marks=SLOW),
    ],
)
def test_f7_f8_back_book_rates_in_money(
    *, study: Study, pick: Pick, companion: Companion, fixture: str, balance: int, basis_points: int, a_year: str
) -> None:
    rate = Decimal("5.10") + Decimal(basis_points) / 100
    book = customers(1, TENURED, balance=balance, rate=rate, new_rate="5.10")
    money = pick(study(book, columns=LOAN, study={"currency": "AUD"}), "overpayment")
    assert (money["estimate"], money["unit"]) == (a_year, "AUD/year"), fixture
    assert companion(money, "net")["estimate"] == a_year


@pytest.mark.parametrize(
    ("fixture", "interval", "base", "excess", "share", "a_year"),
    [
        pytest.param("F9", "month", "38.89", "7.00", "18 %", "84.00", marks=SLOW),
        pytest.param("F9", "month", "106.25", "17.00", "16 %", "204.00", marks=SLOW),
        ("F10", "year", "1864.71", "317.00", "17 %", "317.00"),
    ],
)
def test_f9_f10_money_and_percentage_imply_the_base(
    *, study: Study, pick: Pick, fixture: str, interval: str, base: str, excess: str, share: str, a_year: str
) -> None:
    book = customers(1, TENURED, price=Decimal(base) + Decimal(excess), offer_price=base)
    document = study(book, columns={"interval_unit": f"'{interval}'"})
    gap, money = pick(document, "offer_gap"), pick(document, "overpayment")
    assert f"{gap['estimate'] * 100:.0f} %" == share, fixture
    assert money["estimate"] == a_year
    periods = 12 if interval == "month" else 1
    assert f"{float(money['estimate']) / periods / gap['estimate']:.2f}" == base


F11_PENALTIES = {"mortgage": 439, "broadband": 264, "insurance": 113, "mobile": 48, "savings": 13}


def test_f11_penalties_of_five_products_add_up(study: Study, pick: Pick, companion: Companion) -> None:
    # In each product one customer pays 20 more than the net penalty says, another 20 less than the offer.
    book = [
        row
        for product, penalty in F11_PENALTIES.items()
        for row in customers(1, TENURED, product_id=product, price=620 + penalty, offer_price=600)
        + customers(1, TENURED, product_id=product, price=580, offer_price=600)
    ]
    document = study(book, columns=YEARLY)
    money = pick(document, "overpayment")
    assert companion(money, "net")["estimate"] == "877.00"
    assert money["estimate"] == "977.00"
    for product, penalty in F11_PENALTIES.items():
        cell = pick(document, "overpayment", level="cell", scope={"product_id": product})
        assert companion(cell, "net")["estimate"] == f"{penalty}.00"


@pytest.mark.parametrize(
    ("index", "rise", "price", "real"),
    [
        ("2.5", "+6.40 %", "31.92", "+3.80 %"),
        pytest.param("13.4", "+17.30 %", "35.19", "+3.44 %", marks=SLOW),
    ],
)
def test_f12_index_plus_three_point_nine(
    *, study: Any, pick: Pick, companion: Companion, index: str, rise: str, price: str, real: str
) -> None:
    # New customers move by the index alone, so the change gap is the real rise.
    book = customers(10, NEW, before="30.00", index=index, extra="0")
    book += customers(10, TENURED, before="30.00", index=index, extra="3.9")
    after = "before::decimal(8, 2) * (100 + index::decimal(8, 2) + extra::decimal(8, 2)) / 100"
    document = study(book, columns={"price": after, "prior_price": "before"}, inference={"primary": "change_gap"})
    gap = document["headline"]
    assert change(gap, companion, "tenured") == rise
    assert change(gap, companion, "new") == f"+{float(index):.2f} %"
    assert percent(gap["estimate"]) == real
    paid = study.query("select distinct paid_price from price_ledger where loyalty_group = 'tenured'")
    assert [f"{amount:.2f}" for (amount,) in paid] == [price]


def pooled_means(study: Any) -> dict[str, str]:
    rows = study.query(
        "select loyalty_group, sum(paid_ticks * n_observations) / sum(n_observations) / 10000 "
        "from cell_counts group by all"
    )
    return {group: f"{mean:.2f}" for group, mean in rows}


def test_f13_a_raw_gap_that_is_mix(study: Any, pick: Pick) -> None:
    book = customers(700, TENURED, product_id="large", price=100)
    book += customers(300, TENURED, product_id="small", price=50)
    book += customers(300, NEW, product_id="large", price=100) + customers(700, NEW, product_id="small", price=50)
    document = study(book, inference=LIKE_FOR_LIKE)
    assert pooled_means(study) == {"tenured": "85.00", "new": "65.00"}
    assert percent(pick(document, "raw_gap")["estimate"]) == "+30.77 %"
    assert document["headline"]["estimate"] == 0.0
    # Two list prices are two decisions, whatever the number of customers.
    assert document["headline"]["verdict_reason"] == "few_pricing_decisions"


def test_f14_a_raw_gap_with_the_wrong_sign(study: Any, pick: Pick, companion: Companion) -> None:
    book = customers(300, TENURED, product_id="large", price=120)
    book += customers(700, TENURED, product_id="small", price=60)
    book += customers(700, NEW, product_id="large", price=100) + customers(300, NEW, product_id="small", price=50)
    document = study(book, inference=LIKE_FOR_LIKE)
    raw, gap = pick(document, "raw_gap"), document["headline"]
    assert pooled_means(study) == {"tenured": "78.00", "new": "85.00"}
    assert percent(raw["estimate"]) == "-8.24 %"
    assert "mix_reverses_sign" in raw["warnings"]
    assert percent(gap["estimate"]) == "+20.00 %"
    assert percent(companion(gap, "geometric")["estimate"]) == "+20.00 %"
    assert gap["verdict_reason"] == "few_pricing_decisions"


@SLOW
def test_f15_customers_or_money_as_weights(study: Study, pick: Pick, companion: Companion) -> None:
    book = customers(300, TENURED, product_id="A", price=110, offer_price=100)
    book += customers(100, TENURED, product_id="B", price=190, offer_price=200)
    document = study(book, columns=YEARLY)
    gap, money = pick(document, "offer_gap"), pick(document, "overpayment")
    assert percent(companion(gap, "count_weighted")["estimate"]) == "+6.25 %"
    assert percent(gap["estimate"]) == "+4.00 %"
    assert (money["estimate"], companion(money, "net")["estimate"]) == ("3000.00", "2000.00")
    assert companion(money, "customers_affected")["estimate"] == 300


@pytest.fixture
def f18() -> Rows:
    return [
        {"tenure_months": TENURED, "price": price, "offer_price": offer, "pair": f"{price}/{offer}"}
        for price in (80, 120)
        for offer in (80, 120)
    ]


@SLOW
def test_f18_ratio_of_means_within_a_cell(study: Study, f18: Rows, pick: Pick, companion: Companion) -> None:
    gap = pick(study(f18), "offer_gap")
    assert f"{1 + gap['estimate']:.4f}" == "1.0000"
    assert f"{1 + companion(gap, 'count_weighted')['estimate']:.4f}" == "1.0000"


def test_f18_the_mean_of_ratios_needs_a_cell_for_each(
    study: Study, f18: Rows, pick: Pick, companion: Companion
) -> None:
    gap = pick(study(f18, like_for_like={"cell": ["pair"]}), "offer_gap")
    assert f"{1 + gap['estimate']:.4f}" == "1.0000"
    assert f"{1 + companion(gap, 'count_weighted')['estimate']:.4f}" == "1.0417"


@SLOW
def test_f19_gross_net_and_people(study: Study, pick: Pick, companion: Companion) -> None:
    book = [{"tenure_months": TENURED, "price": price, "offer_price": 100} for price in (90, 110)]
    document = study(book, columns=YEARLY)
    money = pick(document, "overpayment")
    assert (money["estimate"], companion(money, "net")["estimate"]) == ("10.00", "0.00")
    assert (companion(money, "customers_affected")["estimate"], money["n_tenured"]) == (1, 2)
    assert companion(pick(document, "offer_gap"), "share_above")["estimate"] == 0.5
    assert money["verdict"] is None


@pytest.mark.parametrize(
    ("offer", "gap", "net"),
    [
        ("list_price::decimal(8, 2) - gift_card::decimal(8, 2)", "+16.00 %", "40.00"),
        pytest.param("list_price", "-3.33 %", "-10.00", marks=SLOW),
    ],
)
def test_f21_an_incentive_lowers_the_offer(
    *, study: Study, pick: Pick, companion: Companion, offer: str, gap: str, net: str
) -> None:
    book = customers(1, TENURED, price=290, list_price=300, gift_card=50)
    document = study(book, columns={**YEARLY, "offer_price": offer})
    assert percent(pick(document, "offer_gap")["estimate"]) == gap
    assert companion(pick(document, "overpayment"), "net")["estimate"] == net


@pytest.mark.parametrize(("new_price", "gap"), [("95.00", "+13.68 %"), pytest.param("103.00", "+4.85 %", marks=SLOW)])
def test_f23_tenured_prices_rise_faster_than_the_offer(
    study: Study, companion: Companion, new_price: str, gap: str
) -> None:
    book = customers(10, NEW, price=new_price, prior_price=100) + customers(10, TENURED, price=108, prior_price=100)
    headline = study(book, inference={"primary": "change_gap"})["headline"]
    assert change(headline, companion, "tenured") == "+8.00 %"
    assert change(headline, companion, "new") == f"{float(new_price) - 100:+.2f} %"
    assert percent(headline["estimate"]) == gap


@pytest.mark.parametrize(
    ("above", "of", "interval"),
    [
        pytest.param(0, 30, (0.0, 11.57), marks=SLOW),
        (3, 200, (0.31, 4.32)),
        pytest.param(0, 1000, (0.0, 0.37), marks=SLOW),
    ],
)
def test_f25_exact_interval_of_the_share_above(
    *, study: Study, pick: Pick, companion: Companion, above: int, of: int, interval: tuple[float, float]
) -> None:
    # Every customer has an offer of their own: as many decisions as customers.
    book = [
        {"tenure_months": TENURED, "price": 100 + number + (number < above), "offer_price": 100 + number}
        for number in range(of)
    ]
    share = companion(pick(study(book), "offer_gap"), "share_above")
    assert share["estimate"] == above / of
    assert (round(share["ci_lower"] * 100, 2), round(share["ci_upper"] * 100, 2)) == interval


F29_BANDS = ["0-4", "5-9", "10-14", "15+"]


def f29_book() -> Rows:
    return [
        {"tenure_months": 12 * years, "price": 100 + years, "offer_price": 100 + copy}
        for years in (2, 7, 12, 20)
        for copy in range(3)
    ]


@pytest.fixture(scope="module")
def f29(shared_study: Any) -> Path:
    """Return the config of a built study of four bands."""
    config: Path = shared_study.write(f29_book(), tenure={"bands": [0, 60, 120, 180]})
    shared_study.build(config)
    return config


def test_f29_bands_stand_in_numeric_order(study: Any, f29: Path) -> None:
    document = study.build(f29)
    primary = [finding for finding in document["findings"] if finding["estimand"] == "offer_gap"]
    assert [finding["tenure_band"] for finding in primary if finding["tenure_band"]] == F29_BANDS
    published = study.query("select tenure_band from findings where estimand = 'offer_gap' order by finding_id")
    assert [band for (band,) in published if band] == F29_BANDS


def test_f29_bands_are_printed_in_numeric_order(f29: Path, call_cli: Callable[..., Any]) -> None:
    printed = call_cli("analyze", f29).out
    names = [f"{band_name(band)}  " for band in F29_BANDS]
    starts = [line[: len(name)] for line in printed.splitlines() for name in names if line.startswith(name)]
    assert starts == names


@SLOW
def test_f29_bands_of_a_text_column_stand_in_numeric_order(study: Study) -> None:
    # A band that the export states as text is a lens or a control like any other.
    book = [{**row, "years": band} for row, band in zip(f29_book()[::3], F29_BANDS, strict=True)]
    document = study(book[::-1], lenses={"by": ["years"]}, like_for_like={"cell": ["years"]})
    for level in ("lens", "cell"):
        scopes = [
            finding["scope"]["years"]
            for finding in document["findings"]
            if (finding["estimand"], finding["level"]) == ("offer_gap", level)
        ]
        assert scopes == F29_BANDS


@SLOW
def test_f30_a_day_across_the_year_end_is_no_year(study: Any, pick: Pick) -> None:
    book = [{"tenure_start": "2023-12-31", "as_of": "2024-01-01", "price": 110, "offer_price": 100}]
    document = study(book)
    assert study.query("select tenure_months, loyalty_group from price_ledger") == [(0, "new")]
    assert document["support"]["new_customers"] == 1
    assert pick(document, "offer_gap", band="0")["n_tenured"] == 1


@SLOW
def test_tenure_counts_completed_months(study: Any) -> None:
    cases = [
        ("2023-01-31", "2024-01-30", 11),
        ("2023-01-31", "2024-01-31", 12),
        ("2020-02-29", "2024-02-28", 47),
        ("2020-02-29", "2024-02-29", 48),
        ("2024-01-15", "2024-01-01", 0),
    ]
    study([{"tenure_start": start, "as_of": as_of, "price": 1} for start, as_of, _ in cases])
    counted = study.query(
        "select strftime(tenure_start, '%Y-%m-%d'), strftime(pricing_date, '%Y-%m-%d'), tenure_months from price_ledger"
    )
    assert sorted(counted) == sorted(cases)


@SLOW
def test_a_month_that_is_not_over_is_not_counted(study: Any) -> None:
    study([{"tenure_months": months, "price": 1} for months in ("11.99", "12", "23.99", "24")])
    counted = study.query("select tenure_months, loyalty_group from price_ledger order by all")
    assert counted == [(11, "new"), (12, "middle"), (23, "middle"), (24, "tenured")]
