"""Spoils sound billing lines: other rules apply to them, they are rejected, repeated, or lose their ids."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.oracle.draws import Draws, decimal_text
from tests.oracle.lines import BILLING_COLUMNS
from tests.oracle.values import Row

REJECTS: tuple[dict[str, str], ...] = (
    *({"net_amount": value, "gross_amount": "", "discount_amount": ""} for value in ("abc", "12,50", "NaN", "$5")),
    *({"net_amount": value, "gross_amount": "", "discount_amount": ""} for value in ("1_000", "1e3", "0x10", "१२")),
    *({"net_amount": value, "gross_amount": "", "discount_amount": ""} for value in ("", "1234567890123.5")),
    {"net_amount": "0.00", "gross_amount": "", "discount_amount": "0"},
    *({"gross_amount": "1.234,5"}, {"discount_amount": "5%", "gross_amount": ""}),
    *({"tax_amount": "?"}, {"list_unit_price": "n. a."}, {"quantity": "two"}, {"quantity": "0.000"}),
    *({"issued_on": value} for value in ("", "soon", "03/04/2024", "1900-01-01", "2999-12-31", "2024-13-45x")),
    *({"period_start": "1.2.2024"}, {"period_end": "next month"}, {"contract_end": "2999-12-32"}),
    *({"interval_unit": "fortnight"}, *({"interval_count": value} for value in ("0", "one", "1.5", "1_0", "1e1"))),
    *({"quantity": "1_0"}, {"product_id": "broad\x1fband"}),
    *({"currency": ""}, {"currency": "EURO"}, {"customer_id": ""}, {"customer_id": "  "}),
    *({"invoice_status": "paid"}, {"line_kind": "subscription"}, {"livemode": "maybe"}, {"is_proration": "2"}),
    *({"tax_inclusive": "perhaps"}, {"tax_inclusive": "yes", "tax_amount": ""}, {"period_end": "2001-01-01"}),
)
"""Changes that make a sound recurring line a rejected one, for one reason each; two together give two reasons."""


def spoil(d: Draws, billing: list[Row], untouched: list[Row]) -> None:
    """Change lines of all kinds in place and add to them; those in `untouched` stay the only version of themselves."""
    sound = [line for line in billing if _is_sound(line) and not _is_among(untouched, line)]
    for line in sound:
        if d.chance(0.12):
            line.update(_trouble(d, line))
    broken = [line for line in sound if d.chance(0.03) and _break(d, line)]
    for line in billing:
        if d.chance(0.15) and d.seed % 3 == 0:
            line["customer_id"] = f" {line['customer_id']}  "
        if d.chance(0.03 if d.seed % 4 else 0.5):
            line["line_id"] = ""
    for line in [line for line in billing if d.chance(0.05) and not _is_among(untouched, line)]:
        for _ in range(d.rng.choice((1, 1, 2))):
            billing.append(_version(d, line, is_broken=_is_among(broken, line)))
    _give_ids(d, billing)
    if not d.has_net:
        _state_gross(d, billing)


def _is_sound(line: Row) -> bool:
    return line["line_kind"] in ("", "recurring") and line["invoice_status"] in ("", "final")


def _is_among(lines: list[Row], line: Row) -> bool:
    return any(line is other for other in lines)


def _trouble(d: Draws, line: Row) -> Row:
    """Return a change to which other rules apply, but that rejects nothing."""
    rng = d.rng
    issued, end = date.fromisoformat(line["issued_on"]), date.fromisoformat(line["period_end"])
    amount = int(Decimal(line["net_amount"]) * 1_000_000)
    nudged = [(end + timedelta(days=days)).isoformat() for days in (-4, -3, -2, 1, 2, 3, 4)]
    set_on = (issued + timedelta(days=rng.choice((-400, -45, -2, 3)))).isoformat()
    contract_end = (issued + timedelta(days=rng.choice((-30, -1, 0, 1, 30)))).isoformat()
    no_gross = {"gross_amount": "", "discount_amount": ""}
    # Amounts below zero are read in tests/oracle/plain_bills.py, as a person reads them.
    changes: list[Row] = [
        *({"invoice_status": status} for status in ("draft", "void", "unknown")),
        *({"livemode": "no"}, {"is_proration": "yes"}, {"is_proration": "1"}),
        *({"period_start": ""}, {"period_end": ""}, {"period_start": "", "period_end": ""}),
        *({"period_end": rng.choice(nudged)} for _ in range(4)),
        *({"period_end": line["period_start"]}, {"quantity": "-1"}),
        {"net_amount": "0", "gross_amount": line["net_amount"], "discount_amount": line["net_amount"]},
        *({"region": ""}, {"channel": ""}, {"plan_id": ""}, {"quantity": "7"}, {"interval_count": "2"}),
        *({"price_set_on": set_on}, {"price_set_on": set_on}, {"contract_end": contract_end}),
        *({"issued_on": f"{line['issued_on']}T23:30:00"}, {"issued_on": f" {line['issued_on']} "}),
        *({"product_id": ""}, {"contract_end": "2999-12-31"}, {"contract_end": "9999-12-31"}),
        *({"discount_audience": "existing_only"}, {"discount_id": "d9"}, {"region": f" {line['region']} "}),
    ]
    if line["interval_count"] == "1":
        changes.append({"interval_count": "1.0"})
    taxed = {"tax_inclusive": "true", "tax_amount": decimal_text(amount // 6)}
    changes += [taxed, taxed | no_gross]
    return rng.choice(changes)


def _break(d: Draws, line: Row) -> bool:
    """Make a line a rejected one, now and then for two reasons, unless that needs a column that the file lacks."""
    change = dict(d.rng.choice(REJECTS))
    if d.chance(0.3):
        change |= {name: value for name, value in d.rng.choice(REJECTS).items() if name not in change}
    is_plain = line["tax_inclusive"] != "true" and line["is_proration"] not in ("yes", "1")
    has_period = line["period_start"] != "" and line["period_end"] != ""
    has_columns = not d.dropped & (set(change) - {"net_amount"})
    can_reject = d.has_net or "net_amount" in change or "gross_amount" not in change
    if not (is_plain and has_period and has_columns and can_reject and line["net_amount"] != "0"):
        return False
    if not d.has_net and "net_amount" in change:
        change["gross_amount"] = change["net_amount"]
    line.update(change)
    return True


def _version(d: Draws, line: Row, *, is_broken: bool) -> Row:
    """Return a copy, a copy from another extract, or other content that a date or the content itself orders."""
    rng = d.rng
    if d.chance(0.4):
        extracted_at = rng.choice((line["extracted_at"], "2026-01-02 00:00:00", ""))
        return line | {"extracted_at": extracted_at, "note": rng.choice(("", "again"))}
    if line["line_id"] == "" or is_broken or d.chance(0.3):
        return _twin(d, line)
    if d.chance(0.2) and len(line["issued_on"]) == 10:
        later = date.fromisoformat(line["issued_on"]) + timedelta(days=1)
        return line | {"issued_on": later.isoformat(), "plan_id": rng.choice(("a-0", "z-9"))}
    if "extracted_at" in d.dropped:
        return _twin(d, line)
    changes: list[Row] = [{"plan_id": "p-9"}, {"tariff": "t9"}, {"quantity": "4"}, {"region": "West"}]
    changes += [{"invoice_status": "void"}, {"invoice_status": "draft"}, {"invoice_status": "paid"}]
    d.n_ids += 1
    before_or_after = datetime(2025, 11, 1), datetime(2026, 2, 1)
    extracted_at = f"{rng.choice(before_or_after) + timedelta(minutes=d.n_ids)}"
    return line | {"extracted_at": extracted_at} | rng.choice(changes)


def _twin(d: Draws, line: Row) -> Row:
    """Return the line with another plan or else invoice, of one length and always the same column of that line."""
    if line["plan_id"][1:2] == "-" and line["invoice_id"][-1] in "02468":
        return line | {"plan_id": f"{line['plan_id'][:2]}{d.rng.randint(1, 9)}"}
    return line | {"invoice_id": d.invoice_id()}


def _give_ids(d: Draws, billing: list[Row]) -> None:
    """Give ids to lines of one grain and date that only their content would order, but for copies and twins."""
    seen: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for line in billing:
        if line["line_id"] and "line_id" not in d.dropped:
            continue
        grain = [line[name].strip() for name in ("customer_id", "product_id", "currency")]
        grain += [line["interval_unit"] or "month", line["interval_count"].removesuffix(".0") or "1"]
        others = seen[(line["issued_on"].strip()[:10], *grain)]
        if all(_are_twins(line, other) for other in others):
            others.append(line)
        elif "line_id" in d.dropped:
            d.dropped.discard("line_id")
            return _give_ids(d, billing)
        else:
            line["line_id"] = d.new_id("L")
    return None


def _are_twins(line: Row, other: Row) -> bool:
    differing = [name for name in (*BILLING_COLUMNS, "tariff", "payment_method") if line[name] != other[name]]
    one_length = all(len(line[name]) == len(other[name]) for name in differing)
    return len(differing) <= 1 and one_length and set(differing) <= {"plan_id", "invoice_id"}


def _state_gross(d: Draws, billing: list[Row]) -> None:
    """State gross amounts where a file without net amounts needs them."""
    for line in billing:
        if line["gross_amount"] == "" and line["net_amount"] != "":
            gross = Decimal(line["net_amount"]) + Decimal(line["discount_amount"] or 0)
            line["gross_amount"] = decimal_text(int(gross * 1_000_000), d.rng)
