"""The demo study of billing exports against its recorded truth: facts exactly, injected gaps inside the interval."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.cli.output import print_document
from fairness.config import load_config
from fairness.runs.documents import read_findings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo truth")]

Document = dict[str, Any]

DATA = Path(__file__).parents[2] / "data"
FOLDER = next((DATA / name for name in ("demo-billing", "demo") if (DATA / name / "offers.csv").is_file()), None)
if FOLDER is None:
    pytest.skip("the demo study holds no billing lines", allow_module_level=True)

TRUTH = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
PARTS = [
    {"level": level, "scope": {}, **part}
    for level, group in (
        ("pooled", [TRUTH["whole_book"]]),
        ("lens", TRUTH["products"]),
        ("lens", TRUTH["regions"]),
        ("lens", TRUTH["channels"]),
        ("cell", TRUTH["cells"]),
    )
    for part in group
]


def name_of(part: Document) -> str:
    return "-".join(part["scope"].values()) + f"-{part['level']}" if part["scope"] else "whole book"


@dataclass(frozen=True)
class Built:
    """The built demo study.

    Attributes:
        folder: Where it lies.
        document: Its findings.
        warehouse: The database it published.
    """

    folder: Path
    document: Document
    warehouse: Path

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()

    def find(self, estimand: str, part: Document, basis: str) -> Document:
        found = [
            finding
            for finding in self.document["findings"]
            if (finding["estimand"], finding["level"], finding["basis"]) == (estimand, part["level"], basis)
            and finding["scope"] == part["scope"]
            and finding["tenure_band"] is None
            and finding["comparator"] != "derived"
        ]
        assert len(found) == 1, f"{len(found)} findings of {estimand} for {part['scope']}"
        return found[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Build a copy of the demo study once."""
    folder = tmp_path_factory.mktemp("demo") / "study"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("out"))
    run = build(load_config(folder / "fairness.toml"))
    yield Built(folder, read_findings(run), run.warehouse)
    shutil.rmtree(folder)


@pytest.fixture
def printed(demo: Built, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the table that `fairness analyze` prints."""
    config = load_config(demo.folder / "fairness.toml")
    capsys.readouterr()
    print_document(demo.document, "table", config, demo.folder)
    return capsys.readouterr().out


def section(printed: str, title: str) -> dict[str, str]:
    """Return the rows of a section of the table, each by its first column."""
    lines = printed.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith(title))
    rows = {}
    for line in lines[start + 2 :]:
        if not line.strip():
            break
        rows[line.split("  ")[0]] = line
    return rows


def test_study_is_of_the_recorded_month_and_currency(demo: Built) -> None:
    assert demo.document["study"]["as_of"].startswith(TRUTH["as_of"])
    assert demo.document["study"]["currency"] == TRUTH["currency"]


def test_support_is_the_recorded_fact(demo: Built) -> None:
    support, whole = demo.document["support"], TRUTH["whole_book"]
    assert support["tenured_customers"] == whole["tenured_customers"]
    assert support["assessable_customers"] == whole["assessable_customers"]
    # Customers of whom December has a part of a period only are new as well; they have no price.
    assert support["new_customers"] == whole["new_customers"] + len(joined_in_the_month(demo.folder))
    assert support["left_censored_customers"] == TRUTH["left_censored_customers"]
    assert support["unknown_tenure_customers"] == 0
    money = Decimal(whole["not_assessable_paid_a_year"])
    assert [(item["reason"], item["customers"], Decimal(item["money"])) for item in support["not_compared"]] == [
        ("no_offer", whole["not_assessable_customers"], money)
    ]


def joined_in_the_month(folder: Path) -> list[tuple[Any, ...]]:
    """Return the customers whose bills of the as-of month are all prorations, from the export itself."""
    with duckdb.connect() as con:
        return con.execute(
            f"""
            select customer_id
            from read_parquet('{folder / "lines.parquet"}')
            join read_csv('{folder / "customers.csv"}') using (customer_id)
            where invoice_status = 'final' and line_kind in ('recurring', 'proration') and not is_test
            group by customer_id
            having bool_or(is_proration and net_amount > 0 and period_start between '2025-12-01' and '2025-12-31')
                and not bool_or(not is_proration and period_start <= '2025-12-01' and period_end > '2025-12-01')
            """
        ).fetchall()


def test_share_file_says_how_many_customers_of_the_whole_book_are_affected(demo: Built) -> None:
    query = (
        "select c.estimate from findings_companions c join findings f using (finding_id)"
        " where c.name = 'customers_affected' and f.basis = 'effective'"
        " and f.level = 'pooled' and f.tenure_band is null"
    )
    ((exact,),) = demo.query(query)
    with duckdb.connect(str(demo.warehouse.with_name("share.duckdb")), read_only=True) as con:
        ((shared,),) = con.execute(query).fetchall()
    # Published no more sharply than counts that are withheld allow.
    assert exact == TRUTH["whole_book"]["customers_above_offer"]
    assert shared == pytest.approx(exact, abs=10)


def test_every_line_and_every_pound_is_accounted_for(demo: Built) -> None:
    block = demo.document["reconciliation"]
    with (demo.folder / "manual_lines.csv").open(encoding="utf-8", newline="") as stream:
        amounts = [row["net_amount"] for row in csv.DictReader(stream)]
    readable = [Decimal(text) for text in amounts if is_amount(text)]
    assert block["ties_out"]
    assert block["rows_in"] == sum(TRUTH["lines"]["rows"].values()) + len(amounts)
    with duckdb.connect() as con:
        ((n_missing,),) = con.execute(
            "select count(*) from read_parquet(?) where coalesce(net_amount, gross_amount) is null",
            [str(demo.folder / "lines.parquet")],
        ).fetchall()
    assert Decimal(block["amount_in"]["GBP"]) == Decimal(TRUTH["lines"]["net_amount"]) + sum(readable)
    assert block["rows_rejected"]["AMOUNT_UNPARSED"] == len(amounts) - len(readable)
    assert block["rows_rejected"]["AMOUNT_MISSING"] == n_missing == 3
    assert block["rows_excluded"]["draft"] == TRUTH["lines"]["rows"]["draft recurring"]
    assert block["rows_excluded"]["void"] == TRUTH["lines"]["rows"]["void recurring"]
    parts = [block[f"amount_{name}"].get("GBP", "0") for name in ("accepted", "excluded", "rejected", "duplicate")]
    assert sum(map(Decimal, parts)) == Decimal(block["amount_in"]["GBP"])


def is_amount(text: str) -> bool:
    whole, _, pence = text.lstrip("-").partition(".")
    return whole.isdigit() and pence.isdigit()


def test_the_other_exports_are_read_to_the_last_row(demo: Built) -> None:
    roles = demo.document["reconciliation_by_role"]
    assert set(roles) == {"offers", "customers", "price_events", "cpi"}
    for role, block in roles.items():
        assert block["rows_rejected"] == {}, role
        assert block["rows_accepted"] == block["rows_in"] > 0, role


def test_months_of_the_series_are_those_of_the_data(demo: Built) -> None:
    months = [row["month"] for row in demo.document["monthly"]]
    assert months == sorted(set(months))
    assert months[-1] == TRUTH["as_of"], "a month after the as-of month holds only part of the book"


@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_customers_and_money_of_the_ledger(demo: Built, part: Document) -> None:
    where = " and ".join([f"{column} = '{value}'" for column, value in part["scope"].items()] or ["true"])
    ((n, n_new, n_tenured, paid, n_offered, paid_offered, at_offer),) = demo.query(f"""
        select
            count(*),
            count(*) filter (loyalty_group = 'new'),
            count(*) filter (loyalty_group = 'tenured'),
            coalesce(sum(price_ticks) filter (loyalty_group = 'tenured'), 0),
            count(*) filter (loyalty_group = 'tenured' and offer_ticks is not null),
            coalesce(sum(price_ticks) filter (loyalty_group = 'tenured' and offer_ticks is not null), 0),
            coalesce(sum(offer_ticks) filter (loyalty_group = 'tenured'), 0)
        from price_ledger
        where month = '{TRUTH["as_of"]}-01' and {where}
    """)
    assert (n, n_new, n_tenured) == (part["customers"], part["new_customers"], part["tenured_customers"])
    assert n_offered == part["assessable_customers"]
    assert n_tenured - n_offered == part["not_assessable_customers"]
    assert ticks(part["tenured_paid"]) == paid
    assert ticks(part["assessable_paid"]) == paid_offered
    assert ticks(part["not_assessable_paid"]) == paid - paid_offered
    assert ticks(part["assessable_at_offer"]) == at_offer


def ticks(money: str) -> int:
    return int(Decimal(money).scaleb(4))


@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_gap_is_the_fact_and_its_interval_holds_what_was_injected(demo: Built, part: Document) -> None:
    gap = demo.find("offer_gap", part, "effective")
    assert gap["n_tenured"] == part["assessable_customers"]
    if part["offer_gap"] is None:
        assert (gap["estimate"], gap["verdict"]) == (None, "not_assessable")
        return
    assert gap["estimate"] == pytest.approx(part["offer_gap"], abs=1e-9)
    assert gap["confidence_level"] >= 0.95
    assert gap["ci_lower"] <= part["injected_gap"] <= gap["ci_upper"]


@pytest.mark.parametrize("part", [part for part in PARTS if part["assessable_customers"]], ids=name_of)
def test_overpayment_is_the_recorded_fact(demo: Built, companion: Callable[..., Any], part: Document) -> None:
    money = demo.find("overpayment", part, "effective")
    assert money["unit"] == f"{TRUTH['currency']}/year"
    assert Decimal(money["estimate"]) == Decimal(part["overpaid_a_year"])
    assert Decimal(companion(money, "net")["estimate"]) == Decimal(part["net_overpaid_a_year"])
    assert companion(money, "customers_affected")["estimate"] == part["customers_above_offer"]


@pytest.mark.parametrize("estimand", ["raw_gap", "like_for_like_gap"])
@pytest.mark.parametrize("part", [part for part in PARTS if part["level"] != "cell"], ids=name_of)
def test_contrasts_with_new_customers_are_facts(demo: Built, estimand: str, part: Document) -> None:
    if part[estimand] is not None:
        found = demo.find(estimand, part, "paid")
        assert found["estimate"] == pytest.approx(part[estimand], abs=1e-9)


@pytest.mark.parametrize("story", TRUTH["stories"], ids=lambda story: story["story"])
def test_each_story_has_its_recorded_verdict(demo: Built, story: Document) -> None:
    level = {0: "pooled", 1: "lens"}.get(len(story["scope"]), "cell")
    basis = "effective" if story["estimand"] == "offer_gap" else "paid"
    found = demo.find(story["estimand"], {"level": level, "scope": story["scope"]}, basis)
    assert found["verdict"] == story.get("verdict")
    if "warning" in story:
        assert story["warning"] in found["warnings"]


def test_there_are_six_stories() -> None:
    assert sorted(story.get("verdict", story.get("warning")) for story in TRUTH["stories"]) == [
        "equivalent",
        "inconclusive",
        "inconclusive",
        "mix_reverses_sign",
        "not_assessable",
        "penalty",
    ]


def test_table_names_the_product_whose_loyal_customers_pay_more(printed: str) -> None:
    row = section(printed, "By product id")["broadband"]
    assert "pay more" in row
    assert "9.5 %" in row


def test_no_cell_is_accused_on_a_few_price_decisions(printed: str) -> None:
    assert "Where tenured customers pay most" not in printed
    assert "6 equal within 1 % on average, 16 cannot tell yet, 2 cannot be assessed" in printed


def test_table_names_the_product_at_parity(printed: str) -> None:
    row = section(printed, "By product id")["home_insurance"]
    assert "equal within 1 %" in row
    assert "2,083" in row


def test_table_warns_that_the_raw_gap_points_the_other_way(printed: str) -> None:
    assert "! The raw gap points the other way" in printed.split("The whole book", maxsplit=1)[0]
    rows = section(printed, "The whole book")
    assert "mix reverses sign" in rows["Raw, plans mixed"]
    assert "−16.2 %" in rows["Raw, plans mixed"]
    assert "6.2 %" in rows["Like for like"]


def test_table_names_the_legacy_product_with_customers_and_money(printed: str) -> None:
    assert "cannot be assessed" in section(printed, "By product id")["copper_broadband"]
    assert "Not compared: 379 tenured customers, £173,956 a year: no new-customer offer" in printed


def test_table_names_the_thin_cell(printed: str) -> None:
    row = section(printed, "By region")["Islands"]
    assert "cannot tell yet" in row
    assert "few pricing decisions" in row


def test_table_names_the_product_whose_cells_offset_each_other(printed: str) -> None:
    row = section(printed, "By product id")["mobile"]
    assert "cannot tell yet" in row
    assert "few pricing decisions" in row
