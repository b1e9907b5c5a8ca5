"""A source whose rows are joined from several files: nothing vanishes in the join, nothing counts twice."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from fairness.config import load_config
from fairness.engine.connection import looking
from fairness.intake.input_files import find_inputs, plain_copies
from tests.cli.conftest import Answer, Firm, Person

LINES = "select lines.*, prices.product_id from lines join prices using (price_id)"
Rows = Sequence[Mapping[str, object]]


def above(person: Person) -> Decimal:
    return person.offer * Decimal("1.25") if person.is_tenured else person.offer


def write_csv(path: Path, rows: Rows, *, above_it: str = "") -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(above_it)
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def bills(firm: Firm) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return lines that name a price, and the prices, which name the product."""
    lines = [{**row, "price_id": f"P-{row['product_id']}"} for row in firm.lines(above)]
    for row in lines:
        del row["product_id"]
    prices = [{"price_id": f"P-{row['product_id']}", "product_id": row["product_id"]} for row in firm.offers()]
    return lines, prices


def study(firm: Firm, *, sql: str = LINES, tables: str = "", source: str = "", **files: Rows) -> Path:
    """Write a study whose bills come from a query; a file for each table that is given rows."""
    lines, prices = bills(firm)
    file = firm.write(offers=firm.offers(), customers=firm.customers())
    text = file.read_text(encoding="utf-8")
    for name, rows in {"lines": lines, "prices": prices, **files}.items():
        write_csv(file.parent / f"{name}.csv", rows)
        if f'"{name}"' not in tables:
            text += f'[[table]]\nname = "{name}"\npath = "{name}.csv"\n'
    text += f'{tables}\n[[source]]\nrole = "billing"\nsql = """{sql}"""\n{source}\n'
    file.write_text(text, encoding="utf-8")
    return file


def test_joined_bills_give_what_the_joined_file_gives(firm: Firm) -> None:
    by_hand = firm(billing=firm.lines(above), offers=firm.offers(), customers=firm.customers())
    answer = firm.analyse(study(firm))
    assert answer.code == 0, answer.err
    assert answer.document["findings"] == by_hand.document["findings"]
    assert answer.document["support"] == by_hand.document["support"]
    (billing,) = [item for item in answer.document["build"]["inputs"] if item["role"] == "billing"]
    assert (billing["path"], billing["rows"]) == ("lines.csv + prices.csv", 60)
    assert sorted(path.name for path in firm.folder.iterdir() if path.suffix == ".parquet") == []


def test_lines_without_a_price_are_set_aside_with_their_money(firm: Firm) -> None:
    lines, prices = bills(firm)
    # Six customers of the first product, at 15.625 (four tenured, 12.50 and a quarter) or 12.50 (new).
    lost = [row for row in lines if row["price_id"] == prices[0]["price_id"]]
    file = study(firm, prices=prices[1:])
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    block = answer.document["reconciliation"]
    assert (block["rows_in"], block["rows_accepted"]) == (60, 60 - len(lost))
    assert block["rows_rejected"] == {"NOT_JOINED": len(lost)}
    assert Decimal(block["amount_rejected"]["GBP"]) == sum(Decimal(str(row["net_amount"])) for row in lost)
    assert block["ties_out"] is True
    found = firm.query(
        "select source_file, source_row, reason, column_name from quarantine order by source_row limit 2"
    )
    # The header is line 1, and the lines of the first product come first.
    assert found == [("lines.csv + prices.csv", row, "NOT_JOINED", "sql") for row in (2, 3)]


def test_a_left_join_keeps_lines_without_a_price(firm: Firm) -> None:
    _, prices = bills(firm)
    file = study(firm, prices=prices[1:], sql=LINES.replace("join", "left join"))
    answer = firm.analyse(file)
    assert answer.document["reconciliation"]["rows_accepted"] == 60


def test_a_row_that_meets_two_rows_is_refused(firm: Firm) -> None:
    _, prices = bills(firm)
    answer = firm.analyse(study(firm, prices=[*prices, {**prices[2], "product_id": "other"}]))
    assert answer.code == 1
    assert "meets several rows of prices: 6 rows would count twice" in answer.err
    assert "row 14 of lines.csv" in answer.err


def test_a_malformed_line_keeps_its_number_and_the_rest_is_read(firm: Firm) -> None:
    file = study(firm)
    path = file.parent / "lines.csv"
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(
        "".join([*text[:3], "short,line\n", *text[3:5], text[5].replace(",GBP", ""), *text[6:]]), encoding="utf-8"
    )
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert answer.document["reconciliation"]["rows_in"] == 61
    assert firm.query("select source_row, reason from quarantine") == [(4, "CSV_MISSING_COLUMNS")]


def test_a_malformed_record_of_a_table_that_is_looked_up_is_refused(firm: Firm) -> None:
    file = study(firm)
    with (file.parent / "prices.csv").open("a", encoding="utf-8") as stream:
        stream.write("P-lost\n")
    answer = firm.analyse(file)
    assert answer.code == 1
    assert "1 records of the table 'prices' cannot be read, the first in line 12" in answer.err


def test_monthly_files_of_a_table_are_read_each_with_its_own_lines(firm: Firm) -> None:
    lines, _ = bills(firm)
    file = study(firm, tables='[[table]]\nname = "lines"\npath = "lines/*.csv.gz"\nskip_rows = 1\n')
    folder = file.parent / "lines"
    folder.mkdir()
    lines[40]["net_amount"] = "no number"
    for name, rows in (("a", lines[:30]), ("b", lines[30:])):
        write_csv(folder / f"{name}.csv", rows, above_it="Bills\n")
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress((folder / f"{name}.csv").read_bytes()))
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert answer.document["reconciliation"]["rows_accepted"] == 59
    # A title, a header, and ten rows before it.
    assert firm.query("select source_file, source_row from quarantine") == [("lines/b.csv.gz + prices.csv", 13)]


def test_offers_may_be_grouped(firm: Firm) -> None:
    _, prices = bills(firm)
    book = [{**row, "version": version} for row in firm.offers() for version in (1, 2)]
    file = study(firm, book=book)
    text = file.read_text(encoding="utf-8").replace(
        'path = "offers.csv"',
        'sql = "select * exclude (version) from book '
        'qualify row_number() over (partition by offer_id order by version desc) = 1"',
    )
    file.write_text(text, encoding="utf-8")
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert answer.document["reconciliation_by_role"]["offers"]["rows_accepted"] == len(prices)
    assert answer.headline["estimate"] == pytest.approx(0.25)


def refused(answer: Answer, said: str) -> bool:
    return answer.code == 2 and said in answer.err and "fix:" in answer.err


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select * from lines where net_amount > '1'", "the query has WHERE"),
        ("select customer_id, sum(net_amount::double) as net_amount from lines group by 1", "the query has GROUP BY"),
        ("select * from lines union all select * from lines", "the query has UNION"),
        ("select distinct * from lines", "the query has DISTINCT"),
        ("select * from lines, prices", "a CROSS join"),
        ("select * from lines full join prices using (price_id)", "a FULL join"),
        ("select * from lines limit 5", "LIMIT and SAMPLE"),
        ("select *, now() as at from lines join prices using (price_id)", "'now' reads the clock"),
        ("select *, current_date as at from lines join prices using (price_id)", "'current_date' reads the clock"),
        ("select * from lines join price using (price_id)", "did you mean 'prices'?"),
        ("select * from read_csv('lines.csv')", "read_csv"),
        ("select * from 'lines.csv'", "lines.csv"),
        ("delete from lines", "DELETE"),
        ("select * from lines; select * from prices", "2 statements"),
        ("select nothing from lines join prices using (price_id)", "the query does not compute"),
        ("selec * from lines", "syntax"),
        ("select * from information_schema.tables, lines, prices", "tables"),
        ("select * from lines", "no [[source]] sql reads the table 'prices'"),
    ],
)
def test_a_query_that_cannot_be_counted_says_why(firm: Firm, sql: str, said: str) -> None:
    answer = firm.analyse(study(firm, sql=sql.replace('"', "'")))
    assert refused(answer, said), answer.err


@pytest.mark.parametrize(
    ("tables", "source", "said"),
    [
        ("", 'delimiter = ";"', "write delimiter in the [[table]] sections"),
        ("", 'path = "lines.csv"', "a source has a path or sql, not both"),
        ('[[table]]\nname = "Lines"\npath = "lines.csv"', "", "must be small letters, digits and _"),
        (
            '[[table]]\nname = "lines"\npath = "lines.csv"\n[[table]]\nname = "lines"\npath = "x.csv"',
            "",
            "names 'lines' more than once",
        ),
    ],
)
def test_sections_of_tables_are_checked(firm: Firm, tables: str, source: str, said: str) -> None:
    answer = firm.analyse(study(firm, tables=tables, source=source))
    assert (answer.code, said in answer.err) == (2, True), answer.err


def test_another_price_file_makes_another_run(firm: Firm) -> None:
    file = study(firm)
    first = firm.analyse(file).document["build"]["id"]
    assert firm.analyse(file).document["build"]["id"] == first
    path = file.parent / "prices.csv"
    path.write_text(path.read_text(encoding="utf-8") + "P-new,new\n", encoding="utf-8")
    assert firm.analyse(file).document["build"]["id"] != first


def test_a_query_leaves_the_threads_of_the_study_as_they_are(firm: Firm) -> None:
    with looking() as con:
        con.execute("set threads = 3")
        inputs = find_inputs(con, load_config(study(firm)))
        with plain_copies(con, inputs, firm.folder):
            assert con.execute("select current_setting('threads')").fetchall() == [(3,)]
