"""What is published by key: the values behind cells and lenses, references, and what happened to every row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

UNIT, UNKNOWN = chr(31), chr(30)
PRICE_COUNTS = (
    "currency varchar, cell_key varchar, lens_key varchar, loyalty_group varchar, band_order integer, "
    "pricing_decision varchar, paid_ticks bigint, market_ticks bigint, cost_ticks bigint, n_observations bigint"
)
DISPOSED = "role varchar, disposition varchar, reason varchar, currency varchar, amount decimal(18,6), n bigint"


def test_keys_come_apart_into_their_values_in_one_place(bench: Any) -> None:
    keys = [{"cell_key": UNIT.join(("gas", UNKNOWN)), "lens_key": UNIT.join((UNKNOWN, "card"))}] * 2
    bench.table("cell_coverage", "cell_key varchar, lens_key varchar", keys)
    cells = [{"column_order": 1, "column_name": "product_id"}, {"column_order": 2, "column_name": "region"}]
    lenses = [{"lens_order": 1, "lens": "age"}, {"lens_order": 2, "lens": "payment"}]
    bench.table("cell_column", "column_order integer, column_name varchar", cells)
    bench.table("lens_column", "lens_order integer, lens varchar", lenses)
    bench.run("5_counts/40_cell_value", "5_counts/45_lens_value")
    assert bench.query("select column_order, column_name, value from cell_value") == [
        (1, "product_id", "gas"),
        (2, "region", None),
    ]
    assert bench.query("select lens_order, lens, value from lens_value") == [(1, "age", None), (2, "payment", "card")]


def test_references_are_counted_by_price_whatever_was_decided(bench: Any) -> None:
    base = {"currency": "EUR", "cell_key": "gas", "lens_key": "", "loyalty_group": "tenured", "paid_ticks": 200_000}
    rows = [
        base | {"pricing_decision": "one", "market_ticks": 220_000, "cost_ticks": 150_000, "n_observations": 3},
        base | {"pricing_decision": "two", "market_ticks": 220_000, "n_observations": 4},
        base | {"currency": "USD", "market_ticks": 220_000, "n_observations": 5},
        base | {"paid_ticks": None, "market_ticks": 220_000, "n_observations": 6},
    ]
    bench.table("params", "currency varchar", [{"currency": "EUR"}])
    bench.table("price_counts", PRICE_COUNTS, rows)
    bench.run("5_counts/25_reference_counts")
    assert bench.query("select reference, paid_ticks, reference_ticks, n_observations from reference_counts") == [
        ("expected_cost", 200_000, 150_000, 3),
        ("market_price", 200_000, 220_000, 7),
    ]


def test_rows_and_money_add_up_by_what_became_of_them(bench: Any) -> None:
    accepted = {"role": "billing", "disposition": "accepted", "currency": "EUR"}
    rows = [
        accepted | {"amount": Decimal("20.5"), "n": 2},
        accepted | {"amount": Decimal(-1), "n": 1},
        accepted | {"disposition": "rejected", "reason": "AMOUNT_UNPARSED", "n": 3},
        accepted | {"disposition": "rejected", "reason": "AMOUNT_UNPARSED", "amount": Decimal(7), "n": 1},
        accepted | {"currency": None, "amount": Decimal(5), "n": 1},
    ]
    bench.table("int_row_disposition", DISPOSED, rows)
    bench.run("2_ledger/90_reconciliation")
    found = bench.query("select disposition, reason, currency, n_rows, amount, n_amount from reconciliation")
    assert found == [
        ("accepted", None, None, 1, Decimal(5), 1),
        ("accepted", None, "EUR", 3, Decimal(40), 3),
        ("rejected", "AMOUNT_UNPARSED", "EUR", 4, Decimal(7), 1),
    ]
