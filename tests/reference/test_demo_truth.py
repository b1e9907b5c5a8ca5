"""The demo study of billing exports against its recorded truth: facts exactly, injected gaps inside the interval."""

from __future__ import annotations

import copy
import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.causes.promise_check import check
from fairness.causes.told import told
from fairness.cli.output import print_document
from fairness.config import load_config
from fairness.findings.document import Document as ReadDocument
from fairness.runs.documents import read_findings
from fairness.runs.store import Run
from tests.conftest import StudyRunner

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
        run: What was published.
    """

    folder: Path
    document: Document
    run: Run

    @property
    def warehouse(self) -> Path:
        return self.run.warehouse

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
    yield Built(folder, read_findings(run), run)
    shutil.rmtree(folder)


@pytest.fixture
def printed(demo: Built, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the table that `fairness analyze` prints."""
    config = load_config(demo.folder / "fairness.toml")
    capsys.readouterr()
    print_document(ReadDocument.load(demo.document), "table", config, demo.folder)
    return capsys.readouterr().out


def test_an_analysis_without_causes_and_letters_finds_the_same(demo: Built) -> None:
    found = StudyRunner(demo.folder).analyse(demo.folder / "fairness.toml")
    for document in (found, whole := copy.deepcopy(demo.document)):
        del document["build"]
    assert found == whole
    # Regions of the customer file have the name of a column of the cell, which the lines state.
    assert whole["reconciliation_by_role"]["customers"]["columns_unread"] == {"customers.csv": ["region", "channel"]}
    assert demo.query("select count(*) > 0 from price_change_driver") == [(True,)]


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


def test_readme_shows_what_the_demo_prints(printed: str) -> None:
    """The block says of itself how it is made: the first lines, unchanged."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- demo-output: .*?-->\n```\n(.*?)```\n<!-- /demo-output -->", readme, re.DOTALL)
    assert found
    shown = found[1].splitlines()
    assert len(shown) > 30
    assert shown == [line.rstrip() for line in printed.splitlines()[: len(shown)]]


def test_study_is_of_the_recorded_month_and_currency(demo: Built) -> None:
    assert demo.document["study"]["as_of"].startswith(TRUTH["as_of"])
    assert demo.document["study"]["currency"] == TRUTH["currency"]


def test_support_is_the_recorded_fact(demo: Built) -> None:
    support, whole = demo.document["support"], TRUTH["whole_book"]
    assert support["tenured_customers"] == whole["tenured_customers"]
    assert support["assessable_customers"] == whole["compared_customers"]
    # Customers of whom December has a part of a period only are new as well; they have no price.
    assert support["new_customers"] == whole["new_customers"] + len(joined_in_the_month(demo.folder))
    assert support["left_censored_customers"] == TRUTH["left_censored_customers"]


def test_nobody_is_left_out_without_the_reason_that_the_generator_knows(demo: Built) -> None:
    listed = {item["reason"]: item for item in demo.document["support"]["not_compared"]}
    recorded = TRUTH["whole_book"]["not_compared"]
    assert {reason: item["customers"] for reason, item in listed.items()} == {
        reason: those["customers"] for reason, those in recorded.items()
    }
    for reason in recorded.keys() - {"rejected"}:
        assert Decimal(listed[reason]["money"]) == Decimal(recorded[reason]["paid_a_year"]), reason
    # What a line would have cost that nobody can read is unknown, and not nothing.
    assert listed["rejected"]["money"] is None


def test_customers_whom_the_file_does_not_know_have_unknown_tenure(demo: Built) -> None:
    joined = {customer_id for (customer_id,) in joined_in_the_month(demo.folder, listed=False)}
    unknown = demo.document["support"]["unknown_tenure_customers"]
    assert unknown == TRUTH["unknown_tenure_customers"] + len(joined) > 50


def joined_in_the_month(folder: Path, *, listed: bool = True) -> list[tuple[Any, ...]]:
    """Return the customers whose bills of the as-of month are all prorations, from the export itself.

    Either those whom the customer file lists, or those whom it does not know.
    """
    with duckdb.connect() as con:
        return con.execute(
            f"""
            select customer_id
            from read_parquet('{folder / "lines.parquet"}')
            left join read_csv('{folder / "customers.csv"}') as known using (customer_id)
            where invoice_status = 'final' and line_kind in ('recurring', 'proration') and not coalesce(is_test, false)
                and (known.party_id is not null) = {listed}
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
    assert (
        block["rows_rejected"]["AMOUNT_MISSING"]
        == n_missing
        == 3 + TRUTH["whole_book"]["not_compared"]["rejected"]["customers"]
    )
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
    ((n, n_new, n_compared, paid, at_offer, above),) = demo.query(f"""
        select
            count(distinct customer_id),
            count(distinct customer_id) filter (loyalty_group = 'new'),
            count(distinct customer_id) filter (loyalty_group = 'tenured' and offered_ticks is not null),
            coalesce(sum(paid_ticks * per_year) filter (loyalty_group = 'tenured' and offered_ticks is not null), 0),
            coalesce(sum(offered_ticks * per_year) filter (loyalty_group = 'tenured'), 0),
            count(distinct customer_id) filter (loyalty_group = 'tenured' and paid_ticks > offered_ticks)
        from (select *, case interval_unit when 'year' then 1 else 12 end as per_year from price_ledger)
        where month = '{TRUTH["as_of"]}-01' and {where}
    """)
    # Who holds nothing but what cannot be understood has no row here; all of them are tenured.
    unclear = sum(those["customers"] for reason, those in part["not_compared"].items() if reason != "no_offer")
    assert (n, n_new, n_compared) == (part["customers"] - unclear, part["new_customers"], part["compared_customers"])
    assert above == part["customers_above_offer"]
    assert ticks(part["compared_paid_a_year"]) == paid
    # An offer a month is a twelfth of what twelve months cost, rounded to a tick for each customer.
    assert abs(ticks(part["compared_at_offer_a_year"]) - at_offer) <= 18 * n_compared


def ticks(money: str) -> int:
    return int(Decimal(money).scaleb(4))


@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_gap_is_the_fact_and_its_interval_holds_what_was_injected(demo: Built, part: Document) -> None:
    gap = demo.find("offer_gap", part, "effective")
    assert gap["n_tenured"] == part["compared_customers"]
    if part["offer_gap"] is None:
        assert (gap["estimate"], gap["verdict"]) == (None, "not_assessable")
        return
    assert gap["estimate"] == pytest.approx(part["offer_gap"], abs=1e-6)
    assert gap["confidence_level"] >= 0.95
    if part["offer_gap"] != 0:
        assert gap["ci_lower"] <= part["injected_gap"] <= gap["ci_upper"]


@pytest.mark.parametrize("part", [part for part in PARTS if part["compared_customers"]], ids=name_of)
def test_overpayment_is_the_recorded_fact(demo: Built, companion: Callable[..., Any], part: Document) -> None:
    money = demo.find("overpayment", part, "effective")
    assert money["unit"] == f"{TRUTH['currency']}/year"
    # An offer a month is rounded to a tick: less than 0.2 pence a year for each of at most three units.
    rounding = Decimal("0.0018") * part["compared_customers"]
    assert abs(Decimal(money["estimate"]) - Decimal(part["overpaid_a_year"])) <= rounding
    assert abs(Decimal(companion(money, "net")["estimate"]) - Decimal(part["net_overpaid_a_year"])) <= rounding
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


def test_there_are_seven_stories() -> None:
    assert sorted(story.get("verdict", story.get("warning")) for story in TRUTH["stories"]) == [
        "equivalent",
        "inconclusive",
        "inconclusive",
        "inconclusive",
        "mix_reverses_sign",
        "not_assessable",
        "penalty",
    ]


def test_letters_come_out_as_the_generator_sent_and_charged_them(demo: Built) -> None:
    found = {
        row["outcome"]: {"letters": row["letters"], "over": row["over"], "under": row["under"]}
        for row in told(demo.run)["outcomes"]
    }
    assert found == TRUTH["told"]
    assert set(found) == {
        *("kept", "late", "never", "more", "less", "early", "superseded", "broken_lock", "not_assessable"),
    }


def test_one_promise_of_the_demo_is_kept_and_two_are_not(demo: Built) -> None:
    document, _ = check(demo.run, load_config(demo.folder / "fairness.toml"))
    broadband, insurance, lock = document["rules"]
    assert (broadband["result"], insurance["result"], lock["result"]) == ("fail", "pass", "fail")
    # Half of the locks were broken: a letter about each of them, and one about the price that broke it.
    assert lock["fail"] * 2 == TRUTH["told"]["broken_lock"]["letters"]
    assert lock["in_scope"] == 2 * lock["fail"]


def of(**scope: str) -> Document:
    """Return the truth of a product, region or channel, or of the whole book."""
    return next(part for part in PARTS if part["scope"] == scope)


def percent(share: float) -> str:
    return f"{share * 100:.1f} %".replace("-", "−")


def test_table_names_the_product_whose_loyal_customers_pay_more(printed: str) -> None:
    row = section(printed, "By product")["broadband"]
    assert "pay more" in row
    assert percent(of(product_id="broadband")["offer_gap"]) in row


def test_table_says_where_tenured_customers_pay_most_and_how_the_other_cells_stand(printed: str) -> None:
    worst = list(section(printed, "Where tenured customers pay most"))
    assert worst[0] == "broadband, South, phone"
    assert all(name.startswith("broadband, ") for name in worst)
    counted = "11 pay more, 2 pay less, 8 equal within 1 % on average, 4 cannot tell yet, 2 cannot be assessed"
    assert f"27 cells, adjusted for 22 tests: {counted}" in printed


def test_table_names_the_product_at_parity(printed: str) -> None:
    row = section(printed, "By product")["home_insurance"]
    assert "equal within 1 %" in row
    assert f"{of(product_id='home_insurance')['compared_customers']:,}" in row


def test_table_warns_that_the_raw_gap_points_the_other_way(printed: str) -> None:
    assert "! The raw gap points the other way" in printed.split("The whole book", maxsplit=1)[0]
    rows = section(printed, "The whole book")
    assert "mix reverses sign" in rows["Raw, plans mixed"]
    assert percent(of()["raw_gap"]) in rows["Raw, plans mixed"]
    assert percent(of()["like_for_like_gap"]) in rows["Like for like"]


def test_table_names_who_could_not_be_compared_with_customers_and_money(printed: str) -> None:
    assert "cannot be assessed" in section(printed, "By product")["copper_broadband"]
    reasons = {"no_offer": "no new-customer offer", "several_plans": "several plans on one subscription"}
    for reason, words in reasons.items():
        those = of()["not_compared"][reason]
        money = f"£{Decimal(those['paid_a_year']):,.0f} a year"
        assert f"Not compared: {those['customers']} tenured customers, {money}: {words}" in printed
    rejected = of()["not_compared"]["rejected"]["customers"]
    assert f"Not compared: {rejected} tenured customers: a row that could not be read" in printed


def test_table_names_the_thin_cell(printed: str) -> None:
    row = section(printed, "By region")["Islands"]
    assert "cannot tell yet" in row
    assert "few pricing decisions" in row


def test_table_names_the_product_whose_cells_offset_each_other(printed: str) -> None:
    row = section(printed, "By product")["mobile"]
    assert "cannot tell yet" in row
    assert "offsetting gaps" in row
