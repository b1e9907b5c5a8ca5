"""The saved analyses run on a published file and say what a reader works out by hand; all in it has a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.config import load_config
from tests.conftest import write_csv

pytestmark = pytest.mark.xdist_group("analyses")

SQL = Path(__file__).parents[2] / "sql"
ANALYSES = sorted((SQL / "analyses").glob("*.sql"))
TABLES = [
    "params",
    "inputs",
    "reconciliation",
    "quarantine",
    "price_ledger",
    "offers",
    "cell_counts",
    "offer_counts",
    "reference_counts",
    "change_counts",
    "cell_coverage",
    "not_compared",
    "monthly_offer_counts",
    "cell_value",
    "lens_value",
    "tenure_band",
    "tenure_class",
    "cell_column",
    "lens_column",
    "price_counts",
    "party_counts",
    "rise_counts",
    "derived_counts",
    "findings",
    "findings_companions",
    "findings_monthly",
    "findings_support",
    "reasons",
]
MONTHS = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(15)]
"""January 2024 to March 2025; the study looks at February 2025, the last period begins there."""

CONFIG = """
[privacy]
pseudonyms = false
[study]
name = "Small firm"
currency = "GBP"
as_of = "2025-02"
[[source]]
role = "billing"
path = "lines.csv"
[[source]]
role = "offers"
path = "offers.csv"
[[source]]
role = "customers"
path = "customers.csv"
[tenure]
from_lines = true
[like_for_like]
cell = ["region"]
min_per_group = 3
[comparator]
basis = "standard"
[inference]
bootstrap_replicates = 0
[lenses]
by = ["region"]
"""

Connection = duckdb.DuckDBPyConnection
Record = dict[str, Any]
Rows = list[dict[str, object]]


def line(
    customer: str, month: int, price: int, *, product: str = "broadband", plan: str = "fast", **rest: object
) -> dict[str, object]:
    """Return the line that bills a customer for one month; ``rest`` overwrites."""
    north = int(customer[1:]) % 2 == 0
    return {
        "line_id": f"{customer}-{month}",
        "invoice_status": "final",
        "issued_on": MONTHS[month],
        "customer_id": customer,
        "subscription_id": f"S{customer}",
        "product_id": product,
        "plan_id": plan,
        "line_kind": "recurring",
        "period_start": MONTHS[month],
        "period_end": MONTHS[month + 1],
        "interval_unit": "month",
        "interval_count": 1,
        "quantity": 1,
        "currency": "GBP",
        "gross_amount": price,
        "discount_amount": 0,
        "net_amount": price,
        "tax_amount": 0,
        "discount_id": None,
        "region": "north" if north else "south",
        **rest,
    }


def lines() -> Rows:
    """Return fourteen months of 34 customers; even numbers live in the north.

    T1-T16 are tenured and pay 32, from September 2024 on 33. T1 has 4 off until June 2024. N1-N8 join in September and
    pay 28. L1-L4 have copper, for which there is no offer; P1 and P2 a plan of broadband that is not offered any more.
    C1-C4 are in no customer file: C1 and C2 are there when the data begin, C3 and C4 since June.
    """
    rows = [
        line(f"T{number}", month, 32 if month < 8 else 33)
        for number in range(1, 17)
        for month in range(14)
        if (number, month // 6) != (1, 0)
    ]
    rows += [line("T1", month, 32, discount_id="PROMO", discount_amount=4, net_amount=28) for month in range(6)]
    rows += [line(f"N{number}", month, 28) for number in range(1, 9) for month in range(8, 14)]
    rows += [line(f"L{n}", month, 25, product="copper", plan="copper") for n in range(1, 5) for month in range(14)]
    rows += [line(f"P{number}", month, 40, plan="old") for number in (1, 2) for month in range(14)]
    rows += [line(f"C{number}", month, 31) for number in (1, 2) for month in range(14)]
    rows += [line(f"C{number}", month, 31) for number in (3, 4) for month in range(5, 14)]
    rows += [
        line("T2", 13, 5, line_id="fee", line_kind="fee"),
        line("T3", 13, 7, line_id="credit", line_kind="credit", gross_amount=-7, net_amount=-7),
        line("T4", 13, 0, line_id="illegible", gross_amount="?", net_amount="?"),
        line("T5", 13, 33),
    ]
    return rows


def offers() -> Rows:
    """Return the offers of the fast plan: 30, from July 2024 on 28; in the north beside it 29 from December 2024 on."""
    common = {
        "origin": "promotion",
        "audience": "new_only",
        "product_id": "broadband",
        "plan_id": "fast",
        "currency": "GBP",
        "interval_unit": "month",
        "interval_count": 1,
    }
    return [
        {**common, "offer_id": "A", "valid_from": "2023-01-01", "valid_to": "2024-07-01", "list_unit_price": 30},
        {**common, "offer_id": "B", "valid_from": "2024-07-01", "list_unit_price": 28},
        {**common, "offer_id": "N", "valid_from": "2024-12-01", "list_unit_price": 29, "region": "north"},
    ]


def customers() -> Rows:
    joined = {"T": (16, "2018-03-05"), "N": (8, "2024-09-01"), "L": (4, "2010-01-01"), "P": (2, "2015-05-05")}
    return [
        {"customer_id": f"{letter}{number}", "tenure_start": start}
        for letter, (count, start) in joined.items()
        for number in range(1, count + 1)
    ]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the published file of the small firm."""
    folder = tmp_path_factory.mktemp("firm")
    for name, rows in {"lines": lines(), "offers": offers(), "customers": customers()}.items():
        write_csv(folder / f"{name}.csv", rows)
    config = folder / "fairness.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return build(load_config(config)).warehouse


@pytest.fixture(scope="module")
def con(published: Path) -> Iterator[Connection]:
    with duckdb.connect(str(published), read_only=True) as connection:
        yield connection


def run(con: Connection, name: str) -> list[Record]:
    """Return the rows of a saved analysis by column."""
    done = con.execute((SQL / "analyses" / f"{name}.sql").read_text(encoding="utf-8"))
    names = [column[0] for column in done.description or []]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def header(path: Path) -> dict[str, str]:
    """Return the parts of a header comment by name."""
    parts: dict[str, str] = {}
    name = ""
    for text in path.read_text(encoding="utf-8").splitlines():
        if not text.startswith("-- "):
            break
        named = re.fullmatch(r"-- (\w+):\s+(.*)", text)
        if named:
            name = named[1]
        parts[name] = f"{parts.get(name, '')} {named[2] if named else text[3:].strip()}".strip()
    return parts


def documented_columns(path: Path) -> list[str]:
    return [entry.split(" = ")[0].strip() for entry in header(path)["Columns"].rstrip(".").split(";")]


# ------------------------------------------------------------------------------------------------------ every analysis


def test_there_are_at_least_ten() -> None:
    assert len(ANALYSES) >= 10


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
class TestEach:
    def test_header_names_question_sources_and_columns(self, path: Path, con: Connection) -> None:
        parts = header(path)
        assert list(parts) == ["Question", "Reads", "Columns"]
        assert parts["Question"].endswith("?")
        tables = {name for (name,) in con.execute("select table_name from information_schema.tables").fetchall()}
        body = "\n".join(text for text in path.read_text(encoding="utf-8").splitlines() if not text.startswith("--"))
        read = {name for name in re.findall(r"\b(?:from|join)\s+(\w+)", body) if name in tables}
        assert read == set(parts["Reads"].split(", "))

    def test_columns_are_the_documented(self, path: Path, con: Connection) -> None:
        done = con.execute(path.read_text(encoding="utf-8"))
        assert [column[0] for column in done.description or []] == documented_columns(path)

    def test_order_is_fixed(self, path: Path, con: Connection) -> None:
        text = path.read_text(encoding="utf-8")
        assert re.search(r"^order by [^;]+;\n\Z", text, flags=re.MULTILINE)
        first = con.execute(text).fetchall()
        con.execute("set threads = 1")
        try:
            assert con.execute(text).fetchall() == first
        finally:
            con.execute("reset threads")

    def test_keywords_are_lower_case_and_divisors_are_safe(self, path: Path, con: Connection) -> None:
        del con
        body = re.sub(r"--.*|'[^']*'", "", path.read_text(encoding="utf-8"))
        assert body == body.lower()
        unsafe = re.findall(r"(?<!/)/(?!/)\s*(?!nullif\(|10000\b|7\b)(?!price_ledger\.interval_count)\S+", body)
        assert not unsafe


def test_nearly_all_have_rows(con: Connection) -> None:
    empty = [path.stem for path in ANALYSES if not run(con, path.stem)]
    assert len(empty) <= len(ANALYSES) // 2, empty


# ------------------------------------------------------------------------------------------------------ worked by hand


def test_cells_above_the_offer(con: Connection) -> None:
    # 8 tenured customers in each region pay 33 against 28 (south) and 29 (north).
    first, second = run(con, "01_above_offer_by_cell")
    assert "south" in first["cell"]
    assert (first["n_customers"], first["n_above"], first["gap"], first["net_a_year"]) == (8, 8, 0.1786, 480)
    assert "north" in second["cell"]
    assert (second["n_customers"], second["n_above"], second["gap"], second["net_a_year"]) == (8, 8, 0.1379, 384)


def test_gap_of_the_plan(con: Connection) -> None:
    (row,) = run(con, "02_gap_by_plan")
    assert (row["plan_id"], row["n_customers"], row["mean_paid"], row["mean_offer"]) == ("fast", 16, 33, 28.5)
    assert (row["gap"], row["share_above"]) == (0.1579, 1)


def test_prices_that_rose_although_the_offer_fell(con: Connection) -> None:
    # Without T1, whose discount ended between.
    rows = run(con, "03_rose_although_offer_fell")
    assert {row["customer_id"] for row in rows} == {f"T{number}" for number in range(2, 17)}
    south = rows[0]
    assert [south[name] for name in ("price_before", "price_after", "offer_before", "offer_after")] == [32, 33, 30, 28]
    assert south["divergence"] == pytest.approx(33 / 32 / (28 / 30) - 1, abs=1e-4)


def test_price_ages(con: Connection) -> None:
    rows = {(row["loyalty_group"], row["years_old"]): row for row in run(con, "04_age_of_prices")}
    # The six without a comparable offer pay what they paid when the data began, 13 months before.
    assert rows["tenured", 1]["n_customers"] == 6
    assert rows["tenured", 1]["oldest_set_on"] == date(2024, 1, 1)
    assert rows["tenured", 0]["n_customers"] == 16
    assert rows["tenured", 0]["oldest_set_on"] == date(2024, 9, 1)


def test_coverage_of_the_last_month(con: Connection) -> None:
    last = [row for row in run(con, "05_offer_coverage_by_month") if row["month"] == date(2025, 2, 1)]
    assert [(row["offer_reason"], row["n_customers"], row["share"], row["paid"]) for row in last] == [
        ("offered", 16, 0.7273, 528),
        ("no_offer", 4, 0.1818, 100),
        ("plan_not_offered", 2, 0.0909, 80),
    ]


def test_overlapping_offers(con: Connection) -> None:
    # 8 tenured, 4 new and 2 customers of unstated tenure in the north, from December to February.
    (row,) = run(con, "06_overlapping_offers")
    assert (row["offer_id"], row["region"], row["n_candidates"], row["offered"]) == ("N", "north", 2, 29)
    assert (row["n_customers"], row["n_rows"]) == (14, 42)
    assert (row["first_month"], row["last_month"]) == (date(2024, 12, 1), date(2025, 2, 1))


def test_money_by_band(con: Connection) -> None:
    rows = run(con, "07_money_above_offer_by_band")
    assert sum(row["above_a_year"] for row in rows if row["n_customers"] == 16) == 864
    # New customers in the north pay 28 where 29 is offered: below it, 4 x 12 a year.
    assert (rows[0]["above_a_year"], rows[0]["net_a_year"]) == (3 * 12 + 2 * 12, 5 * 12 - 4 * 12)


def test_means_of_new_and_tenured(con: Connection) -> None:
    rows = [row for row in run(con, "08_new_against_tenured_by_cell") if row["is_comparable"]]
    assert len(rows) == 2
    # 8 at 33, the one at 40 on the old plan is another cell; 4 new customers at 28 and one at 31.
    for row in rows:
        assert (row["n_tenured"], row["mean_tenured"]) == (8, 33.0)
        assert (row["n_new"], row["mean_new"]) == (5, 28.6)


def test_rows_set_aside(con: Connection) -> None:
    rows = {(row["disposition"], row["reason"]): row for row in run(con, "09_rows_set_aside")}
    assert {key: row["n_rows"] for key, row in rows.items()} == {
        ("duplicate", "IDENTICAL_LINE"): 1,
        ("excluded", "credit"): 1,
        ("excluded", "fee"): 1,
        ("rejected", "AMOUNT_UNPARSED"): 1,
    }
    rejected = rows["rejected", "AMOUNT_UNPARSED"]
    assert (rejected["example_file"], rejected["example_row"]) == ("lines.csv", len(lines()))
    assert rows["excluded", "credit"]["amount"] == -7


def test_prices_of_the_largest_product(con: Connection) -> None:
    rows = run(con, "10_product_prices_by_month")
    assert len(rows) == 14
    last = rows[-1]
    assert (last["product_id"], last["month"]) == ("broadband", date(2025, 2, 1))
    assert (last["n_new"], last["n_tenured"], last["mean_new"]) == (10, 18, 28.6)
    assert (last["mean_tenured"], last["mean_offer"]) == (33.78, 28.5)


def test_discount_that_ended(con: Connection) -> None:
    (row,) = run(con, "11_discount_roll_offs")
    assert (row["month"], row["discount_id"], row["n_customers"]) == (date(2024, 7, 1), "PROMO", 1)
    assert (row["mean_before"], row["mean_after"], row["mean_rise"], row["n_above_offer"]) == (28, 32, 0.1429, 1)


def test_plans_without_offer(con: Connection) -> None:
    rows = run(con, "12_legacy_plans_without_offer")
    assert [(row["plan_id"], row["offer_reason"], row["n_customers"], row["paid_a_year"]) for row in rows] == [
        ("copper", "no_offer", 4, 1200),
        ("old", "plan_not_offered", 2, 960),
    ]


def test_left_censored(con: Connection) -> None:
    # Between 13 months and forever: the bound does not decide the group.
    (row,) = run(con, "13_left_censored_customers")
    assert (row["loyalty_group"], row["n_customers"], row["least_months"], row["paid"]) == ("unknown", 2, 13, 62)


def test_decided_findings_are_sorted(con: Connection) -> None:
    rows = run(con, "14_decided_findings")
    estimates = [row["estimate"] for row in rows]
    assert estimates == sorted(estimates, reverse=True)
    assert rows
    undecided = ("inconclusive", "not_assessable", None)
    verdicts = con.execute("select verdict from findings").fetchall()
    assert len(rows) == sum(verdict not in undecided for (verdict,) in verdicts)


def test_gap_by_month(con: Connection) -> None:
    rows = {row["month"]: row for row in run(con, "15_headline_by_month")}
    assert rows["2025-02"]["estimate"] == pytest.approx(33 / 28.5 - 1)
    assert rows["2024-07"]["estimate"] == pytest.approx(32 / 28 - 1)
    # In July the offer fell from 30, and the discount of T1 ended.
    assert rows["2024-07"]["change"] == pytest.approx(32 / 28 - (15 * 32 + 28) / (16 * 30))


# ------------------------------------------------------------------------------------------------------------ comments


def test_every_table_and_view_has_a_comment(con: Connection) -> None:
    comments = dict(
        con.execute(
            "select table_name, comment from duckdb_tables() where not internal union all "
            "select view_name, comment from duckdb_views() where not internal"
        ).fetchall()
    )
    assert set(TABLES) <= set(comments)
    assert [name for name, comment in comments.items() if not comment] == []
    internal = {name for name, comment in comments.items() if comment.lower().startswith("internal")}
    assert {name for name in comments if name.startswith(("stg_", "int_"))} <= internal
    assert not internal & set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_comment(table: str, con: Connection) -> None:
    columns = con.execute(
        "select column_name, comment from duckdb_columns() where table_name = ? and not internal", [table]
    ).fetchall()
    assert columns
    assert [name for name, comment in columns if not comment] == []
