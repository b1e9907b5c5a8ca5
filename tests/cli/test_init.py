"""`fairness init`: the export of a billing system becomes a config that builds, with the findings of the plain form."""

from __future__ import annotations

import csv
import datetime
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer

from fairness.config import READABLE_ROLES
from fairness.intake.layouts import LAYOUTS
from fairness.presets import Preset, load_presets
from fairness.presets.column_names import PLACE
from tests.cli.conftest import Firm, Person

Rows = Sequence[Mapping[str, object]]
Files = dict[str, Rows]
FIRST, LAST, NEXT = "2024-06-01", "2024-06-30", "2024-07-01"


def price(person: Person) -> Decimal:
    """Return what a customer pays for a seat: whole cents, which every system can hold."""
    return (person.offer * Decimal("1.25")).quantize(Decimal("0.01")) if person.is_tenured else person.offer


def seats(person: Person) -> int:
    return 2 if person.number % 2 else 1


def plain(firm: Firm) -> Files:
    """Return the truth: bills with seats, a charge that does not recur, a draft, a price list and customers."""
    lines = firm.lines(lambda person: price(person) * seats(person), quantity=seats, currency="GBP")
    lines = [{**row, "line_kind": "recurring", "invoice_status": "final"} for row in lines]
    lines.append({**lines[0], "line_id": "L-once", "net_amount": "7.00", "line_kind": "one_off", "quantity": 1})
    lines.append({**lines[1], "line_id": "L-draft", "net_amount": "99.00", "invoice_status": "draft", "quantity": 1})
    return {"lines": lines, "offers": firm.offers(), "customers": firm.customers()}


def cents(amount: object) -> int:
    return int(Decimal(str(amount)) * 100)


def moment(day: object) -> int:
    return int(datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp())


def british(day: object) -> str:
    return datetime.date.fromisoformat(str(day)).strftime("%d/%m/%Y")


def stripe(files: Files) -> Files:
    lines = files["lines"]
    return {
        "invoice_line_item": [
            {
                "id": row["line_id"],
                "invoice_id": f"in_{row['line_id']}",
                "amount": cents(row["net_amount"]),
                "currency": "gbp",
                "period_start": f"{FIRST} 00:00:00",
                "period_end": f"{NEXT} 00:00:00",
                "proration": "false",
                "price_id": f"{row['product_id']}-{row['line_kind']}",
                "quantity": row["quantity"],
                "livemode": "true",
                "subscription_id": f"sub_{row['customer_id']}",
                "subscription_item_id": "si",
                "type": "subscription",
            }
            for row in lines
        ],
        "invoice": [
            {
                "id": f"in_{row['line_id']}",
                "customer_id": row["customer_id"],
                "created": f"{FIRST} 08:00:00",
                "total": 1,
                "status": "paid" if row["invoice_status"] == "final" else "draft",
                "billing_reason": "subscription_cycle",
            }
            for row in lines
        ],
        "price": [
            {
                "id": f"{row['product_id']}-{kind}",
                "active": "true",
                "created": "2018-01-01 00:00:00",
                "currency": "gbp",
                "product_id": row["product_id"],
                "recurring_interval": "month" if kind == "recurring" else "",
                "recurring_interval_count": 1 if kind == "recurring" else "",
                "recurring_usage_type": "licensed",
                "type": "recurring" if kind == "recurring" else "one_time",
                "unit_amount": cents(row["list_unit_price"]),
            }
            for row in files["offers"]
            for kind in ("recurring", "one_off")
        ],
        "subscription": [
            {
                "id": f"sub_{row['customer_id']}",
                "customer_id": row["customer_id"],
                "status": "active",
                "start_date": f"{row['tenure_start']} 10:00:00",
                "billing_cycle_anchor": f"{FIRST} 00:00:00",
            }
            for row in files["customers"]
        ],
    }


def chargebee(files: Files) -> Files:
    lines = files["lines"]
    return {
        "line_items": [
            {
                "id": row["line_id"],
                "invoice_id": f"i{row['line_id']}",
                "subscription_id": f"s{row['customer_id']}",
                "customer_id": row["customer_id"],
                "date_from": moment(FIRST),
                "date_to": moment(NEXT),
                "unit_amount": cents(row["net_amount"]),
                "amount": cents(row["net_amount"]),
                "quantity": row["quantity"],
                "entity_type": "plan_item_price" if row["line_kind"] == "recurring" else "adhoc",
                "entity_id": row["product_id"],
                "discount_amount": "",
                "tax_amount": 0,
                "is_taxed": "false",
            }
            for row in lines
        ],
        "invoices": [
            {
                "id": f"i{row['line_id']}",
                "customer_id": row["customer_id"],
                "date": moment(FIRST),
                "price_type": "tax_exclusive",
                "status": "paid" if row["invoice_status"] == "final" else "pending",
                "currency_code": "GBP",
            }
            for row in lines
        ],
        "offers": files["offers"],
        "customers": files["customers"],
    }


def recurly(files: Files) -> Files:
    return {
        "line_item_history": [
            {
                "id": row["line_id"],
                "account_id": row["customer_id"],
                "invoice_id": "i",
                "subscription_id": f"s{row['customer_id']}",
                "origin": "plan" if row["line_kind"] == "recurring" else "one_time",
                "type": "charge",
                "state": "invoiced" if row["invoice_status"] == "final" else "pending",
                "plan_code": row["product_id"],
                "product_code": row["product_id"],
                "add_on_code": "",
                "currency": "GBP",
                "subtotal": row["net_amount"],
                "unit_amount": 1,
                "discount": "0.0",
                "tax": 0,
                "proration_rate": "",
                "quantity": row["quantity"],
                "created_at": f"{FIRST} 03:00:00",
                "start_date": f"{FIRST} 00:00:00",
                "end_date": f"{NEXT} 00:00:00",
            }
            for row in files["lines"]
        ],
        "offers": files["offers"],
        "customers": files["customers"],
    }


def zuora(files: Files) -> Files:
    return {
        "invoice_items": [
            {
                "Invoice Item: ID": row["line_id"],
                "Invoice: Status": "Posted" if row["invoice_status"] == "final" else "Draft",
                "Invoice: Invoice Date": british(FIRST),
                "Account: Account Number": row["customer_id"],
                "Product: Name": row["product_id"],
                "Invoice Item: Charge Name": "Fee",
                "Rate Plan Charge: Charge Type": "Recurring" if row["line_kind"] == "recurring" else "OneTime",
                "Rate Plan Charge: Billing Period": "Month",
                "Invoice Item: Processing Type": "Charge",
                "Invoice Item: Service Start Date": british(FIRST),
                "Invoice Item: Service End Date": british(LAST),
                "Invoice Item: Quantity": row["quantity"],
                "Invoice Item: Charge Amount": row["net_amount"],
                "Account: Currency": "GBP",
            }
            for row in files["lines"]
        ],
        "offers": files["offers"],
        "customers": files["customers"],
    }


def killbill(files: Files) -> Files:
    lines = files["lines"]
    return {
        "invoice_items": [
            {
                "id": row["line_id"],
                "invoice_id": f"i{row['line_id']}",
                "account_id": row["customer_id"],
                "subscription_id": f"s{row['customer_id']}",
                "linked_item_id": "",
                "product_name": row["product_id"],
                "plan_name": row["product_id"],
                "phase_name": "EVERGREEN",
                "rate": 1,
                "currency": "GBP",
                "type": "RECURRING" if row["line_kind"] == "recurring" else "EXTERNAL_CHARGE",
                "start_date": FIRST,
                "end_date": NEXT,
                "amount": row["net_amount"],
                "quantity": row["quantity"],
                "created_date": f"{FIRST} 01:00:00",
            }
            for row in lines
        ],
        "invoices": [
            {
                "id": f"i{row['line_id']}",
                "account_id": row["customer_id"],
                "invoice_date": FIRST,
                "target_date": FIRST,
                "status": "COMMITTED" if row["invoice_status"] == "final" else "DRAFT",
                "migrated": "0",
            }
            for row in lines
        ],
        "offers": files["offers"],
        "customers": files["customers"],
    }


def telecom(files: Files) -> Files:
    return {
        "bill_lines": [
            {
                "Line ID": row["line_id"],
                "Account No": row["customer_id"],
                "Invoice No": "i",
                "Bill Date": british(FIRST),
                "Tariff": row["product_id"],
                "Type": "rental" if row["line_kind"] == "recurring" else "one-off",
                "Status": "Issued" if row["invoice_status"] == "final" else "Pending",
                "From": british(FIRST),
                "To": british(LAST),
                "Qty": row["quantity"],
                "Net": str(row["net_amount"]).replace(".", ","),
            }
            for row in files["lines"]
        ],
        "offers": files["offers"],
        "customers": files["customers"],
    }


FORMS: Mapping[str, Callable[[Files], Files]] = {
    "stripe": stripe,
    "chargebee": chargebee,
    "recurly": recurly,
    "zuora": zuora,
    "killbill": killbill,
    "invoices": telecom,
}


def save(folder: Path, files: Files, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in files.items():
        names = list(dict.fromkeys(key for row in rows for key in row))
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as stream:
            writer = csv.DictWriter(stream, names, restval="", delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def told(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return what the pooled findings say, down to the last digit."""
    keys = ("estimand", "basis", "estimate", "ci_lower", "ci_upper", "p_value", "n_tenured", "n_new", "verdict")
    return [tuple(item[key] for key in keys) for item in document["findings"] if item["level"] == "pooled"]


@pytest.fixture
def init(tmp_path: Path, call_cli: Callable[..., Any]) -> Callable[..., Any]:
    def call(folder: Path, *options: str) -> Any:
        decided = [text for key in ("study.currency=GBP", "study.as_of=2024-06") for text in ("--set", key)]
        return call_cli("init", folder, "--to", folder / "fairness.toml", *(options or decided))

    return call


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_one_world_gives_the_findings_of_the_plain_form(firm: Firm, init: Any, name: str) -> None:
    files = plain(firm)
    truth = firm(billing=files["lines"], offers=files["offers"], customers=files["customers"])
    folder = save(firm.folder.parent / name, FORMS[name](files), delimiter=";" if name == "invoices" else ",")
    done = init(folder)
    assert done.code == 0, done.err
    assert f"preset {name}:" in done.err
    assert "62 rows in: 62 read, 0 rejected" in done.out
    config = folder / "fairness.toml"
    config.write_text(
        config.read_text(encoding="utf-8") + "\n[inference]\nbootstrap_replicates = 0\n", encoding="utf-8"
    )
    answer = firm.analyse(config)
    assert answer.code == 0, answer.err
    assert told(answer.document) == told(truth.document)
    assert answer.headline["estimate"] == pytest.approx(0.25, abs=0.001)
    assert answer.document["reconciliation"]["rows_excluded"] == {"draft": 1, "one_off": 1}
    assert answer.document["support"] == truth.document["support"]


def test_a_book_in_a_workbook_is_read_with_its_title(firm: Firm, init: Any) -> None:
    folder = firm.folder / "insurance"
    folder.mkdir()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Motor book"])
    sheet.append([])
    sheet.append(["Policy No", "Product", "Region", "Annual Premium", "Policy Start", "New Business Premium"])
    for person in firm.people():
        start = datetime.date(2017, 9, 1) if person.is_tenured else datetime.date(2024, 3, 1)
        sheet.append([person.name, person.product, "North", float(price(person)), start, float(person.offer)])
    book.save(folder / "book.xlsx")
    asked = init(folder, "--set", "study.currency=GBP")
    assert asked.code == 0, asked.err
    assert "1 line that only you can decide, marked DECIDE: study.as_of" in asked.err
    refused = firm.analyse(folder / "fairness.toml")
    assert refused.code == 2
    assert "study.as_of = '?': is left to you" in refused.err
    done = init(folder, "--force", "--set", "study.currency=GBP", "--set", "study.as_of=2024-06-30")
    assert done.code == 0, done.err
    text = (folder / "fairness.toml").read_text(encoding="utf-8")
    assert "skip_rows = 2" in text
    answer = firm.analyse(folder / "fairness.toml")
    assert answer.code == 0, answer.err
    assert answer.headline["estimate"] == pytest.approx(0.25, abs=0.001)


@pytest.mark.parametrize(
    ("day", "said"),
    [("05/06/2024", 'date_format = "?"    # DECIDE'), ("13/06/2024", 'date_format = ["%d/%m/%Y"]'), ("2024-06-05", "")],
)
def test_dates_are_read_only_where_the_values_decide(firm: Firm, init: Any, day: str, said: str) -> None:
    folder = save(
        firm.folder / "dates",
        {"book": [{"customer_id": f"c{n}", "price": "10.00", "customer_since": day} for n in range(5)]},
    )
    assert init(folder).code == 0
    text = (folder / "fairness.toml").read_text(encoding="utf-8")
    assert said in text
    assert ("date_format" in text) == bool(said)


def test_what_the_files_show_of_their_form_is_written(firm: Firm, init: Any) -> None:
    rows = [
        {
            "Kunde": f"é{n}",
            "customer_id": f"c{n}",
            "price": "1.010,50",
            "tenure_months": n,
            "region": "Süd",
            "currency": "EUR",
        }
        for n in range(5)
    ]
    folder = save(firm.folder / "forms", {"book": rows}, delimiter=";", encoding="cp1252")
    done = init(folder, "--to", str(folder / "fairness.toml"))
    assert done.code == 0, done.err
    text = (folder / "fairness.toml").read_text(encoding="utf-8")
    for line in ('encoding = "cp1252"', 'decimal = ","', 'grouping = "."', 'currency = "EUR"', 'cell = ["region"]'):
        assert line in text, line
    assert "1010.500000" in done.out
    assert "5,052.50 EUR" in done.out


@pytest.mark.parametrize(
    ("moments", "said"),
    [
        (("2024-05-31T22:00:00Z", "2024-11-30T23:00:00Z"), 'time_zone = "Europe/Berlin"    # nearly all moments'),
        (("2024-06-01T00:00:00Z", "2024-12-01T00:00:00Z"), '# time_zone = "Europe/London"'),
        (("2024-06-01T14:31:00Z", "2024-12-01T08:00:00Z"), '# time_zone = "Europe/London"'),
    ],
)
def test_a_zone_is_proposed_where_days_are_written_as_its_midnights(
    firm: Firm, init: Any, moments: tuple[str, str], said: str
) -> None:
    """22:00 in summer and 23:00 in winter are midnights of Berlin."""
    rows = [{"customer_id": f"c{n}", "price": "10.00", "customer_since": moments[n % 2]} for n in range(30)]
    folder = save(firm.folder / "zones", {"book": rows})
    assert init(folder).code == 0
    assert f"\n{said}" in (folder / "fairness.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("price", "is_named"), [("1999", True), ("19.99", False), ("2000", False), ("25", False)])
def test_amounts_that_may_be_cents_are_named_with_the_line_to_write(
    firm: Firm, init: Any, price: str, is_named: bool
) -> None:
    rows = [{"customer_id": f"c{n}", "price": price, "tenure_months": n} for n in range(30)]
    folder = save(firm.folder / "cents", {"book": rows})
    assert init(folder).code == 0
    comment = "    # whole numbers throughout, such as 1999: if these are cents, price::decimal(18,6) * 0.01"
    text = (folder / "fairness.toml").read_text(encoding="utf-8")
    assert (f'price = "price"{comment}' in text) == is_named
    assert 'price = "price"' in text


def test_what_exists_is_kept_and_what_is_unknown_is_refused(firm: Firm, init: Any, call_cli: Any) -> None:
    folder = save(firm.folder / "kept", {"book": [{"customer_id": "a", "price": "1", "tenure_months": "3"}]})
    assert init(folder).code == 0
    again = init(folder)
    assert (again.code, "write --force" in again.err) == (2, True)
    other = save(firm.folder / "other", {"stock": [{"shelf": "1", "colour": "red"}]})
    refused = init(other)
    assert (refused.code, "no preset knows these columns" in refused.err) == (2, True)
    assert "shelf, colour" in refused.err
    assert init(firm.folder / "nowhere").code == 2
    named = call_cli("init", folder, "--to", folder / "x.toml", "--preset", "stripes")
    assert (named.code, "the presets are " in named.err) == (2, True)


def test_a_dry_run_counts_and_publishes_nothing(firm: Firm, call_cli: Any) -> None:
    lines = [*firm.lines(price), {"line_id": "x", "net_amount": "n/k"}]
    file = firm.write(billing=lines, offers=firm.offers(), customers=firm.customers()[:50])
    done = call_cli("build", file, "--dry-run")
    assert done.code == 0, done.err
    assert "billing, billing.csv: 61 rows in: 60 read, 1 rejected (AMOUNT_UNPARSED 1)" in done.out
    total = sum(price(person) for person in firm.people())
    assert f"{total:,.2f} GBP" in done.out
    assert "customer_id: 50 of the 60 in billing stand in customers" in done.err
    assert "product_id: 10 of the 10 in billing stand in offers" in done.err
    assert not (file.parent / "out").exists()


@pytest.mark.parametrize("preset", load_presets(), ids=lambda preset: preset.name)
def test_a_preset_names_tables_and_columns_that_exist(preset: Preset) -> None:
    assert preset.fidelity
    for part in preset.parts:
        assert part.role in READABLE_ROLES
        assert set(part.columns) <= set(LAYOUTS[part.role].names)
        named = {part.first, *part.needs, *(join.table for join in part.joins)}
        assert named <= set(preset.tables)
        texts = [*part.sql, *part.asks.values(), *part.keys.values(), *(join.sql for join in part.joins)]
        texts += [text for candidates in part.columns.values() for text in candidates]
        assert {match[1] for text in texts for match in PLACE.finditer(text) if match[1]} <= set(preset.tables)
        assert not any(re.search(r"\{\W", text) for text in texts)


def test_what_the_files_do_not_say_is_asked_on_a_terminal(firm: Firm, init: Any, monkeypatch: Any) -> None:
    asked = []

    def answer(text: str, **options: object) -> str:
        asked.append(text)
        return {"study.currency": "GBP", "source[1].date_format": "%m/%d/%Y"}[text.split(":", 1)[0]]

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", answer)
    rows = [{"customer_id": f"c{n}", "price": "10.00", "tenure_months": "3", "as_of": "05/06/2024"} for n in range(3)]
    folder = save(firm.folder / "asked", {"book": rows})
    done = init(folder, "--preset", "book")
    assert done.code == 0, done.err
    assert [text.split(":", 1)[0] for text in asked] == ["study.currency", "source[1].date_format"]
    assert "(%d/%m/%Y or %m/%d/%Y)" in asked[1]
    assert "2024-05-06" in done.out
