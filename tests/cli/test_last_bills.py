"""A policy refunded in full, the next bill not yet due: its customer is in no count and stands beside support."""

from __future__ import annotations

from decimal import Decimal

from tests.cli.conftest import Firm


def test_who_took_a_yearly_policy_back_holds_nothing(firm: Firm) -> None:
    yearly = {
        "issued_on": "2024-02-01",
        "period_start": "2024-02-01",
        "period_end": "2025-02-01",
        "interval_unit": "year",
    }
    lines = firm.lines(lambda person: 12 * person.offer, line_kind="recurring", **yearly)
    refunded = [line for line in lines if str(line["customer_id"]).endswith(("-0", "-4"))]
    lines += [
        {
            **line,
            "line_id": f"{line['line_id']}-c",
            "line_kind": "credit",
            "issued_on": "2024-02-10",
            "net_amount": -Decimal(str(line["net_amount"])),
        }
        for line in refunded
    ]
    yearly_offers = firm.offers(list_unit_price=lambda person: 12 * person.offer, interval_unit="year")
    file = firm.write(billing=lines, customers=firm.customers(), offers=yearly_offers)
    support = firm.analyse(file).support
    # One of four tenured customers of each product, and one of two new ones: 12 x (12.50 + 15.50 + ... + 39.50) each.
    assert (support["tenured_customers"], support["assessable_customers"], support["new_customers"]) == (30, 30, 10)
    assert support["not_compared"] == []
    assert support["beside"] == [{"reason": "reversed_last", "customers": 20, "money": "6240.00"}]
    assert firm.query("select reason, value, amount from findings_support where name = 'beside'") == [
        ("reversed_last", 20, 6240)
    ]
    said = firm.analyse(file, "--format", "table").out
    assert "In no count: 20 customers, £6,240 a year: the last bill was taken back (reversed_last)" in said
