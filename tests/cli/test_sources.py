"""What a [[source]] section can say of an export: which rows are meant, and what stands above its header."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Firm, Person


def above(person: Person) -> Decimal:
    return person.offer * Decimal("1.25") if person.is_tenured else person.offer


def test_rows_that_are_not_meant_are_counted_with_their_money_and_nothing_else(firm: Firm) -> None:
    lines = [{**row, "livemode": "yes"} for row in firm.lines(above)]
    lines.append({**lines[0], "line_id": "T", "net_amount": "999.50", "livemode": "no"})
    lines.append({**lines[0], "line_id": "U", "net_amount": "no number", "livemode": "no"})
    answer = firm(
        billing=lines,
        offers=firm.offers(),
        customers=firm.customers(),
        sources={"billing": "when = \"livemode = 'yes'\""},
    )
    assert answer.code == 0, answer.err
    block = answer.document["reconciliation"]
    assert (block["rows_in"], block["rows_accepted"], block["rows_filtered"]) == (62, 60, 2)
    assert block["rows_rejected"] == block["rows_excluded"] == {}
    assert block["amount_filtered"] == {"GBP": "999.50"}
    assert block["ties_out"] is True
    assert answer.headline["estimate"] == pytest.approx(0.25)
    assert firm.query("select count(*) from quarantine") == [(0,)]
    shown = firm.analyse(firm.folder / "fairness.toml", "--format", "table")
    assert "62 rows in: 60 accepted, 2 left out by when," in " ".join(shown.out.split())


def test_a_row_of_which_nobody_knows_whether_it_is_meant_is_rejected(firm: Firm) -> None:
    lines = [{**row, "livemode": "yes"} for row in firm.lines(above)]
    lines[0]["livemode"] = ""
    answer = firm(
        billing=lines,
        offers=firm.offers(),
        customers=firm.customers(),
        sources={"billing": "when = \"livemode = 'yes'\""},
    )
    assert answer.document["reconciliation"]["rows_rejected"] == {"WHEN_UNKNOWN": 1}
    assert firm.query("select source_row, reason, column_name from quarantine") == [(2, "WHEN_UNKNOWN", "when")]


@pytest.mark.parametrize(
    ("when", "code", "said"),
    [
        ("livemode", 2, "the condition gives VARCHAR, not true or false"),
        ("livemod = 'yes'", 2, "did you mean 'livemode'?"),
        ("issued_on::date < today()", 2, "reads the clock"),
        ("livemode = 'yess'", 1, "when leaves out all 60 rows with prices"),
        ("(select true)", 2, "a subquery cannot stand in a mapping"),
    ],
)
def test_a_condition_that_cannot_be_used_says_what_to_write(firm: Firm, when: str, code: int, said: str) -> None:
    lines = [{**row, "livemode": "yes"} for row in firm.lines(above)]
    answer = firm(billing=lines, offers=firm.offers(), sources={"billing": f'when = "{when}"'})
    assert (answer.code, said in answer.err) == (code, True), answer.err
    assert "when" in answer.err
    assert "fix:" in answer.err


def test_offers_that_are_not_meant_need_no_audience(firm: Firm) -> None:
    offers = [{**row, "kind": "list"} for row in firm.offers()]
    offers.append({**offers[0], "offer_id": "old", "list_unit_price": "1.00", "audience": "", "kind": "draft"})
    answer = firm(
        billing=firm.lines(above),
        offers=offers,
        customers=firm.customers(),
        sources={"offers": "when = \"kind = 'list'\""},
    )
    assert answer.code == 0, answer.err
    assert answer.headline["estimate"] == pytest.approx(0.25)
    assert answer.document["reconciliation_by_role"]["offers"]["rows_filtered"] == 1


def put_above(file: Path, text: str, name: str = "billing.csv") -> None:
    path = file.parent / name
    path.write_text(text + path.read_text(encoding="utf-8"), encoding="utf-8")


def test_a_line_that_names_the_separator_is_read_as_one(firm: Firm) -> None:
    file = firm.write(billing=firm.lines(above), offers=firm.offers(), customers=firm.customers())
    path = file.parent / "billing.csv"
    path.write_text("sep=;\r\n" + path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert answer.document["reconciliation"]["rows_accepted"] == 60
    assert answer.headline["estimate"] == pytest.approx(0.25)


TITLES = '"Bills, June",,\n\nprinted 2024-07-01\n'


def test_title_rows_are_skipped_where_the_config_says_so(firm: Firm) -> None:
    lines = firm.lines(above)
    lines[1]["net_amount"] = "no number"
    file = firm.write(
        billing=lines, offers=firm.offers(), customers=firm.customers(), sources={"billing": "skip_rows = 3"}
    )
    put_above(file, TITLES)
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert answer.document["reconciliation"]["rows_accepted"] == 59
    # The header is line 4, so the second row is line 6.
    assert firm.query("select source_row, reason from quarantine") == [(6, "AMOUNT_UNPARSED")]


def test_a_malformed_record_below_titles_keeps_its_line(firm: Firm) -> None:
    file = firm.write(billing=firm.lines(above), offers=firm.offers(), sources={"billing": "skip_rows = 3"})
    put_above(file, TITLES)
    with (file.parent / "billing.csv").open("a", encoding="utf-8") as stream:
        stream.write("short,row\n")
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert firm.query("select source_row from quarantine") == [(65,)]


def test_a_header_that_looks_like_a_title_gives_the_line_to_write(firm: Firm) -> None:
    file = firm.write(billing=firm.lines(above), offers=firm.offers())
    put_above(file, "Bills of June\n\n")
    answer = firm.analyse(file)
    assert answer.code == 1
    assert "line 1 looks like a title" in answer.err
    assert "skip_rows = 2" in answer.err


def test_rows_in_the_list_of_one_json_object_are_read_as_rows(firm: Firm) -> None:
    file = firm.write(billing=Path("bills.json"), offers=firm.offers(), customers=firm.customers())
    page = {"object": "list", "has_more": False, "url": "/v1/lines", "data": firm.lines(lambda p: str(above(p)))}
    (file.parent / "bills.json").write_text(json.dumps(page), encoding="utf-8")
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert answer.document["reconciliation"]["rows_accepted"] == 60
    assert answer.headline["estimate"] == pytest.approx(0.25)


def test_a_list_in_a_cell_gives_the_line_to_write(firm: Firm) -> None:
    lines = [{**row, "product_id": [row["product_id"], "extra"]} for row in firm.lines(lambda p: str(above(p)))]
    file = firm.write(billing=Path("bills.json"), offers=firm.offers(), customers=firm.customers())
    (file.parent / "bills.json").write_text(json.dumps(lines), encoding="utf-8")
    answer = firm.analyse(file)
    assert answer.code == 2
    assert "the column 'product_id' holds lists or objects" in answer.err
    line = "product_id = '\"product_id\" ->> ''$[0]'''"
    assert """product_id = '"product_id" ->> \\'$[0]\\''""" in answer.err
    text = file.read_text(encoding="utf-8")
    mapped = '[source.columns]\nproduct_id = """"product_id" ->> \'$[0]\'"""\n'
    file.write_text(text.replace('path = "bills.json"\n', f'path = "bills.json"\n{mapped}'), encoding="utf-8")
    assert line
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert answer.headline["estimate"] == pytest.approx(0.25)


def test_rows_with_a_weight_are_refused(firm: Firm) -> None:
    lines = [{**row, "n": 3} for row in firm.lines(above)]
    answer = firm(billing=lines, offers=firm.offers(), sources={"billing": '[source.columns]\nweight = "n"'})
    assert answer.code == 2
    assert "a row stands for one customer" in answer.err


def test_ids_of_two_accounts_never_mix(firm: Firm) -> None:
    # The account "de" uses the ids of "uk" for other lines of other people, at the offered price.
    uk = [{**row, "source_relation": "uk"} for row in firm.lines(above)]
    de = [{**row, "source_relation": "de"} for row in firm.lines(lambda person: person.offer)]
    customers = [{**row, "source_relation": name} for name in ("uk", "de") for row in firm.customers()]
    answer = firm(billing=uk + de, offers=firm.offers(), customers=customers)
    assert answer.code == 0, answer.err
    block = answer.document["reconciliation"]
    assert (block["rows_accepted"], block["rows_duplicate"], block["rows_excluded"]) == (120, 0, {})
    # Half of the money is 25 % above the offer, the other half at it.
    assert answer.headline["estimate"] == pytest.approx(0.125)
    without = [{name: value for name, value in row.items() if name != "source_relation"} for row in firm.customers()]
    refused = firm(billing=uk + de, offers=firm.offers(), customers=without)
    assert refused.code == 2
    assert "source_relation = \"'uk'\"" in refused.err


def test_a_rejected_line_of_an_account_is_listed_with_its_row(firm: Firm) -> None:
    lines = [{**row, "source_relation": "uk"} for row in firm.lines(above)]
    lines[2]["net_amount"] = "no number"
    customers = [{**row, "source_relation": "uk"} for row in firm.customers()]
    answer = firm(billing=lines, offers=firm.offers(), customers=customers)
    assert answer.code == 0, answer.err
    assert firm.query("select source_row, reason from quarantine") == [(4, "AMOUNT_UNPARSED")]


@pytest.mark.parametrize(
    ("stamp", "form", "zone"),
    [
        ("2024-06-01 9:05:00", "", ""),
        ("2024-06-01T9:05", "", 'time_zone = "Europe/Berlin"'),
        # Half past nine in the evening of 31 May in New York is 1 June in London.
        ("2024-05-31 9:30 PM", 'date_format = ["%Y-%m-%d %I:%M %p", "%Y-%m-%d"]', 'time_zone = "America/New_York"'),
        ("2024-06-01 0:30+01:00", "", ""),
    ],
)
def test_an_hour_of_one_digit_is_an_hour(firm: Firm, stamp: str, form: str, zone: str) -> None:
    answer = firm(
        study='time_zone = "Europe/London"',
        billing=firm.lines(above, issued_on=stamp),
        offers=firm.offers(),
        customers=firm.customers(),
        sources={"billing": f"{form}\n{zone}"},
    )
    assert answer.code == 0, answer.err
    assert answer.document["reconciliation"]["rows_accepted"] == 60
    assert firm.query("select distinct issued_on from stg_billing") == [(datetime.date(2024, 6, 1),)]


def test_words_of_a_vendor_are_shown_and_mapped_in_one_line(firm: Firm) -> None:
    words = ("Posted", "Paid", "Voided")
    lines = [{**row, "state": words[place % 3]} for place, row in enumerate(firm.lines(above))]
    mapped = '[source.columns]\ninvoice_status = "state"\n'
    answer = firm(billing=lines, offers=firm.offers(), customers=firm.customers(), sources={"billing": mapped})
    assert answer.code == 1
    assert "such as 'Paid', 'Posted', 'Voided'" in answer.err
    line = re.search(r'invoice_status = "case state .* end"', answer.err)
    assert line is not None, answer.err
    file = firm.folder / "fairness.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('invoice_status = "state"', line[0]), encoding="utf-8")
    block = firm.analyse(file).document["reconciliation"]
    assert (block["rows_accepted"], block["rows_excluded"], block["rows_rejected"]) == (40, {"void": 20}, {})


def test_the_same_export_twice_changes_nothing(firm: Firm) -> None:
    files = {"billing": firm.lines(above), "offers": firm.offers(), "customers": firm.customers()}
    once = firm(**files)
    file = firm.write(**files)
    text = file.read_text(encoding="utf-8")
    for name in files:
        (file.parent / f"{name}-again.csv").write_bytes((file.parent / f"{name}.csv").read_bytes())
        text = text.replace(f'path = "{name}.csv"', f'path = "{name}*.csv"')
    file.write_text(text, encoding="utf-8")
    twice = firm.analyse(file)
    assert twice.code == 0, twice.err
    assert twice.document["findings"] == once.document["findings"]
    assert twice.document["support"] == once.document["support"]
    assert twice.document["reconciliation"]["rows_duplicate"] == 60


def test_a_month_appended_extends_and_a_corrected_export_supersedes(firm: Firm) -> None:
    def month(start: str, end: str, paid: Callable[[Person], object], extracted: str) -> list[dict[str, object]]:
        days = {"issued_on": start, "period_start": start, "period_end": end, "extracted_at": extracted}
        return [{**row, "line_id": f"{row['line_id']}-{start}", **days} for row in firm.lines(paid)]

    may = month("2024-05-01", "2024-06-01", above, "2024-06-01")
    wrong = month("2024-06-01", "2024-07-01", lambda person: person.offer, "2024-07-01")
    right = month("2024-06-01", "2024-07-01", above, "2024-07-02")
    answer = firm(billing=[*may, *wrong, *right], offers=firm.offers(), customers=firm.customers())
    assert answer.code == 0, answer.err
    # The new ones pay the same in both exports of June; those rows differ in the day of the extract alone.
    block = answer.document["reconciliation"]
    assert (block["rows_accepted"], block["rows_duplicate"], block["rows_excluded"]) == (120, 20, {"superseded": 40})
    assert answer.headline["estimate"] == pytest.approx(0.25)
