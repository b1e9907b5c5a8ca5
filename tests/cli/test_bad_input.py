"""Bad input: the message says what, where and how to fix, or the row is set aside, counted and tied out.

A broken file or config ends the command with an exit code and no traceback. A broken row costs its row only: it is in
``quarantine`` with reason and column, and rows and amounts still add up to what came in.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from backports import zstd

from fairness.errors import ConfigError

SLOW = pytest.mark.slow

Document = dict[str, Any]
Study = Callable[..., Document]

HEADER = "customer_id,price,tenure_months\n"
NEW_ROWS = [f"n{number},{100 + number % 3},3\n" for number in range(12)]
TENURED_ROWS = [f"t{number},{110 + number % 3},30\n" for number in range(12)]
GOOD = HEADER + "".join(NEW_ROWS + TENURED_ROWS)
LIKE_FOR_LIKE = {"primary": "like_for_like_gap"}


def without_build(document: Document) -> Document:
    """Return the findings without the run's identity and the fingerprint of its inputs."""
    return {name: value for name, value in document.items() if name != "build"}


def ties_out(block: Document) -> bool:
    """Return whether rows and amounts of all dispositions add up to what came in."""
    rows = block["rows_accepted"] + block["rows_duplicate"]
    rows += sum(block["rows_rejected"].values()) + sum(block["rows_excluded"].values())
    amounts: dict[str, Decimal] = {}
    for disposition in ("accepted", "excluded", "rejected", "duplicate"):
        for currency, amount in block[f"amount_{disposition}"].items():
            amounts[currency] = amounts.get(currency, Decimal(0)) + Decimal(amount)
    came_in = {currency: Decimal(amount) for currency, amount in block["amount_in"].items()}
    return bool(block["ties_out"] and rows == block["rows_in"] and amounts == came_in)


# Name, book, options, exit code, and what each part of the message has to say; no fix where the rule says it.
BROKEN: list[tuple[str, str | bytes | None, dict[str, Any], int, list[str], str, str | None]] = [
    ("missing file", None, {}, 1, ["'book.csv'"], "looked in", "source.path"),
    ("glob without a match", None, {"source": {"path": "*.csv"}}, 1, ["'*.csv'"], "looked in", "glob"),
    ("empty file", "", {}, 1, ["empty"], "book.csv", "export it again"),
    ("header only", HEADER, {}, 1, ["no rows"], "book.csv", "export it again"),
    (
        "missing price",
        GOOD.replace("price", "prise"),
        {},
        2,
        ["no price", "did you mean 'prise'?"],
        "source[1].columns.price and book.csv",
        "customer_id, prise, tenure_months",
    ),
    (
        "missing tenure",
        GOOD.replace("tenure_months", "tenur_months"),
        {},
        2,
        ["tenure", "did you mean 'tenur_months'?"],
        "book.csv",
        "customer_id, price, tenur_months",
    ),
    (
        "misspelt mapping",
        GOOD.replace("price", "monthly_charge"),
        {"columns": {"price": "monthly_charges"}},
        2,
        ["'monthly_charges'", "did you mean 'monthly_charge'?"],
        "source[1].columns.price and book.csv",
        "customer_id, monthly_charge, tenure_months",
    ),
    (
        "missing cell column",
        GOOD.replace("customer_id", "region"),
        {"like_for_like": {"cell": ["regoin"]}},
        2,
        ["'regoin'", "did you mean 'region'?"],
        "like_for_like.cell",
        "region, price, tenure_months",
    ),
    (
        "name of two columns",
        GOOD.replace("customer_id", "Price"),
        {"columns": {"price": "PRICE"}},
        2,
        ["'PRICE'", "2 columns", "'Price', 'price'"],
        "source[1].columns.price",
        "rename",
    ),
    (
        "tenure without a date to count to",
        "price,tenure_start\n1,2024-01-01\n",
        {},
        2,
        ["tenure_start", "date"],
        "source[1].columns.tenure_start",
        "study.as_of",
    ),
    (
        "unknown config key",
        GOOD,
        {"inference": {"margn": 0.02}},
        2,
        ["inference.margn = 0.02", "did you mean 'margin'?"],
        "fairness.toml, line 10, key inference.margn",
        None,
    ),
    (
        "wrong config value",
        GOOD,
        {"inference": {"margin": 3}},
        2,
        ["inference.margin = 3", "at least 1e-06 and below 0.5"],
        "fairness.toml, line 10, key inference.margin",
        None,
    ),
    (
        "missing environment variable",
        GOOD,
        {"source": {"path": "${NO_SUCH_FOLDER}/book.csv"}},
        2,
        ["NO_SUCH_FOLDER is not set"],
        "fairness.toml, line 7, key source[1].path",
        None,
    ),
    (
        "invalid expression",
        GOOD,
        {"columns": {"price": "price +"}},
        2,
        ["not valid SQL"],
        "source[1].columns.price = 'price +'",
        "column name or a DuckDB expression",
    ),
    (
        "unknown function",
        GOOD,
        {"columns": {"price": "pounds(price)"}},
        2,
        ["does not compute", "pounds"],
        "source[1].columns.price = 'pounds(price)'",
        "cast",
    ),
    (
        "arithmetic on text",
        GOOD,
        {"columns": {"price": "price * 12"}},
        2,
        ["does not compute"],
        "source[1].columns.price = 'price * 12'",
        "delimited text is read as text",
    ),
    (
        "subquery",
        GOOD,
        {"columns": {"price": "(select max(price) from book)"}},
        2,
        ["subquery"],
        "source[1].columns.price",
        "the row's own columns",
    ),
    (
        "window",
        GOOD,
        {"columns": {"price": "max(price) over ()"}},
        2,
        ["window"],
        "source[1].columns.price",
        "the row's own columns",
    ),
    (
        "aggregate",
        GOOD,
        {"columns": {"price": "max(price)"}},
        2,
        ["aggregate"],
        "source[1].columns.price",
        "the row's own columns",
    ),
    (
        "two statements",
        GOOD,
        {"columns": {"price": "price; drop table stg_book"}},
        2,
        ["not valid SQL"],
        "source[1].columns.price",
        "column name or a DuckDB expression",
    ),
    (
        "unbalanced quote",
        GOOD.replace("n3,100", 'n3,"100'),
        {},
        1,
        ["lines 5 to 25 read as one record", "never closed"],
        "book.csv, line 5",
        "quotes",
    ),
    (
        "compressed file that was cut off",
        zstd.compress(GOOD.encode())[:-9],
        {"file": "book.csv.zst"},
        1,
        ["cut off"],
        "book.csv.zst",
        "zstd -t",
    ),
    ("unknown format", GOOD, {"file": "book.pages"}, 1, ["'book.pages'"], "book.pages", "source.format"),
    ("broken parquet", b"PAR1", {"file": "book.parquet"}, 1, ["parquet"], "book.parquet", "source.format"),
    ("broken JSON", '{"price":', {"file": "book.json"}, 1, ["json"], "book.json", "check the file"),
]


@pytest.mark.parametrize(
    ("book", "options", "code", "what", "where", "fix"),
    [case[1:] for case in BROKEN],
    ids=[case[0] for case in BROKEN],
)
def test_the_message_says_what_where_and_how_to_fix(
    *,
    study: Any,
    call_cli: Callable[..., Any],
    book: str | bytes | None,
    options: dict[str, Any],
    code: int,
    what: list[str],
    where: str,
    fix: str | None,
) -> None:
    config = study.write(book, **options)
    done = call_cli("analyze", config)
    assert done.code == code, done.err
    assert done.out == ""
    said, _, rest = done.err.partition("\n  where: ")
    assert said.startswith("error: ")
    assert [part for part in what if part not in said] == []
    place, _, advice = rest.partition("\n  fix:   ")
    assert where in place
    assert (fix or "") in advice
    # A build that fails leaves nothing that could be read as an answer.
    assert not (config.parent / "out" / "current").exists()
    assert list(config.parent.glob("out/runs/*")) == []


def test_a_process_ends_without_a_traceback(study: Any, run_cli: Callable[..., Any]) -> None:
    for book, code in ((None, 1), (GOOD.replace("price", "prise"), 2)):
        done = run_cli("analyze", study.write(book))
        assert (done.code, done.out) == (code, "")
        assert re.fullmatch(r"error: .+\n  where: .+\n  fix:   .+\n", done.err)


# Reason, column and raw price of one bad row each; the good book stands around them.
BAD_ROWS = [
    ("x1,abc,3", "AMOUNT_UNPARSED", "price", None),
    ('x2,"1,5",3', "AMOUNT_UNPARSED", "price", None),
    ("x3,NaN,3", "AMOUNT_UNPARSED", "price", None),
    ("x4,£12,3", "AMOUNT_UNPARSED", "price", None),
    ("x5,1234567890123.5,3", "AMOUNT_OVERFLOW", "price", None),
    ("x6,-5,3", "BAD_PRICE", "price", "-5"),
    ("x7,0,3", "BAD_PRICE", "price", "0"),
    ("x8,12,-1", "TENURE_NEGATIVE", "tenure_months", "12"),
    ("x9,12,two years", "TENURE_UNPARSED", "tenure_months", "12"),
    ("x10,12,24000", "TENURE_RANGE", "tenure_months", "12"),
    (",12,3", "CUSTOMER_ID_MISSING", "customer_id", "12"),
    ("n3,100", "CSV_MISSING_COLUMNS", "tenure_months", None),
    ("n4,101,3,4", "CSV_TOO_MANY_COLUMNS", None, None),
    ('"n"5,101,3', "CSV_UNQUOTED_VALUE", "customer_id", None),
]


@pytest.fixture
def rows_of(study: Any) -> Callable[..., Document]:
    """Return a function from a book and config sections to what became of its rows; nothing is analysed."""

    def read(book: Any, **options: Any) -> Document:
        study.lay_out(study.write(book, **options), "price_ledger", "reconciliation")
        found: Document = study.reconciled()
        return found

    return read


def staged(study: Any, config: Path) -> Document:
    """Return all that the models are given of a study, which decides its findings; without line ends in ids."""
    study.lay_out(config)
    tables = ("stg_book", "stg_unreadable", "quarantine", "params", "column_unread")
    found = {name: study.query(f"from {name}") for name in tables}
    return {name: sorted(re.sub(r"(\\r|\\n)", "", repr(row)) for row in rows) for name, rows in found.items()}


@pytest.fixture(scope="module")
def expected(shared_study: Any) -> Document:
    """Return what the models are given of the good book."""
    found = staged(shared_study, shared_study.write(GOOD))
    assert len(found["stg_book"]) == 24
    return found


@pytest.fixture(scope="module")
def good(shared_study: Any) -> Document:
    """Return the document of the good book."""
    document: Document = shared_study(GOOD, inference=LIKE_FOR_LIKE)
    return document


@pytest.fixture(scope="module")
def dirty(shared_study: Any) -> tuple[Path, Document]:
    """Build the good book with every bad row in its middle; return its config and document."""
    bad = "".join(f"{row}\n" for row, *_ in BAD_ROWS)
    config = shared_study.write(HEADER + "".join(NEW_ROWS) + bad + "".join(TENURED_ROWS), inference=LIKE_FOR_LIKE)
    return config, shared_study.build(config)


@pytest.fixture(scope="module")
def listed(dirty: tuple[Path, Document], call_cli: Callable[..., Any]) -> dict[int, Document]:
    """Return what `fairness sql 'from quarantine'` prints, by row of the file."""
    done = call_cli("sql", "from quarantine", "--config", dirty[0], "--format", "json")
    assert (done.code, done.err) == (0, "")
    return {record["source_row"]: record for record in json.loads(done.out)}


@pytest.mark.xdist_group("quarantine")
class TestQuarantine:
    @pytest.mark.parametrize("number", range(len(BAD_ROWS)), ids=[row for row, *_ in BAD_ROWS])
    def test_a_bad_row_is_listed_with_its_reason(self, listed: dict[int, Document], number: int) -> None:
        row, reason, column, _ = BAD_ROWS[number]
        # Twelve good rows and the header stand before the first of them.
        record = listed[14 + number]
        assert (record["role"], record["source_file"], record["reason"]) == ("book", "book.csv", reason)
        assert record["column_name"] == column
        content = record["raw_row"]
        values = list(json.loads(content).values()) if content.startswith("{") else content
        assert values == (row if reason.startswith("CSV_") else [value or None for value in next(csv.reader([row]))])

    def test_nothing_else_is_listed(self, listed: dict[int, Document]) -> None:
        assert len(listed) == len(BAD_ROWS)

    def test_rows_and_amounts_tie_out(self, dirty: tuple[Path, Document]) -> None:
        document = dirty[1]
        block = document["reconciliation"]
        reasons = Counter(reason for _, reason, *_ in BAD_ROWS)
        assert (block["rows_in"], block["rows_accepted"], block["rows_rejected"]) == (24 + len(BAD_ROWS), 24, reasons)
        assert ties_out(document["reconciliation"])
        known = [Decimal(amount) for *_, amount in BAD_ROWS if amount is not None]
        assert Decimal(block["amount_rejected"]["GBP"]) == sum(known)
        assert block["rows_without_amount"] == len(BAD_ROWS) - len(known)

    def test_the_good_rows_are_computed_without_a_verdict(self, dirty: tuple[Path, Document], good: Document) -> None:
        # 14 of 38 rows are rejected: more than a fifth.
        head = dirty[1]["headline"]
        assert (head["verdict"], head["verdict_reason"]) == ("not_assessable", "rows_rejected")
        names = ("estimate", "ci_lower", "ci_upper", "p_value", "n_tenured", "n_new", "support_share")
        assert [head[name] for name in names] == [good["headline"][name] for name in names]

    def test_the_table_says_so(self, dirty: tuple[Path, Document], call_cli: Callable[..., Any]) -> None:
        done = call_cli("analyze", dirty[0])
        assert done.code == 0
        assert done.err.startswith("Cannot be assessed: too many rows were rejected (")
        assert done.out.startswith("! 14 of 38 book rows (36.8 %) were rejected and left out of the figures below: ")
        assert f"38 rows in: 24 accepted, 0 excluded, {len(BAD_ROWS)} rejected, 0 duplicates" in done.out
        assert "AMOUNT_UNPARSED 4, BAD_PRICE 2, CSV_MISSING_COLUMNS 1" in done.out


class TestRows:
    def test_identical_rows_count_once(self, study: Study, good: Document) -> None:
        document = study(GOOD + NEW_ROWS[1] + NEW_ROWS[1], inference=LIKE_FOR_LIKE)
        block = document["reconciliation"]
        assert (block["rows_in"], block["rows_accepted"], block["rows_duplicate"]) == (26, 24, 2)
        assert block["amount_duplicate"] == {"GBP": "202.00"}
        assert ties_out(document["reconciliation"])
        assert document["headline"] == good["headline"]

    def test_contradicting_rows_are_both_set_aside(self, study: Any) -> None:
        document = study(GOOD + "n2,999,3\n", inference=LIKE_FOR_LIKE)
        block = document["reconciliation"]
        assert block["rows_rejected"] == {"DUP_BOOK_ROW": 2}
        assert block["amount_rejected"] == {"GBP": "1101.00"}
        assert ties_out(document["reconciliation"])
        assert study.query("select source_row, reason from quarantine order by all") == [
            (4, "DUP_BOOK_ROW"),
            (26, "DUP_BOOK_ROW"),
        ]
        assert document["headline"]["n_new"] == 11

    @pytest.mark.parametrize(
        "last", [pytest.param("n50,104,3\n", id="line"), pytest.param('"n\n50",104,3\n', id="lines", marks=SLOW)]
    )
    def test_a_row_is_found_by_its_file_and_record(self, study: Any, last: str) -> None:
        # Rows contradict each other across files; unreadable rows stand before and after the others. Where a field
        # breaks a line, records and lines have different numbers.
        config = study.write(None, source={"path": "part-*.csv"}, inference=LIKE_FOR_LIKE)
        first, second = (
            ("n7,free,3\n", *NEW_ROWS, last),
            ("n90\n", *TENURED_ROWS, "n2,999,3\n", "n91,-5,3\n", "n92,1,2,3\n"),
        )
        for name, rows in (("part-1.csv", first), ("part-2.csv", second)):
            (config.parent / name).write_text(HEADER + "".join(rows), encoding="utf-8")
        study.lay_out(config, "reconciliation")
        assert ties_out(study.reconciled())
        columns = "source_file, source_row, reason, column_name, raw_row ->> 'customer_id', raw_row ->> 'price'"
        readable = f"select {columns} from quarantine where reason not like 'CSV_%' order by all"
        assert study.query(readable) == [
            ("part-1.csv", 2, "AMOUNT_UNPARSED", "price", "n7", "free"),
            ("part-1.csv", 5, "DUP_BOOK_ROW", "customer_id", "n2", "102"),
            ("part-2.csv", 15, "DUP_BOOK_ROW", "customer_id", "n2", "999"),
            ("part-2.csv", 16, "BAD_PRICE", "price", "n91", "-5"),
        ]
        unreadable = "select source_file, source_row, raw_row from quarantine where reason like 'CSV_%' order by all"
        assert study.query(unreadable) == [("part-2.csv", 2, "n90"), ("part-2.csv", 17, "n92,1,2,3")]

    def test_an_amount_that_rounds_to_zero_costs_its_row(self, study: Any, rows_of: Study) -> None:
        # The ledger holds four decimals.
        names = ("price", "prior_price", "offer_price", "market_price", "expected_cost")
        rows = [{**dict.fromkeys(names, 10 + n % 3), "tenure_months": 3 if n < 12 else 30} for n in range(24)]
        block = rows_of([*rows, *({**rows[0], column: "0.00001"} for column in names)])
        assert block["rows_rejected"] == {"BAD_PRICE": len(names)}
        assert ties_out(block)
        assert study.query("select source_row, reason, column_name from quarantine order by all") == [
            (row, "BAD_PRICE", column) for row, column in enumerate(names, start=26)
        ]

    @SLOW
    def test_one_customer_may_hold_two_products(self, rows_of: Study) -> None:
        book = "customer_id,product_id,price,tenure_months\na,mobile,10,30\na,broadband,20,30\n"
        block = rows_of(book)
        assert (block["rows_accepted"], block["rows_rejected"]) == (2, {})

    @pytest.mark.parametrize("number", [pytest.param(3, marks=SLOW), 5_000])
    def test_a_byte_of_another_encoding_costs_its_row(self, study: Any, rows_of: Study, number: int) -> None:
        rows = [f"n{index},{100 + index % 3},3\n" for index in range(6_000)]
        rows[number] = rows[number].replace("n", "né", 1)
        block = rows_of((HEADER + "".join(rows) + "".join(TENURED_ROWS)).encode("latin-1"))
        assert block["rows_rejected"] == {"ENCODING": 1}
        assert ties_out(block)
        assert study.query("select source_row, reason from quarantine") == [(number + 2, "ENCODING")]

    @SLOW
    def test_a_declared_encoding_costs_nothing(self, study: Any, rows_of: Study) -> None:
        block = rows_of(GOOD.replace("n3,", "né3,").encode("latin-1"), source={"encoding": "latin-1"})
        assert block["rows_rejected"] == {}
        assert study.query("select count(*) from price_ledger where customer_id = 'né3'") == [(1,)]


class TestExpressions:
    """An expression that fails on a row costs that row, and its amounts are still counted."""

    @pytest.mark.parametrize(
        ("columns", "bad", "reason", "amount"),
        [
            ({"tenure_months": "years::int * 12"}, {"years": "two"}, "EXPRESSION_FAILED", ["100.00"]),
            pytest.param(
                {"tenure_months": "years::int"}, {"years": "two"}, "EXPRESSION_FAILED", ["100.00"], marks=SLOW
            ),
            pytest.param(
                {"price": "price::decimal(9, 2) * years::int"}, {"years": "two"}, "EXPRESSION_FAILED", [], marks=SLOW
            ),
            pytest.param({"price": "price::int // years::int"}, {"years": "0"}, "EXPRESSION_FAILED", [], marks=SLOW),
            ({"price": "price::decimal(9, 2) - 500 * years::int"}, {"years": "1"}, "BAD_PRICE", ["-400.00"]),
        ],
    )
    def test_a_failure_costs_its_row(
        self,
        *,
        study: Any,
        rows_of: Study,
        columns: dict[str, str],
        bad: dict[str, str],
        reason: str,
        amount: list[str],
    ) -> None:
        years = "0" if reason == "BAD_PRICE" else "1"
        rows = [{"price": 100, "tenure_months": 3 if n < 12 else 30, "years": years} for n in range(24)]
        block = rows_of([*rows, {**rows[0], **bad}], columns=columns)
        assert block["rows_rejected"] == {reason: 1}
        assert ties_out(block)
        assert [f"{rejected:.2f}" for rejected in block["amount_rejected"].values()] == amount
        assert study.query("select source_row, reason, column_name from quarantine") == [
            (26, reason, next(iter(columns)))
        ]

    @pytest.mark.parametrize("name", ["cell_key", "reject_reason", "source_index", 'the "old" region'])
    @pytest.mark.parametrize(
        "used",
        [
            pytest.param({}, id=""),
            pytest.param({"like_for_like": {"cell": ["?"]}, "lenses": {"by": ["?"]}}, id="used", marks=SLOW),
        ],
    )
    def test_a_column_may_have_any_name_or_is_refused(self, study: Any, name: str, used: dict[str, Any]) -> None:
        rows = [{"price": 100 + n % 3, "tenure_months": 3 if n < 12 else 30, name: "north"} for n in range(24)]
        sections = {section: {key: [name] for key in keys} for section, keys in used.items()}
        quoted = '"' + name.replace('"', '""') + '"'
        config = study.write(rows, columns={name: f"upper({quoted})"}, **sections)
        said, cells = name, 1
        try:
            cells = study.analyse(config)["headline"]["n_cells"]
        except ConfigError as error:
            said = str(error)
        assert (name in said, cells) == (True, 1)

    def test_breaks_of_a_column_that_nothing_uses_are_refused(self, study: Any, call_cli: Callable[..., Any]) -> None:
        config = study.write(GOOD, like_for_like={"breaks": {"aeg": [30, 40]}})
        done = call_cli("analyze", config)
        assert done.code == 2
        assert "aeg" in done.err


class TestDates:
    HEADER = "customer_id,price,tenure_start,as_of\n"

    def test_an_ambiguous_date_costs_its_row_not_its_file(self, study: Any, rows_of: Study) -> None:
        starts = ["03/04/2023", "2023-04-03", "3.4.2023", "someday", "1900-01-01", "2031-01-01"]
        book = self.HEADER + "".join(f"c{start},10,{start},2025-12-01\n" for start in starts)
        block = rows_of(book)
        assert block["rows_accepted"] == 1
        assert ties_out(block)
        assert study.query("select source_row, reason, column_name from quarantine order by all") == [
            (2, "DATE_AMBIGUOUS", "tenure_start"),
            (4, "DATE_AMBIGUOUS", "tenure_start"),
            (5, "DATE_UNPARSED", "tenure_start"),
            (6, "DATE_RANGE", "tenure_start"),
            (7, "TENURE_NEGATIVE", "tenure_start"),
        ]

    @SLOW
    def test_a_declared_format_decides(self, study: Any, rows_of: Study) -> None:
        book = self.HEADER + "a,10,03/04/2023,31/03/2025\n"
        rows_of(book, source={"date_format": "%d/%m/%Y"})
        assert study.query("select tenure_months from price_ledger") == [(23,)]
        rows_of(self.HEADER + "a,10,03/04/2023,03/31/2025\n", source={"date_format": "%m/%d/%Y"})
        assert study.query("select tenure_months from price_ledger") == [(24,)]

    @SLOW
    def test_two_formats_that_differ_are_ambiguous(self, study: Any, rows_of: Study) -> None:
        starts = {"a": "03/04/2023", "b": "13/04/2023", "c": "05/05/2023"}
        book = self.HEADER + "".join(f"{name},10,{start},25/12/2025\n" for name, start in starts.items())
        rows_of(book, source={"date_format": ["%d/%m/%Y", "%m/%d/%Y"]})
        assert study.query("select source_row, reason from quarantine") == [(2, "DATE_AMBIGUOUS")]
        assert study.query("select customer_id from price_ledger order by all") == [("b",), ("c",)]


class TestOneSided:
    """Without a second group there is a complete document, no verdict, and a reason; never 0 %."""

    @pytest.mark.parametrize(
        ("rows", "tenured", "said", "money"),
        [
            (TENURED_ROWS, 12, "0.0 % of 12 tenured customers", [("no_new_customers", 12, "15984.00")]),
            (NEW_ROWS, 0, "no tenured customers", []),
        ],
        ids=["no new customers", "no tenured customers"],
    )
    def test_not_assessable_and_the_money_is_counted(
        self, *, study: Any, call_cli: Callable[..., Any], rows: list[str], tenured: int, said: str, money: list[Any]
    ) -> None:
        config = study.write(HEADER + "".join(rows), inference=LIKE_FOR_LIKE)
        done = call_cli("analyze", config, "--format", "json")
        assert done.code == 0
        assert said in done.err
        document = json.loads(done.out)
        headline = document["headline"]
        assert (headline["verdict"], headline["estimate"], headline["ci_lower"]) == ("not_assessable", None, None)
        assert document["support"]["tenured_customers"] == tenured
        assert document["support"]["assessable_customers"] == 0
        assert document["support"]["not_compared"] == [
            {"reason": reason, "customers": customers, "money": amount} for reason, customers, amount in money
        ]
        assert ties_out(document["reconciliation"])

    @SLOW
    def test_an_offer_needs_no_new_customers(self, study: Study) -> None:
        book = [{"price": 110 + n, "offer_price": 100 + n, "tenure_months": 30} for n in range(12)]
        assert study(book)["headline"]["verdict"] == "penalty"


class TestCurrencies:
    def test_other_currencies_are_counted_not_compared(self, study: Any) -> None:
        book = "customer_id,currency,price,tenure_months\n"
        book += "".join(row.replace(",", ",GBP,", 1) for row in NEW_ROWS + TENURED_ROWS)
        book += "e1,EUR,5,40\ne2,eur,6,1\nu1,JPY,500,40\nm1,,6,1\nm2,pounds,6,1\n"
        document = study(book, inference=LIKE_FOR_LIKE)
        assert document["support"]["other_currencies"] == [
            {"currency": "EUR", "customers": 2, "tenured_customers": 1, "money": "132.00"},
            {"currency": "JPY", "customers": 1, "tenured_customers": 1, "money": "6000.00"},
        ]
        assert (document["headline"]["n_tenured"], document["headline"]["n_new"]) == (12, 12)
        block = document["reconciliation"]
        assert block["rows_rejected"] == {"CURRENCY_MISSING": 1, "CURRENCY_UNKNOWN": 1}
        assert {code: block["amount_accepted"][code] for code in ("EUR", "JPY")} == {"EUR": "11.00", "JPY": "500.00"}
        assert ties_out(document["reconciliation"])


class TestForms:
    """The same book in another form gives the models the same, and so the same findings."""

    @pytest.mark.parametrize(
        ("file", "book"),
        [
            pytest.param("book.tsv", GOOD.replace(",", "\t"), id="tabs"),
            pytest.param("book.csv", GOOD.replace(",", ";"), id="semicolons", marks=SLOW),
            pytest.param("book.txt", GOOD.replace(",", "|"), id="bars", marks=SLOW),
            pytest.param("book.csv", GOOD.replace("\n", "\r\n"), id="CRLF", marks=SLOW),
            pytest.param("book.csv", "\ufeff" + GOOD, id="BOM", marks=SLOW),
            pytest.param(
                "book.csv",
                "\ufeff" + GOOD.replace("customer_id", '"customer_id"'),
                id="BOM before a quote",
                marks=SLOW,
            ),
            pytest.param(
                "book.csv",
                GOOD.replace(HEADER, " Customer_ID ,price  ,  TENURE_MONTHS\n"),
                id="spaces and capitals in the header",
                marks=SLOW,
            ),
            pytest.param("book.csv", GOOD.replace("t5,", "\n\nt5,") + "\n", id="blank lines", marks=SLOW),
            pytest.param("book.csv", GOOD.rstrip("\n"), id="no line end at the end", marks=SLOW),
            pytest.param("book.csv", GOOD.replace("n3,", '"n\n3",'), id="line break in a field", marks=SLOW),
            pytest.param("book.csv", GOOD.replace("n3,", '"n\r\n3",'), id="CRLF in a field of a file without"),
            pytest.param(
                "book.csv",
                GOOD.replace("\n", "\r\n").replace("n3,", '"n\n\n3",'),
                id="empty line in a field of a CRLF file",
                marks=SLOW,
            ),
            pytest.param("book.csv.gz", gzip.compress(GOOD.encode()), id="gz", marks=SLOW),
        ],
    )
    def test_delimited_text(self, study: Any, expected: Document, file: str, book: str | bytes) -> None:
        assert staged(study, study.write(book, file=file)) == expected

    @pytest.mark.parametrize(
        ("file", "form"),
        [
            pytest.param("book.csv.zst", "format csv, compression zstd", marks=SLOW),
            ("book.parquet", "format parquet"),
            pytest.param("book.json", "format json, array true", marks=SLOW),
            pytest.param("book.ndjson.gz", "format json, compression gzip", marks=SLOW),
        ],
    )
    @pytest.mark.parametrize(
        ("money", "number"), [pytest.param("varchar", "varchar", marks=SLOW), ("decimal(9, 2)", "integer")]
    )
    def test_other_formats(
        self, *, study: Any, expected: Document, file: str, form: str, money: str, number: str
    ) -> None:
        config = study.write(None, file=file)
        (config.parent / "source").write_text(GOOD, encoding="utf-8")
        with duckdb.connect() as con:
            read = f"read_csv('{config.parent / 'source'}', header = true, all_varchar = true)"
            query = f"select customer_id, price::{money} as price, tenure_months::{number} as tenure_months from {read}"
            con.execute(f"copy ({query}) to '{config.parent / file}' ({form})")
        assert staged(study, config) == expected

    @SLOW
    def test_decimal_comma_with_grouping(self, study: Any) -> None:
        rows = [row.strip().split(",") for row in NEW_ROWS + TENURED_ROWS]
        plain = HEADER + "".join(f"{name},{int(price) * 10}.50,{tenure}\n" for name, price, tenure in rows)
        grouped = HEADER.replace(",", ";") + "".join(
            f"{name};{int(price) // 100}.{int(price) % 100:02}0,50;{tenure}\n" for name, price, tenure in rows
        )
        assert "n0;1.000,50;3" in grouped
        style = {"decimal": ",", "grouping": "."}
        expected = staged(study, study.write(plain))
        assert staged(study, study.write(grouped, source=style)) == expected
        assert study.query("select price from stg_book where customer_id = 't1'") == [(Decimal("1110.50"),)]

    def test_a_number_in_another_style_is_not_guessed(self, study: Any, rows_of: Study) -> None:
        style = {"decimal": ",", "grouping": "."}
        amounts = ("1.5", "10.00,5", "1,000.50", "1.0000")
        rows_of("price;tenure_months\n" + "".join(f"{amount};3\n" for amount in (*amounts, "1.000,50")), source=style)
        assert study.query("select source_row, reason from quarantine order by all") == [
            (row, "AMOUNT_UNPARSED") for row in range(2, 2 + len(amounts))
        ]
        assert study.query("select paid_price from price_ledger") == [(Decimal("1000.50"),)]

    def test_files_of_a_glob_are_one_book(self, study: Any, good: Document) -> None:
        config = study.write(None, source={"path": "part-*.csv"}, inference=LIKE_FOR_LIKE)
        folder: Path = config.parent
        (folder / "part-1.csv").write_text(HEADER + "".join(NEW_ROWS), encoding="utf-8")
        (folder / "part-2.csv").write_text(
            "tenure_months,price,customer_id\n"
            + "".join(",".join(reversed(row.strip().split(","))) + "\n" for row in TENURED_ROWS),
            encoding="utf-8",
        )
        document = study.analyse(config)
        assert without_build(document) == without_build(good)
        assert [source["path"] for source in document["build"]["inputs"]] == ["part-1.csv", "part-2.csv"]
