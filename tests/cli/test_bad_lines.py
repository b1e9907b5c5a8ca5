"""Billing lines, offers and customer files that cannot be used as they are: each is set aside for a stated reason."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import duckdb
import pytest

from tests.conftest import StudyRunner, write_csv

SLOW = pytest.mark.slow

Row = Mapping[str, object]
GOOD: Row = {
    "customer_id": "a",
    "issued_on": "2025-12-01",
    "period_start": "2025-12-01",
    "period_end": "2026-01-01",
    "net_amount": "20",
    "product_id": "mobile",
}
OFFER: Row = {
    "offer_id": "o",
    "product_id": "mobile",
    "list_unit_price": "15",
    "valid_from": "2020-01-01",
    "audience": "all",
}


class Study(StudyRunner):
    """Lays out the ledger and the offers of studies from rows by role; nothing is built."""

    def __call__(
        self, config: str = "", *, source: str = "", tables: Sequence[str] = (), **roles: Sequence[Row]
    ) -> None:
        text = '[privacy]\npseudonyms = false\n[study]\nname = "Test"\ncurrency = "GBP"\nas_of = "2025-12"\n'
        for role, rows in roles.items():
            write_csv(self.folder / f"{role}.csv", rows)
            text += f'[[source]]\nrole = "{role}"\npath = "{role}.csv"\n{source}'
        path = self.folder / "fairness.toml"
        path.write_text(text + config, encoding="utf-8")
        self.lay_out(path, "price_ledger", "offers", *tables)


@pytest.fixture
def made(tmp_path: Path) -> Study:
    return Study(tmp_path)


def test_a_row_of_a_file_that_threads_read_is_found(tmp_path: Path, made: Study) -> None:
    # Words are looked up in a list, and rows that were looked up need not keep their order.
    bad = range(5_000, 400_000, 99_730)
    with duckdb.connect() as con:
        con.execute(
            f"""
            copy (
                select
                    'c' || n as customer_id, date '2025-12-01' as issued_on, 'recurring' as line_kind,
                    date '2025-12-01' as period_start, date '2026-01-01' as period_end,
                    case when n in {tuple(bad)} then 0 else 20 + n % 3 end as net_amount
                from range(1, 400001) as numbers(n)
            ) to '{tmp_path / "lines.parquet"}' (format parquet, row_group_size 20480)
            """
        )
    config = tmp_path / "fairness.toml"
    config.write_text(
        '[privacy]\npseudonyms = false\n[study]\nname = "T"\ncurrency = "GBP"\nas_of = "2025-12"\n'
        '[[source]]\nrole = "billing"\npath = "lines.parquet"\n[inference]\nbootstrap_replicates = 0\n'
        "[engine]\nthreads = 2\n",
        encoding="utf-8",
    )
    made.lay_out(config)
    listed = made.query("select source_row, reason, raw_row ->> 'customer_id' from quarantine order by 1")
    assert listed == [(number, "BAD_PRICE", f"c{number}") for number in bad]


class TestNumbers:
    """Only plain decimal notation is read, whatever else the engine's casts would take."""

    REFUSED = ("1_000", "1e3", "1E3", "0x10", "inf", "nan", "१२", "--5", ".", "1,000.00", "1.000,00", "12\u00a0")
    ACCEPTED: ClassVar = {" 12 ": "12", "+5": "5", "5.": "5", ".5": "0.5", "0012": "12"}

    def test_amounts(self, made: Study) -> None:
        texts = (*self.REFUSED, *self.ACCEPTED)
        made(billing=[{**GOOD, "customer_id": text, "net_amount": text} for text in texts])
        refused = made.query("select json_extract_string(raw_row, 'net_amount'), reason from quarantine")
        assert sorted(refused) == sorted((text, "AMOUNT_UNPARSED") for text in self.REFUSED)
        paid = dict(made.query("select customer_id, paid_price from price_ledger"))
        assert paid == {text.strip(): Decimal(value) for text, value in self.ACCEPTED.items()}

    @pytest.mark.parametrize(
        ("declared", "accepted", "refused"),
        [
            pytest.param({"grouping": ","}, {"1,000.00": 1000, "1000": 1000}, ("1_000", "1e3", "1,00.5"), marks=SLOW),
            ({"decimal": ",", "grouping": "."}, {"1.000,00": 1000, "1,5": 1.5}, ("1_000", "1e3", "1.5")),
            pytest.param({"decimal": ","}, {"1000,5": 1000.5}, ("1_000,5", "1e3", "1.000,00", "1.5"), marks=SLOW),
        ],
    )
    def test_declared_formats(
        self, *, made: Study, declared: dict[str, str], accepted: dict[str, float], refused: tuple[str, ...]
    ) -> None:
        lines = [{**GOOD, "customer_id": text, "net_amount": text} for text in (*accepted, *refused)]
        config = "".join(f'{name} = "{mark}"\n' for name, mark in declared.items())
        made(source=config, billing=lines)
        assert dict(made.query("select customer_id, cast(paid_price as double) from price_ledger")) == accepted
        listed = made.query("select json_extract_string(raw_row, 'net_amount') from quarantine")
        assert sorted(listed) == sorted((text,) for text in refused)

    def test_counts_of_intervals_and_introductory_cycles_are_whole_numbers(self, made: Study) -> None:
        counts = ("1.5", "1_0", "1e1", "0x1", "0", "-1", "one", "99999999999")
        cycles = ("1.5", "1_0", "1e1", "99999999999")
        made(
            # A whole number may be written with a point.
            billing=[{**GOOD, "customer_id": count, "interval_count": count} for count in ("1.0", *counts)],
            offers=[OFFER, *({**OFFER, "offer_id": number, "intro_cycles": number} for number in cycles)],
        )
        assert made.query("select customer_id, interval_count from price_ledger") == [("1.0", 1)]
        assert made.query("select distinct offer_id from offers") == [("o",)]
        refused = made.query(
            "select json_extract_string(raw_row, if(role = 'offers', 'intro_cycles', 'interval_count')), "
            "reason, column_name from quarantine"
        )
        assert sorted(refused) == sorted(
            [
                *((count, "INTERVAL_UNKNOWN", "interval_count") for count in counts),
                *((number, "NUMBER_UNPARSED", "intro_cycles") for number in cycles),
            ]
        )

    @SLOW
    def test_a_tenure_beyond_all_integers_is_refused(self, made: Study) -> None:
        made(book=[{"price": 1, "tenure_months": 5}, {"price": 1, "tenure_months": "99999999999"}])
        assert made.query("select reason from quarantine") == [("TENURE_UNPARSED",)]

    @SLOW
    def test_a_quantity_may_have_decimals(self, made: Study) -> None:
        made(billing=[{**GOOD, "quantity": "2.5"}])
        assert made.query("select quantity, paid_price from price_ledger") == [(Decimal("2.5"), Decimal(8))]


class TestStandardPrices:
    """The price before discounts is what changes are measured on; an export may state it as less than nothing."""

    # 199,999.5 and 200,000.5 ticks: half goes to the even neighbour on both sides of zero.
    ROUNDED: ClassVar = {"-19.99995": -200_000, "-20.00005": -200_000, "19.99995": 200_000, "20.00005": 200_000, "0": 0}

    def test_below_zero_it_is_rounded_half_to_even_too(self, made: Study) -> None:
        made(billing=[{**GOOD, "customer_id": text, "gross_amount": text} for text in self.ROUNDED])
        assert dict(made.query("select customer_id, standard_ticks from price_ledger")) == self.ROUNDED

    def test_not_above_zero_there_is_no_price_change(self, made: Study) -> None:
        """Of each product one customer's standard price is below zero: in the first month, the second, or both."""
        first, second = "2024-12-01", "2025-12-01"
        lines = []
        for product, months in (("first", (first,)), ("second", (second,)), ("both", (first, second))):
            for customer, bad in ((f"a {product}", ()), (f"b {product}", months)):
                for start, end in ((first, "2025-01-01"), (second, "2026-01-01")):
                    dates = {"issued_on": start, "period_start": start, "period_end": end, "product_id": product}
                    gross = "-20" if start in bad else "25"
                    lines.append({**GOOD, **dates, "customer_id": customer, "gross_amount": gross})
        made(billing=lines, tables=("change_counts", "cell_coverage", "cell_value"))
        by_product = "inner join cell_value using (cell_key) where column_name = 'product_id' group by all order by all"
        changed = made.query(f"select value, sum(n_observations) from change_counts {by_product}")
        assert changed == [("both", 1), ("first", 1), ("second", 1)]
        covered = made.query(f"select value, sum(n_changed), sum(n_priced) from cell_coverage {by_product}")
        assert covered == [("both", 1, 2), ("first", 1, 2), ("second", 1, 2)]


@SLOW
class TestOffers:
    """Of two prices for one offer nothing says which was offered."""

    KEYS: ClassVar[list[Row]] = [
        {},
        {"product_id": "", "plan_id": "p", "region": "North", "channel": "web", "qty_to": 5},
    ]
    OTHERS: ClassVar[list[Row]] = [
        {"list_unit_price": 17},
        {"intro_unit_price": 5},
        {"setup_fee": 9},
        {"audience": "all", "incentive_value": 9},
    ]

    def test_rows_that_contradict_each_other_are_rejected(self, made: Study) -> None:
        """Four rows of each case: two of one offer that differ in one value, another offer, the first once more."""
        empty = dict.fromkeys(("intro_unit_price", "setup_fee", "incentive_value"), "")
        rows: list[Row] = []
        for number, (keys, other) in enumerate(itertools.product(self.KEYS, self.OTHERS)):
            first = {**OFFER, **empty, "audience": "new_only", **keys, "offer_id": f"o{number}"}
            rows += [first, {**first, **other}, {**first, "offer_id": f"p{number}", "list_unit_price": 30}, first]
        n = len(self.KEYS) * len(self.OTHERS)
        made(billing=[GOOD], offers=rows, tables=["reconciliation"])
        block = made.reconciled("offers")
        assert (block["rows_in"], block["rows_accepted"], block["rows_duplicate"]) == (4 * n, n, 0)
        assert (block["rows_rejected"], block["ties_out"]) == ({"DUP_OFFER": 3 * n}, True)
        assert made.query("select source_row, reason, column_name from quarantine") == [
            (4 * case + row, "DUP_OFFER", "offer_id") for case in range(n) for row in (2, 3, 5)
        ]
        assert made.query("select offer_id from offers order by 1") == [(f"p{case}",) for case in range(n)]

    def test_other_dates_keys_and_copies_are_no_contradiction(self, made: Study) -> None:
        first = {**OFFER, "region": "North", "valid_to": "2025-06-01", "audience": "new_only"}
        rows = [
            first,
            first,
            {**first, "valid_from": "2025-06-01", "valid_to": "", "list_unit_price": 21},
            {**first, "region": "South", "list_unit_price": 22},
            {**first, "audience": "existing_only", "list_unit_price": 23},
        ]
        made(billing=[GOOD], offers=rows, tables=["reconciliation"])
        block = made.reconciled("offers")
        assert (block["rows_accepted"], block["rows_duplicate"], block["rows_rejected"]) == (4, 1, {})
        assert made.query("select count(*) from offers") == [(4,)]

    def test_an_amount_below_zero_is_refused(self, made: Study) -> None:
        columns = ("setup_fee", "incentive_value", "intro_unit_price")
        offers = [
            {**OFFER, "offer_id": f"{column} {amount}", column: amount}
            for column in columns
            for amount in ("0", "-0.01")
        ]
        made(billing=[GOOD], offers=offers, tables=["reconciliation"])
        assert made.reconciled("offers")["rows_rejected"] == {"BAD_PRICE": len(columns)}
        assert made.query("select source_row, reason, column_name from quarantine") == [
            (2 * number + 3, "BAD_PRICE", column) for number, column in enumerate(columns)
        ]


@SLOW
class TestCustomers:
    """Two rows of one customer must never multiply the lines."""

    def test_contradicting_rows_are_rejected_and_billing_stays_whole(self, made: Study) -> None:
        customers = [
            {"customer_id": "a", "tenure_start": "2015-01-01"},
            {"customer_id": "a", "tenure_start": "2025-06-01"},
            {"customer_id": "b", "tenure_start": "2015-01-01"},
            {"customer_id": "b", "tenure_start": "2015-01-01"},
        ]
        lines = [GOOD, {**GOOD, "customer_id": "b", "net_amount": "30"}]
        made(billing=lines, customers=customers, tables=["reconciliation"])
        block = made.reconciled("customers")
        assert (block["rows_in"], block["rows_accepted"], block["rows_duplicate"]) == (4, 1, 1)
        assert (block["rows_rejected"], block["ties_out"]) == ({"DUP_CUSTOMER": 2}, True)
        assert made.reconciled()["amount_accepted"] == {"GBP": Decimal(50)}
        assert made.query("select source_row, reason, column_name from quarantine") == [
            (2, "DUP_CUSTOMER", "customer_id"),
            (3, "DUP_CUSTOMER", "customer_id"),
        ]
        # The file does not say when the customer joined, and the first bill is no substitute.
        assert made.query(
            "select customer_id, paid_price, tenure_months, is_censored from price_ledger order by 1"
        ) == [
            ("a", Decimal(20), None, False),
            ("b", Decimal(30), 131, False),
        ]

    def test_rows_that_differ_in_what_nobody_uses_are_copies(self, made: Study) -> None:
        customers = [{"customer_id": "a", "segment": segment} for segment in ("x", "y")]
        made(billing=[GOOD], customers=customers, tables=["reconciliation"])
        assert made.reconciled("customers")["rows_duplicate"] == 1

    def test_rows_that_differ_in_a_cell_column_contradict(self, made: Study) -> None:
        customers = [{"customer_id": "a", "segment": segment} for segment in ("x", "y")]
        by_segment = '[like_for_like]\ncell = ["segment"]\n'
        made(by_segment, billing=[GOOD], customers=customers, tables=["reconciliation"])
        assert made.reconciled("customers")["rows_rejected"] == {"DUP_CUSTOMER": 2}
        assert made.reconciled()["rows_accepted"] == 1

    def test_a_test_customer_begins_no_data(self, made: Study) -> None:
        early = {**GOOD, "issued_on": "2025-01-01", "period_start": "2025-01-01", "period_end": "2025-02-01"}
        later = {**GOOD, "issued_on": "2025-11-01", "period_start": "2025-11-01", "period_end": "2025-12-01"}
        lines = [{**early, "customer_id": "t"}, later, GOOD, {**GOOD, "customer_id": "b"}]
        made(billing=lines, customers=[{"customer_id": "t", "is_test": "yes"}])
        # November is the first month of the data: who is there then may have been there before.
        assert made.query("select distinct customer_id, is_censored from price_ledger order by 1") == [
            ("a", True),
            ("b", False),
        ]


@SLOW
class TestDates:
    def test_what_ends_may_end_far_ahead(self, made: Study) -> None:
        lines = [{**GOOD, "customer_id": end, "contract_end": end} for end in ("2035-06-30", "9999-12-31")]
        made(billing=lines, offers=[{**OFFER, "valid_to": "9999-12-31"}])
        assert made.query("from quarantine") == []
        assert set(made.query("select contract_status, offer_id from price_ledger")) == {("in_contract", "o")}

    def test_what_a_price_depends_on_may_not_and_no_date_lies_before_1950(self, made: Study) -> None:
        dates = dict.fromkeys(("issued_on", "period_start", "period_end", "price_set_on"), "2035-06-30")
        dates["contract_end"] = "0004-01-25"
        made(billing=[GOOD, *({**GOOD, "customer_id": column, column: day} for column, day in dates.items())])
        refused = made.query(
            "select json_extract_string(raw_row, 'customer_id'), reason, column_name from quarantine order by all"
        )
        assert refused == sorted((column, "DATE_RANGE", column) for column in dates)


@SLOW
class TestProducts:
    def test_a_blank_product_is_unknown_and_no_wildcard(self, made: Study) -> None:
        made(billing=[GOOD, {**GOOD, "customer_id": "b", "product_id": " "}], offers=[OFFER])
        assert made.query("select customer_id, product_id, offer_id, offer_reason from price_ledger order by 1") == [
            ("a", "mobile", "o", None),
            ("b", "unknown", None, "no_offer"),
        ]

    def test_an_offer_without_product_fits_any_and_yields_to_one_with(self, made: Study) -> None:
        offers = [OFFER, {**OFFER, "offer_id": "any", "product_id": "", "list_unit_price": "1"}]
        lines = [GOOD, {**GOOD, "customer_id": "b", "product_id": ""}, {**GOOD, "customer_id": "c", "product_id": "tv"}]
        made(billing=lines, offers=offers)
        assert made.query("select customer_id, offer_id, n_candidates from price_ledger order by 1") == [
            ("a", "o", 2),
            ("b", "any", 1),
            ("c", "any", 1),
        ]

    def test_files_without_the_column_are_about_one_product(self, made: Study) -> None:
        strip = [{name: value for name, value in row.items() if name != "product_id"} for row in (GOOD, OFFER)]
        made(billing=strip[:1], offers=strip[1:])
        assert made.query("select product_id, offer_id from price_ledger") == [("all", "o")]


@SLOW
class TestTaxInclusive:
    """Gross, discount and net of such a line hold the tax: each is brought to ex tax at the line's own rate."""

    LINE: ClassVar[Row] = {**GOOD, "tax_inclusive": "true", "net_amount": "24", "tax_amount": "4"}

    AMOUNTS: ClassVar[list[tuple[Row, float]]] = [
        ({}, 20),
        ({"gross_amount": "30"}, 25),
        ({"gross_amount": "30", "discount_amount": "6"}, 25),
        ({"discount_amount": "6"}, 25),
        ({"net_amount": "", "gross_amount": "30", "discount_amount": "6"}, 25),
        ({"net_amount": "7", "tax_amount": "1", "gross_amount": "10"}, 8.5714),
    ]

    def test_price_before_discounts_is_ex_tax(self, made: Study) -> None:
        made(billing=[{**self.LINE, **amounts, "customer_id": n} for n, (amounts, _) in enumerate(self.AMOUNTS)])
        found = made.query("select customer_id, price_ticks, standard_ticks from price_ledger order by 1")
        assert found == [
            (str(n), 60_000 if amounts.get("net_amount") else 200_000, round(standard * 10_000))
            for n, (amounts, standard) in enumerate(self.AMOUNTS)
        ]

    def test_the_same_net_price_in_two_countries_is_one_price(self, made: Study) -> None:
        lines = [
            {**GOOD, "customer_id": "x", "net_amount": "20", "gross_amount": "25", "tax_inclusive": "no"},
            {**self.LINE, "customer_id": "y", "gross_amount": "30"},
            {**self.LINE, "customer_id": "z", "net_amount": "25", "tax_amount": "5", "gross_amount": "31.25"},
        ]
        made(billing=lines)
        assert set(made.query("select price_ticks, standard_ticks from price_ledger")) == {(200_000, 250_000)}

    def test_without_the_tax_there_is_no_rate(self, made: Study) -> None:
        made(billing=[GOOD, {**self.LINE, "customer_id": "b", "tax_amount": ""}])
        assert made.query("select reason, column_name from quarantine") == [("TAX_BASIS_UNKNOWN", "tax_amount")]


@SLOW
class TestKeyCharacters:
    """Keys are joined by a control character; a value that holds it could pass for two."""

    @pytest.mark.parametrize(
        ("columns", "config"),
        [
            (("product_id", "region", "payment"), '[like_for_like]\ncell = ["region"]\n[lenses]\nby = ["payment"]\n'),
            (("product_id", "payment"), '[like_for_like]\ncell = ["payment"]\n'),
            (("product_id",), ""),
        ],
    )
    def test_a_line_is_rejected(self, made: Study, columns: tuple[str, ...], config: str) -> None:
        good = {**GOOD, **dict.fromkeys(columns, "x")}
        bad = [(column, character) for column in columns for character in ("\x1f", "\x1e")]
        lines = [{**good, "customer_id": n, column: f"x{mark}y"} for n, (column, mark) in enumerate(bad)]
        made(config, billing=[good, *lines])
        assert made.query("select source_row - 3, reason, column_name from quarantine order by all") == [
            (n, "CONTROL_CHARACTER", column) for n, (column, _) in enumerate(bad)
        ]

    def test_a_customer_is_rejected(self, made: Study) -> None:
        customers = [{"customer_id": name, "segment": segment} for name, segment in (("a", "x"), ("b", "x\x1fy"))]
        made('[lenses]\nby = ["segment"]\n', billing=[GOOD, {**GOOD, "customer_id": "b"}], customers=customers)
        assert made.query("select role, reason, column_name from quarantine") == [
            ("customers", "CONTROL_CHARACTER", "segment")
        ]

    def test_an_offer_is_rejected(self, made: Study) -> None:
        made(billing=[GOOD], offers=[OFFER, {**OFFER, "offer_id": "p", "region": "North\x1fweb"}])
        assert made.query("select role, reason, column_name from quarantine") == [
            ("offers", "CONTROL_CHARACTER", "region")
        ]

    def test_elsewhere_it_does_no_harm(self, made: Study) -> None:
        made(billing=[{**GOOD, "region": "x\x1fy"}])
        assert json.dumps(made.query("select region from price_ledger")) == '[["x\\u001fy"]]'


@SLOW
class TestSeveralReasons:
    """A row has one reason: the first in the order of the traps, whatever the order of its columns."""

    CHANGES: ClassVar[list[tuple[Row, str, str]]] = [
        ({"issued_on": "soon", "net_amount": "abc"}, "AMOUNT_UNPARSED", "net_amount"),
        ({"customer_id": "", "issued_on": "03/04/2025"}, "DATE_AMBIGUOUS", "issued_on"),
        ({"invoice_status": "paid", "interval_count": "0"}, "STATUS_UNKNOWN", "invoice_status"),
        ({"interval_count": "0", "customer_id": ""}, "CUSTOMER_ID_MISSING", "customer_id"),
        ({"net_amount": "0", "period_end": "2025-01-01"}, "BAD_PRICE", "net_amount"),
    ]

    def test_the_first_stands(self, made: Study) -> None:
        good = {**GOOD, "invoice_status": "final", "interval_count": "1"}
        made(billing=[GOOD, *({**good, "customer_id": n, **row} for n, (row, *_) in enumerate(self.CHANGES))])
        assert made.query("select reason, column_name from quarantine order by source_row") == [
            (reason, column) for _, reason, column in self.CHANGES
        ]
