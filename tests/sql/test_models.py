"""The SQL files stand on their own: anyone can run them by hand on a published file and get the same tables."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.cli.demo import write_demo
from fairness.config import load_config
from fairness.engine import models
from fairness.engine.headers import read_options, read_reads, read_tables
from fairness.engine.models import run_checks, run_models
from fairness.errors import DataError, SqlError

pytestmark = pytest.mark.xdist_group("models")

SQL = Path(__file__).parents[2] / "sql"
MODELS = sorted((SQL / "models").glob("*/*.sql"))
CHECKS = sorted((SQL / "checks").glob("*.sql"))

Connection = duckdb.DuckDBPyConnection
Rows = list[dict[str, object]]


def book() -> Rows:
    """Return a book in which every model has something to do."""
    rows: Rows = [
        {
            "customer_id": f"{region}-{tenure}-{copy}",
            "party_id": f"household {copy // 2}" if copy < 4 else None,
            "product_id": "broadband",
            "currency": "GBP",
            "region": None if copy == 5 else region,
            "age": 20 + 5 * copy,
            "tenure_months": tenure,
            "price": f"{20 + tenure / 10 + copy % 3:.2f}",
            "prior_price": None if copy == 7 else 20 + copy % 2,
            "offer_price": None if copy == 8 else 20 + copy % 3,
            "market_price": 22 + copy % 2,
            "expected_cost": 15 + copy % 4,
        }
        for region in ("north", "south")
        for tenure in (3, 15, 40)
        for copy in range(12)
    ]
    first, second, *_, last = rows
    rows += [{**first, "product_id": "mobile"}, {**first, "product_id": "mobile"}]
    rows += [{**second, "price": 999}, {**last, "currency": "EUR", "customer_id": "abroad"}]
    rows += [{**last, "customer_id": "refused", "price": "free"}, {**last, "customer_id": "unknown", "price": None}]
    rows += [{**last, "customer_id": "undated", "tenure_months": None}]
    return rows


@pytest.fixture(scope="module")
def published(shared_study: Any) -> Path:
    """Return the published file of the study."""
    shared_study.publish(
        book(),
        study={"as_of": "2025-12"},
        like_for_like={"cell": ["region", "age"], "breaks": {"age": [30, 50]}},
        lenses={"by": ["region"]},
    )
    path: Path = shared_study.run.warehouse
    return path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the published file of the demo study, which has billing lines and offers."""
    folder = tmp_path_factory.mktemp("demo")
    config = write_demo(folder / "study")
    # What the demo does not have: two prices of one thing in one month, a week between two firsts, seats that change
    # within a term, a month that is given away, a return after years on a plan that is offered to nobody, a letter,
    # a discount that may belong to two products, twenty invoices with a percentage off, an offer of two prices.
    header = "line_id,customer_id,line_kind,period_start,period_end,net_amount,interval_unit"
    rows = [
        "twice-1,twice,recurring,2025-11-11,2025-12-11,211,month",
        "twice-2,twice,recurring,2025-11-12,2025-12-12,212,month",
        "week,week,recurring,2025-11-10,2025-11-17,20,week",
        "seats-1,seats,recurring,2025-03-01,2026-03-01,365,year",
        "seats-2,seats,credit,2025-08-01,2026-03-01,-212,year",
        "seats-3,seats,recurring,2025-08-01,2026-03-01,240,year",
        "free-1,free,recurring,2025-11-01,2025-12-01,18,month",
        "free-2,free,credit,2025-11-01,2025-12-01,-18,month",
        "free-3,free,recurring,2025-12-01,2026-01-01,18,month",
        "loose-1,loose,recurring,2025-12-01,2026-01-01,18,month",
        "loose-2,loose,recurring,2025-12-01,2026-01-01,9,month",
        "loose-3,loose,discount,2025-12-01,2026-01-01,-3,month",
        "back-1,back,recurring,2023-02-01,2023-03-01,18,month",
        "back-2,back,recurring,2025-12-01,2026-01-01,18,month",
    ]
    for n in range(20):
        rows.append(f"base-{n},percent-{n},recurring,2025-11-01,2025-12-01,{20 + n},month")
        rows.append(f"off-{n},percent-{n},discount,2025-11-01,2025-12-01,{-(20 + n) / 10},month")
    (config.parent / "odd.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    with (config.parent / "offers.csv").open("a", encoding="utf-8") as offers:
        for price in (20, 21):
            offers.write(f"twice,promotion,new_only,mobile,,GBP,,,month,1,2020-01-01,2020-02-01,{price},,,,\n")
    text = config.read_text(encoding="utf-8").replace("[tenure]\n", '[tenure]\nrejoin = "reset"\n')
    columns = {"issued_on": "period_start", "region": "'North'", "channel": "'shop'"}
    columns |= {"invoice_id": "customer_id", "discount_id": "case when customer_id <> 'loose' then 'TEN' end"}
    columns["plan_id"] = "case customer_id when 'back' then 'retired' when 'loose' then 'sim-unlimited-12m' end"
    columns["product_id"] = "case line_id when 'loose-2' then 'broadband' when 'loose-3' then 'all' else 'mobile' end"
    mapped = "".join(f'{name} = "{value}"\n' for name, value in columns.items())
    letters = "customer_id,told_on,effective_on,told_price,told_basis\nback,2025-11-01,2025-12-01,18,paid\n"
    (config.parent / "letters.csv").write_text(letters, encoding="utf-8")
    source = f'\n[[source]]\nrole = "billing"\npath = "odd.csv"\n[source.columns]\n{mapped}'
    source += '\n[[source]]\nrole = "price_events"\npath = "letters.csv"\n'
    config.write_text(text + source, encoding="utf-8")
    return build(load_config(config)).warehouse


@pytest.fixture
def copied(published: Path, tmp_path: Path) -> Iterator[Connection]:
    """Return a plain connection to a copy of the published file, which may be changed."""
    shutil.copy(published, tmp_path / "copy.duckdb")
    (tmp_path / "copy.duckdb").chmod(0o644)
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as con:
        yield con


FILES = ("copy", "published")
# Tables that the intake writes before the models run.
NOT_KEPT = {path.stem[3:] for path in MODELS if "not kept" in read_options(path)}
GIVEN = {table.name for table in read_tables(SQL / "tables" / "intake.sql")} - {"quarantine"}
KNOWN = GIVEN | {path.stem[3:] for path in MODELS}


def created(sql: str) -> tuple[str, str]:
    """Return kind and name of what a model creates."""
    found = re.findall(r"^create or replace (table|view) (\w+) as$", sql, re.MULTILINE)
    assert len(found) == 1
    kind, name = found[0]
    return kind, name


def read(sql: str) -> set[str]:
    """Return the names that a statement reads and does not make itself."""
    steps = set(re.findall(r"^(\w+) as \($", sql, re.MULTILINE))
    return set(re.findall(r"\b(?:from|join)\s+(\w+)", sql)) - steps


def statement(sql: str) -> str:
    """Return the SQL without its comments."""
    return re.sub(r"--.*", "", sql)


def test_every_model_has_a_place_of_its_own() -> None:
    places = Counter((path.parent.name, path.name[:2]) for path in MODELS)
    assert [place for place, n in places.items() if n > 1] == []
    assert {path.parent.name for path in MODELS} == {
        "1_rows",
        "2_ledger",
        "3_offers",
        "4_observations",
        "5_counts",
        "6_causes",
        "7_letters",
        "8_ahead",
        "9_money",
    }
    assert all(re.fullmatch(r"\d\d_[a-z_]+", path.stem) for path in MODELS)


def test_an_unknown_option_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "sql" / "models" / "1_rows" / "10_one.sql"
    model.parent.mkdir(parents=True)
    monkeypatch.setattr(models, "sql_root", lambda: tmp_path / "sql")
    with duckdb.connect() as con:
        model.write_text("-- Options: line by line\n\ncreate table one as select 1 as a;\n", encoding="utf-8")
        run_models(con)
        assert con.execute("from one").fetchall() == [(1,)]
        assert con.execute("select current_setting('disabled_optimizers')").fetchall() == [("",)]
        model.write_text("-- Options: line by line, fast\n\ncreate table two as select 1 as a;\n", encoding="utf-8")
        with pytest.raises(SqlError, match=r"the model 10_one\.sql names an unknown option"):
            run_models(con)


class TestByHand:
    def test_the_models_reproduce_every_table(self, copied: Connection, published: Path) -> None:
        made = [created(path.read_text(encoding="utf-8")) for path in MODELS]
        for kind, name in reversed(made):
            if name not in NOT_KEPT:
                copied.execute(f"drop {kind} {name}")
        copied.execute("".join(path.read_text(encoding="utf-8") for path in MODELS))
        copied.execute(f"attach '{published}' as published (read_only)")
        everything = "select table_name from duckdb_tables() where database_name = '{}'"
        here, there = ({name for (name,) in copied.execute(everything.format(file)).fetchall()} for file in FILES)
        assert here - NOT_KEPT == there
        for name in (name for _, name in made if name not in NOT_KEPT):
            for here, there in ((name, f"published.{name}"), (f"published.{name}", name)):
                assert copied.execute(f"from {here} except all from {there}").fetchall() == [], name
            described = [copied.execute(f"describe {table}").fetchall() for table in (name, f"published.{name}")]
            assert described[0] == described[1], name

    @pytest.mark.slow
    def test_every_model_had_something_to_do(self, published: Path, demo: Path, tmp_path: Path) -> None:
        names = [created(path.read_text(encoding="utf-8"))[1] for path in MODELS]
        # Nothing is published where the first has rows; the others stand for offers, sources and bills that have tests.
        idle = set(names) - {
            "int_interval_vote",
            "int_offer_repeat",
            "product_offer_counts",
            "best_offer_counts",
            "int_filtered_row",
            "int_removed_unit",
            "int_discount_share",
        }
        for number, path in enumerate((published, demo)):
            shutil.copy(path, tmp_path / f"{number}.duckdb")
            (tmp_path / f"{number}.duckdb").chmod(0o644)
            with duckdb.connect(str(tmp_path / f"{number}.duckdb")) as con:
                con.execute("".join(path.read_text(encoding="utf-8") for path in MODELS))
                idle -= {name for name in names if con.execute(f"select 1 from {name} limit 1").fetchall()}
        assert idle == set()

    def test_nothing_in_the_file_reads_what_is_not_kept(self) -> None:
        kept = [path for path in MODELS if path.stem[3:] not in NOT_KEPT]
        views = [path for path in kept if created(path.read_text(encoding="utf-8"))[0] == "view"]
        folders = ("checks", "analyses", "promises", "planned", "diff")
        queries = [path for folder in folders for path in (SQL / folder).glob("*.sql")]
        reads = {path.name: read(statement(path.read_text(encoding="utf-8"))) for path in (*views, *queries)}
        assert {name: found & NOT_KEPT for name, found in reads.items() if found & NOT_KEPT} == {}
        assert len(NOT_KEPT) > 5

    def test_the_saved_queries_run(self, copied: Connection) -> None:
        for path in (SQL / "analyses").glob("*.sql"):
            assert copied.execute(path.read_text(encoding="utf-8")).description, path.name


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
class TestModelFiles:
    def test_the_header_says_grain_reads_columns_why(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        header = re.match(r"(?:--.*\n)+", text)
        assert header
        labels = re.findall(r"^-- (\w+): +\S", header[0], re.MULTILINE)
        assert labels in (["Grain", "Reads", "Columns", "Why"], ["Grain", "Reads", "Columns", "Why", "Options"])

    def test_the_header_names_what_is_read(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        said = re.search(r"^-- Reads: +((?:.*\n)(?:--          .*\n)*)", text, re.MULTILINE)
        assert said
        sql = statement(text)
        assert set(re.findall(r"\w+", said[1])) == read(sql) & KNOWN

    def test_a_model_reads_what_stands_before_it(self, path: Path) -> None:
        before = GIVEN | {earlier.stem[3:] for earlier in MODELS[: MODELS.index(path)]}
        assert read(statement(path.read_text(encoding="utf-8"))) & KNOWN <= before

    def test_the_file_is_named_after_its_table(self, path: Path) -> None:
        assert created(path.read_text(encoding="utf-8"))[1] == path.stem[3:]


# One way to break each table that a check looks at.
TAMPERING = [
    ("accepted_values", "update cell_counts set paid_ticks = 0"),
    ("accepted_values", "update cell_counts set loyalty_group = 'old' where loyalty_group = 'tenured'"),
    ("accepted_values", "update cell_counts set n_observations = 0"),
    ("amounts_tie_out", "update reconciliation set amount = amount + 0.000001 where disposition = 'accepted'"),
    ("amounts_beside_add_up", "insert into amount_beside (currency, fee_amount) values ('GBP', 0.000001)"),
    ("amounts_tie_out", "delete from reconciliation where currency = 'EUR'"),
    ("cell_keys_take_apart", "update cell_value set cell_key = cell_key || chr(31) || 'more'"),
    ("counts_conserve_observations", "delete from cell_counts where loyalty_group = 'new'"),
    ("counts_conserve_observations", "update cell_counts set paid_ticks = paid_ticks + 1"),
    ("counts_conserve_observations", "delete from offer_counts where loyalty_group = 'new'"),
    ("counts_conserve_observations", "delete from reference_counts where reference = 'expected_cost'"),
    ("counts_conserve_observations", "update change_counts set n_observations = n_observations + 1"),
    ("ledger_conserves_money", "update cell_coverage set paid_ticks = paid_ticks + 10000"),
    ("coverage_conserves_observations", "update cell_coverage set n_observations = n_observations + 1"),
    ("coverage_conserves_observations", "delete from cell_coverage where currency = 'EUR'"),
    (
        "ledger_conserves_rows",
        "create table part as from price_ledger limit 5; drop view price_ledger; "
        "alter table part rename to price_ledger",
    ),
    (
        "ledger_key_is_unique",
        "alter view int_book_line rename to honest_line; "
        "create view int_book_line as from honest_line union all from honest_line where product_id = 'mobile'",
    ),
    (
        "one_price_a_month",
        "insert into int_ledger_span (holding_id, first_month, n_months) values (1, 24000, 2), (1, 24001, 1)",
    ),
    ("drivers_add_up", "insert into price_change_driver values (1, 'unexplained', 1, 4, 0)"),
    ("exposure_holds_every_rise", "insert into rise_exposure (window_id, n_held, n_raised) values (1, 1, 1)"),
    (
        "written_changes_add_up",
        "insert into price_ahead (customer_id, charged_on, old_price_ticks, new_price_ticks, ticks) "
        "values ('x', date '2026-01-01', 100, 120, 19)",
    ),
    ("waterfall_adds_up", "insert into gap_waterfall (interval_unit, step, quarter_ticks) values ('month', 'end', 1)"),
    ("waterfall_adds_up", "insert into revenue_bridge (step, amount) values ('billed', 0.0001)"),
    ("rows_tie_out", "update inputs set n_rows = n_rows + 1"),
    ("rows_tie_out", "delete from reconciliation where disposition = 'duplicate'"),
]


def test_whole_steps_that_are_put_together_name_the_same_columns(copied: Connection) -> None:
    """``union all`` goes by place: a column that moved would be read as another."""
    found = 0
    for path in MODELS:
        sql = statement(path.read_text(encoding="utf-8"))
        steps = re.search(r"\bwith\n.*(?=^select \* from final)", sql, re.DOTALL | re.MULTILINE)
        for pair in re.finditer(r"select \* from (\w+)\s+union all\s+select \* from (\w+)", sql):
            assert steps, path.stem
            names = [
                [column[0] for column in copied.execute(f"{steps[0]} select * from {step}").description or ()]
                for step in pair.groups()
            ]
            assert names[0] == names[1], path.stem
            found += 1
    assert found


class TestChecks:
    def test_each_check_has_a_way_to_fail(self) -> None:
        assert {name for name, _ in TAMPERING} == {path.stem for path in CHECKS}

    @pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
    def test_the_header_says_what_it_guards(self, path: Path) -> None:
        assert re.match(
            r"-- Healthy: no rows\.\n-- Reads:   \S.*\n-- Guards:  \S.*\n", path.read_text(encoding="utf-8")
        )

    @pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
    def test_the_header_names_what_is_read(self, path: Path) -> None:
        assert read_reads(path) == read(statement(path.read_text(encoding="utf-8"))) & KNOWN

    def test_a_good_study_passes(self, copied: Connection) -> None:
        found = {path.stem: copied.execute(path.read_text(encoding="utf-8")).fetchall() for path in CHECKS}
        assert found == {name: [] for name in found}

    @pytest.mark.parametrize(("name", "tampering"), TAMPERING)
    def test_a_broken_table_fails(self, copied: Connection, name: str, tampering: str) -> None:
        copied.execute(tampering)
        assert copied.execute((SQL / "checks" / f"{name}.sql").read_text(encoding="utf-8")).fetchall() != []
        with pytest.raises(DataError, match=r"the check \w+ failed: ") as caught:
            run_checks(copied)
        assert re.fullmatch(r"sql/checks/\w+\.sql", caught.value.where)
        assert "nothing was published" in caught.value.fix


def exact_ticks(prices: list[str]) -> dict[str, int]:
    return {price: int((Decimal(price) * 10_000).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)) for price in prices}


class TestContents:
    """What the models make of a book, against the book itself."""

    def test_ticks_are_rounded_half_to_even_and_amounts_may_have_twelve_digits(self, study: Any) -> None:
        prices = ["1.00005", "1.00015", "1.000249", "1.00025", "1.000251", "0.000051", "19.99", "999999.999949"]
        prices += ["1000000", "12345678.90", "999999999999.99"]
        study([{"customer_id": price, "price": price, "tenure_months": 1} for price in prices])
        assert dict(study.query("select customer_id, price_ticks from price_ledger")) == exact_ticks(prices)

    def test_counts_are_those_of_the_rows(self, study: Any) -> None:
        rows = [
            {"product_id": f"plan {n % 2}", "price": 10 + n % 3, "tenure_months": n % 40, "offer_price": 9 + n % 2}
            for n in range(200)
        ]
        study(rows)

        def group(row: dict[str, int]) -> str:
            months = row["tenure_months"]
            return "new" if months < 12 else "tenured" if months >= 24 else "middle"

        prices = Counter((row["product_id"], group(row), row["price"] * 10_000) for row in rows)
        found = study.query(
            """
            select value, loyalty_group, paid_ticks, sum(n_observations)
            from cell_counts inner join cell_value using (cell_key)
            where column_name = 'product_id' group by all
            """
        )
        assert {tuple(row[:3]): row[3] for row in found} == prices
        offers = Counter((group(row), row["price"] * 10_000, row["offer_price"] * 10_000) for row in rows)
        found = study.query(
            "select loyalty_group, paid_ticks, offered_ticks, sum(n_observations) from offer_counts "
            "where basis = 'primary' group by all"
        )
        assert {tuple(row[:3]): row[3] for row in found} == offers

    def test_a_null_control_is_a_value_of_its_own(self, published: Path, run_query: Callable[..., Any]) -> None:
        regions = run_query(
            published, "select distinct value from cell_value where column_name = 'region' order by all"
        )
        assert regions == [("north",), ("south",), (None,)]
        bands = run_query(published, "select distinct value from cell_value where column_name = 'age' order by all")
        assert bands == [("30-<50",), ("50+",), ("<30",)]

    def test_every_row_has_one_disposition(self, published: Path, run_query: Callable[..., Any]) -> None:
        found = run_query(
            published, "select disposition, reason, sum(n_rows) from reconciliation group by all order by all"
        )
        # 72 customers and 7 more rows: a copy of a second product, two that contradict each other, one bad amount.
        assert found == [
            ("accepted", None, 75),
            ("duplicate", "IDENTICAL_ROW", 1),
            ("rejected", "AMOUNT_UNPARSED", 1),
            ("rejected", "DUP_BOOK_ROW", 2),
        ]


@pytest.fixture
def run_query() -> Callable[[Path, str], list[tuple[Any, ...]]]:
    def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(path), read_only=True) as con:
            return con.execute(sql).fetchall()

    return query
