"""The price ledger and what the as-of month adds to it, worked out from the text of the files.

An oracle: plain loops and exact fractions, one function per paragraph of the rules, nothing shared with the package.
Tables are lists of dicts of text; '' is a missing value and an absent key a column that the file does not have.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.lines import Books, Line
from tests.oracle.offers import match_offer, read_offer
from tests.oracle.values import (
    Answer,
    Row,
    Settings,
    add_interval,
    completed_months,
    day,
    months_per_cycle,
    number,
    text,
    ticks,
)

GRAIN = ("customer_id", "product_id", "subscription_id", "plan_id", "currency", "interval_unit", "interval_count")
LEDGER_COLUMNS = (
    *GRAIN,
    *("month", "pricing_date", "price_ticks", "standard_ticks", "quantity", "channel", "region"),
    *("tenure_months", "is_censored", "loyalty_group", "plan_age_months", "contract_status"),
    *("offer_id", "offer_reason", "n_candidates", "headline_ticks", "effective_ticks", "standard_offer_ticks"),
    *("interval_ticks", "headline_interval_ticks", "effective_interval_ticks", "standard_interval_ticks"),
)
AS_OF_COLUMNS = (
    *GRAIN,
    *("price_set_on", "other_offer_id", "offered_other_ticks", "paid_ticks", "offered_ticks"),
    *("before_ticks", "after_ticks", "before_offer_ticks", "after_offer_ticks"),
)
BASIS_COLUMN = {"headline": "headline_ticks", "effective": "effective_ticks", "standard": "standard_offer_ticks"}
BESIDE = {
    "finance": "finance_amount",
    "fee": "fee_amount",
    "setup": "fee_amount",
    "usage": "usage_amount",
    "one_off": "one_off_amount",
    "credit": "credit_amount",
    "summary": "summary_amount",
    "tax": "tax_amount",
}
BESIDE_KEY = ("customer_id", "product_id", "currency", "month")


def ledger(books: Books, offers: list[Row]) -> list[Answer]:
    """Return one dict per grain and month whose lines make one price.

    It has `LEDGER_COLUMNS`, and beside them what `as_of_extras` needs.
    """
    settings = books.settings
    lines_of: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
    intervals: dict[tuple[Any, ...], set[tuple[str, int]]] = defaultdict(set)
    for line in books.comparable:
        for month in months_covered(line):
            thing = (line.customer_id, line.product_id, line.subscription_id, line.plan_id, line.currency)
            lines_of[(*thing, line.unit, line.count, month)].append(line)
            intervals[(*thing, month)].add((line.unit, line.count))
    for key, lines in list(lines_of.items()):
        if len(intervals[(*key[:5], key[7])]) > 1 or not is_one_price(lines):
            del lines_of[key]
    plan_starts = plan_start_dates(books)
    priced_offers = [read_offer(row, settings) for row in offers]
    rows = []
    for key, lines in lines_of.items():
        row: Answer = dict(zip((*GRAIN, "month"), key, strict=True))
        row |= prices(lines, row["interval_unit"], row["interval_count"])
        latest = latest_line(lines)
        row |= controls(latest)
        row |= clocks(latest, row["month"], books, plan_starts, settings)
        row |= match_offer(row, row["pricing_date"], priced_offers, settings)
        row["cell_key"] = cell_key(row, latest, books, settings)
        rows.append(row)
    return rows


def is_one_price(lines: list[Line]) -> bool:
    """Whether all have the unit price of the line with the most units, amounts being rounded to a coin."""
    most = max(lines, key=lambda line: (line.quantity, -line.net))
    half_a_coin = Fraction(5, 1000)
    return all(
        abs(line.net * most.quantity - most.net * line.quantity) < half_a_coin * (line.quantity + most.quantity)
        for line in lines
    )


def months_covered(line: Line) -> list[date]:
    """The months whose first day lies in [period_start, period_end)."""
    firsts = []
    month = line.period_start.replace(day=1)
    while month < line.period_end:
        if month >= line.period_start:
            firsts.append(month)
        month = add_interval(month, "month", 1)
    return firsts


def prices(lines: list[Line], unit: str, count: int) -> Answer:
    """Paid and standard price per unit and month of all lines of the grain; the paid price per interval as well."""
    quantity = sum((line.quantity for line in lines), Fraction(0))
    paid = sum((line.net for line in lines), Fraction(0))
    standard = Fraction(0)
    for line in lines:
        gross, discount = line.gross_ex_tax, line.discount_ex_tax
        standard += gross if gross is not None else line.net + (discount or 0)
    return {
        "price_ticks": ticks(paid / quantity / months_per_cycle(unit, count)),
        "interval_ticks": ticks(paid / quantity),
        "standard_ticks": ticks(standard / quantity / months_per_cycle(unit, count)),
        "quantity": Decimal(quantity.numerator) / Decimal(quantity.denominator),
        "net": paid,
    }


def latest_line(lines: list[Line]) -> Line:
    """The greatest by date of issue, line id (missing first) and content."""
    return max(lines, key=lambda line: (line.issued_on, line.line_id or "", line.content))


def controls(latest: Line) -> Answer:
    return {
        "channel": latest.channel,
        "region": latest.region,
        "discount_id": latest.discount_id,
        "pricing_date": latest.period_start,
        "set_on": latest.price_set_on or latest.period_start,
    }


def plan_start_dates(books: Books) -> dict[tuple[str, str, str | None], date]:
    """The first period start of every customer x product x plan; no plan counts as a plan."""
    starts: dict[tuple[str, str, str | None], date] = {}
    for line in books.comparable:
        key = (line.customer_id, line.product_id, line.plan_id)
        starts[key] = min(line.period_start, starts.get(key, line.period_start))
    return starts


def clocks(
    latest: Line, month: date, books: Books, plan_starts: dict[tuple[str, str, str | None], date], s: Settings
) -> Answer:
    """Tenure with its group on the first day of the month; plan age and contract status when the cycle began."""
    pricing_date = latest.period_start
    tenure_start = books.tenure_start(latest.customer_id)
    months = None if tenure_start is None else completed_months(tenure_start, month)
    is_censored = books.is_censored(latest.customer_id)
    group = "middle"
    if months is None:
        group = "unknown"
    elif months >= s.tenured_from_months:
        group = "tenured"
    elif is_censored:
        group = "unknown"
    elif months < s.new_below_months and latest.discount_audience != "existing_only":
        group = "new"
    contract_status = None
    if latest.contract_end is not None:
        contract_status = "in_contract" if latest.contract_end > pricing_date else "out_of_contract"
    plan_start = plan_starts[(latest.customer_id, latest.product_id, latest.plan_id)]
    return {
        "tenure_months": months,
        "is_censored": is_censored,
        "loyalty_group": group,
        "plan_age_months": completed_months(plan_start, pricing_date),
        "contract_status": contract_status,
    }


def amounts_beside(books: Books) -> list[Answer]:
    """Sums per customer x product x currency x month of issue in which a line stands beside the price or states tax."""
    sums: dict[tuple[Any, ...], dict[str, Fraction]] = defaultdict(lambda: dict.fromkeys(BESIDE.values(), Fraction(0)))
    priced = {id(line) for line in books.comparable}
    for line in books.standing:
        is_beside = line.status == "final" and books.is_live(line) and line.kind in BESIDE
        tax = line.tax_amount or 0
        if not is_beside and (id(line) not in priced or tax == 0):
            continue
        amounts = sums[(line.customer_id, line.product_id, line.currency, line.issued_on.replace(day=1))]
        if is_beside:
            amounts[BESIDE[line.kind]] += line.net
        amounts["tax_amount"] += tax
    return [dict(zip(BESIDE_KEY, key, strict=True)) | amounts for key, amounts in sums.items()]


def cell_key(row: Answer, latest: Line, books: Books, settings: Settings) -> tuple[Any, ...]:
    """Product, currency, interval and the configured columns, of the latest line or else of the customer."""
    customer = books.customers.get(row["customer_id"], {})
    configured = tuple(text(latest.row if name in latest.row else customer, name) for name in settings.cell)
    return (*(row[name] for name in GRAIN if name not in ("customer_id", "subscription_id")), *configured)


# ------------------------------------------------------------------------------------------------- the as-of month


def as_of_month(books: Books) -> date:
    """The configured month; else that of the latest date of issue where its day is 28 or later, or the month before."""
    if books.settings.as_of is not None:
        return date.fromisoformat(f"{books.settings.as_of[:7]}-01")
    latest: date = max(line.issued_on for line in books.lines if not line.reasons)
    first = latest.replace(day=1)
    return first if latest.day >= 28 else (first - timedelta(days=1)).replace(day=1)


def as_of_extras(books: Books, rows: list[Answer], offers: list[Row], price_events: list[Row]) -> list[Answer]:
    """Return one dict with `AS_OF_COLUMNS` per ledger row of the as-of month; `rows` is the ledger."""
    settings = books.settings
    histories: dict[tuple[Any, ...], dict[date, Answer]] = defaultdict(dict)
    for row in rows:
        histories[tuple(row[name] for name in GRAIN)][row["month"]] = row
    month = as_of_month(books)
    priced_offers = [read_offer(offer, settings) for offer in offers]
    extras = []
    for grain, history in histories.items():
        if month not in history:
            continue
        set_on = price_set_on(history, month)
        at_set = match_offer(history[month], set_on, priced_offers, settings)
        extra: Answer = dict(zip(GRAIN, grain, strict=True))
        extra |= {"price_set_on": set_on, "other_offer_id": at_set["offer_id"]}
        extra["offered_other_ticks"] = money(at_set, history[month], settings)
        extra["paid_ticks"] = ticks(history[month]["net"])
        extra["offered_ticks"] = money(history[month], history[month], settings)
        extra |= derived_comparator(history[month], histories, settings)
        extra |= change(history, month, price_events)
        extras.append(extra)
    return extras


def money(offer: Answer, row: Answer, settings: Settings) -> int | None:
    """What a new customer would pay for the units of a row: price times quantity a billing interval."""
    price = offer[f"{settings.basis}_interval_ticks"]
    return None if price is None else round(price * Fraction(row["quantity"]))


def price_set_on(history: dict[date, Answer], month: date) -> date:
    """The least day on which a price was set in the unbroken run of months, ending in `month`, with the same price."""
    last = history[month]
    dates: list[date] = []
    while month in history and history[month]["price_ticks"] == last["price_ticks"]:
        dates.append(history[month]["set_on"])
        month = add_interval(month, "month", -1)
    return min(dates)


def derived_comparator(row: Answer, histories: dict[tuple[Any, ...], dict[date, Answer]], settings: Settings) -> Answer:
    """Number of new customers of the cell who began in the month of the row's pricing date."""
    begun = []
    for history in histories.values():
        first = history[min(history)]
        same_month = first["pricing_date"].replace(day=1) == row["pricing_date"].replace(day=1)
        if first["loyalty_group"] == "new" and first["cell_key"] == row["cell_key"] and same_month:
            begun.append(first)
    return {"derived_n": len(begun) if len(begun) >= settings.min_evidence else None}


def change(history: dict[date, Answer], month: date, price_events: list[Row]) -> Answer:
    """Standard price now and 12 months before, where the same quantity and discount held all along."""
    names = ("before_ticks", "after_ticks", "before_offer_ticks", "after_offer_ticks")
    answer: Answer = dict.fromkeys(names)
    start = add_interval(month, "month", -12)
    if start not in history:
        return answer
    earlier, later = history[start], history[month]
    discounts = {row["discount_id"] for when, row in history.items() if start <= when <= month}
    if earlier["quantity"] != later["quantity"] or len(discounts) > 1:
        return answer
    before = earlier["standard_ticks"]
    between = []
    for event in price_events:
        changed_on = day(event, "changed_on")
        if changed_on is None or text(event, "subscription_id") != later["subscription_id"]:
            continue
        if earlier["pricing_date"] < changed_on < later["pricing_date"]:
            between.append((changed_on, number(event, "new_price")))
    if between:
        _, new_price = max(between, key=lambda item: item[0])
        if new_price is not None:
            before = ticks(new_price / months_per_cycle(later["interval_unit"], later["interval_count"]))
    values = (before, later["standard_ticks"], earlier["standard_offer_ticks"], later["standard_offer_ticks"])
    return dict(zip(names, values, strict=True))
