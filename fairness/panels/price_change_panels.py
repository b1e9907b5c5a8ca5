"""The panels of the page *Price changes*: drivers, exposure, rises without a reason, and told against charged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fairness.causes.price_rises import UNREASONED
from fairness.panels import causes_queries, html
from fairness.panels.panel import Panel
from fairness.text import calendar_words, labels, numbers, price_change_words, price_drivers, told_outcomes
from fairness.text.escape import NOTHING

Document = dict[str, Any]

_SHOWN = 6
"""Rows of a table on the page; the rest are in the table behind it."""
_BAND = ("band", "held", "raised", "share_raised", "mean_rise")
_DECISION = ("product_id", "plan_id", "region", "channel", "starts_on")
_NOT_JUDGED = ("superseded", "not_assessable")


def drivers(document: Document) -> Panel:
    """Return what raised prices, with money and customers, the largest first."""
    rows, currency = document["drivers"], document["currency"]
    top = max(Decimal(row["money"]) for row in rows)
    lines = [
        (
            price_drivers.DRIVERS[row["driver"]],
            float(Decimal(row["money"]) / top),
            (numbers.money(row["money"], currency), numbers.count(row["customers"])),
        )
        for row in rows
    ]
    return Panel(
        key="drivers",
        title=price_change_words.drivers_title(document),
        subtitle=price_change_words.MONEY,
        body=html.bar_table(price_change_words.DRIVER_COLUMNS, lines),
        table=html.bar_numbers(
            price_change_words.DRIVER_COLUMNS,
            lines,
            ("driver", "customers", "money"),
            [(row["driver"], row["customers"], Decimal(row["money"])) for row in rows],
        ),
        sql=causes_queries.DRIVERS,
        foot=(price_change_words.NOT_FILTERED,),
    )


def exposure(document: Document) -> Panel:
    """Return by tenure how much of what is held was raised, and by how much."""
    bands = document["exposure"]
    lines = [
        (
            _band(band["band"]),
            band["share_raised"],
            (numbers.percent(band["share_raised"]), numbers.percent(band["mean_rise"], signed=True)),
            (numbers.count(band["held"]), numbers.count(band["raised"])),
        )
        for band in bands
    ]
    return Panel(
        key="exposure",
        title=price_change_words.exposure_title(bands),
        subtitle=price_change_words.EXPOSED,
        body=html.bar_table(price_change_words.BAND_COLUMNS, lines),
        table=html.bar_numbers(
            price_change_words.BAND_COLUMNS, lines, _BAND, [tuple(band[name] for name in _BAND) for band in bands]
        ),
        sql=causes_queries.EXPOSURE,
        foot=(price_change_words.EVERYBODY,),
    )


def decisions(document: Document) -> Panel | None:
    """Return the largest decisions to raise, with the share raised in each tenure band."""
    found, currency = document["decisions"], document["currency"]
    if not found:
        return None
    bands = [band["band"] for band in document["exposure"]]
    first, *rest = price_change_words.DECISION_COLUMNS
    head = (first, *rest, *map(_band, bands))
    rows, csv_rows = list[tuple[str, ...]](), list[tuple[object, ...]]()
    for item in found:
        shares = {band["band"]: band for band in item["bands"]}
        names = [item[name] for name in ("product_id", "plan_id", "region", "channel") if item[name] is not None]
        raised = f"{numbers.count(item['raised'])} of {numbers.count(item['held'])}"
        cells = [numbers.percent(shares[band]["share_raised"]) if band in shares else "–" for band in bands]
        rows.append(
            (
                ", ".join(map(labels.value, names)),
                numbers.day(item["starts_on"]),
                raised,
                numbers.money(item["money"], currency),
                *cells,
            )
        )
        key = tuple(item[name] for name in _DECISION)
        csv_rows += [(*key, *(band[name] for name in _BAND)) for band in item["bands"]]
    return Panel(
        key="decisions",
        title=price_change_words.decisions_title(len(found)),
        subtitle=price_change_words.DECIDED,
        body=html.scrolled(html.plain_table(head, rows, kind="first")),
        table=html.Table(head, tuple(rows), (*_DECISION, *_BAND), tuple(csv_rows)),
        sql=causes_queries.DECISIONS,
    )


def unreasoned(document: Document) -> list[Panel]:
    """Return the rises without a reason by product, plan, channel and region, as far as the study names them."""
    panels = []
    for owner in price_drivers.OWNERS:
        rows = [row for row in document["unreasoned"] if row["owner"] == owner]
        if rows:
            panels.append(_unreasoned(owner, rows, document["currency"]))
    return panels


def _unreasoned(owner: str, rows: Sequence[Document], currency: str) -> Panel:
    amounts: dict[str | None, dict[str, Decimal]] = defaultdict(dict)
    for row in rows:
        amounts[row["value"]][row["driver"]] = Decimal(row["money"])
    names = labels.values(amounts)
    ranked = sorted(amounts, key=lambda value: (-sum(amounts[value].values()), names[value]))
    top = sum(amounts[ranked[0]].values(), Decimal(0))
    head = (labels.column(owner), *price_change_words.OWNER_COLUMNS)
    lines = [
        (
            names[value],
            float(sum(amounts[value].values()) / top),
            tuple(numbers.money(amounts[value].get(driver, Decimal(0)), currency) for driver in UNREASONED),
        )
        for value in ranked
    ]
    fields = ("value", "driver", "customers", "money")
    return Panel(
        key=f"unreasoned-{owner.removesuffix('_id')}",
        title=price_change_words.owner_title(owner, names[ranked[0]], top, currency),
        subtitle=price_change_words.UNREASONED,
        body=html.bar_table(head, lines[:_SHOWN]),
        table=html.bar_numbers(head, lines, fields, [tuple(row[name] for name in fields) for row in rows]),
        sql=causes_queries.unreasoned(owner),
        foot=_left(lines),
    )


def outcomes(told: Document) -> Panel | None:
    """Return what came of the letters, with money above and below what they told."""
    rows, currency = told["outcomes"], told["currency"]
    if not rows:
        return None
    total = sum(row["letters"] for row in rows)
    lines = [
        (
            told_outcomes.OUTCOMES[row["outcome"]],
            row["letters"] / total,
            (
                numbers.count(row["letters"]),
                numbers.count(row["customers"]),
                numbers.money(row["over"], currency, decimals=2),
                numbers.money(row["under"], currency, decimals=2),
            ),
        )
        for row in rows
    ]
    fields = ("outcome", "letters", "customers", "over", "under")
    why = tuple(
        f"{numbers.many(row['letters'], 'letter')} not assessable: {told_outcomes.REASONS[row['reason']]}"
        for row in told["not_assessable"]
    )
    return Panel(
        key="outcomes",
        title=price_change_words.told_title(told),
        subtitle=price_change_words.TOLD,
        body=html.bar_table(price_change_words.OUTCOME_COLUMNS, lines),
        table=html.bar_numbers(
            price_change_words.OUTCOME_COLUMNS, lines, fields, [tuple(row[name] for name in fields) for row in rows]
        ),
        sql=causes_queries.OUTCOMES,
        foot=(price_change_words.NEVER_NETTED, *why),
    )


def by_tenure(told: Document) -> Panel | None:
    """Return how many letters were kept at each tenure."""
    found = _judged(told["tenure"])
    if not found:
        return None
    bands = {name: found[name] for name in sorted(found, key=_first_year)}
    currency = told["currency"]
    lines = [
        (
            _band(name),
            kept / n if n else 0.0,
            (numbers.percent(kept / n if n else None), *_over_under(over, under, currency)),
            (numbers.count(n),),
        )
        for name, (n, kept, over, under) in bands.items()
    ]
    shares = [(kept / n, name) for name, (n, kept, _, _) in bands.items() if n and name is not None]
    head = price_change_words.TENURE_COLUMNS
    fields = ("tenure", "judged", "kept", "charged_above", "charged_below")
    return Panel(
        key="told-tenure",
        title=price_change_words.tenure_title(shares),
        subtitle=price_change_words.KEPT_BY_TENURE,
        body=html.bar_table(head, lines),
        table=html.bar_numbers(head, lines, fields, [(name, *sums) for name, sums in bands.items()]),
        sql=causes_queries.TOLD_BY_TENURE,
    )


def by_run(told: Document) -> Panel | None:
    """Return the letter runs with the most letters that were not kept."""
    runs = sorted(_judged(told["campaigns"]).items(), key=lambda item: (item[1][1] - item[1][0], item[0] or ""))
    if not runs:
        return None
    currency = told["currency"]
    rows = [
        (
            price_change_words.run_name(name or ""),
            numbers.count(n),
            numbers.count(n - kept),
            *_over_under(over, under, currency),
        )
        for name, (n, kept, over, under) in runs
    ]
    head = price_change_words.RUN_COLUMNS
    broken = sum(n > kept for _, (n, kept, _, _) in runs)
    return Panel(
        key="told-runs",
        title=price_change_words.runs_title(len(runs), broken),
        subtitle=price_change_words.BY_RUN,
        body=html.plain_table(head, rows[:_SHOWN]),
        table=html.Table(
            head,
            tuple(rows),
            ("campaign", "judged", "kept", "charged_above", "charged_below"),
            tuple((name, *sums) for name, sums in runs),
        ),
        sql=causes_queries.TOLD_BY_RUN,
        foot=_left(rows),
    )


def untold(told: Document) -> Panel:
    """Return the rises that customers were not told of in time, by product."""
    found, currency = told["untold"], told["currency"]
    if found is None:
        return Panel(key="untold", title=price_change_words.NO_EVENTS, subtitle=price_change_words.UNTOLD)
    rows = found["products"]
    top = max((Decimal(row["money"]) for row in rows), default=Decimal(1))
    lines = [
        (
            labels.value(row["product_id"]),
            float(Decimal(row["money"]) / top),
            (numbers.money(row["money"], currency), numbers.count(row["customers"])),
        )
        for row in rows
    ]
    head, fields = price_change_words.UNTOLD_COLUMNS, ("product_id", "customers", "money")
    return Panel(
        key="untold",
        title=price_change_words.untold_title(found, currency),
        subtitle=price_change_words.UNTOLD,
        body=html.bar_table(head, lines[:_SHOWN]) if lines else NOTHING,
        table=html.bar_numbers(head, lines, fields, [tuple(row[name] for name in fields) for row in rows])
        if lines
        else None,
        sql=causes_queries.UNTOLD,
        foot=_left(lines),
    )


Judged = dict[str | None, tuple[int, int, Decimal, Decimal]]


def _judged(rows: Sequence[Document]) -> Judged:
    """Return letters judged, letters kept, and money above and below, by tenure or letter run."""
    found: dict[str | None, list[Any]] = defaultdict(lambda: [0, 0, Decimal(0), Decimal(0)])
    for row in rows:
        sums = found[row["value"]]
        sums[0] += 0 if row["outcome"] in _NOT_JUDGED else row["letters"]
        sums[1] += row["letters"] if row["outcome"] == "kept" else 0
        sums[2] += Decimal(row["over"])
        sums[3] += Decimal(row["under"])
    return {name: (sums[0], sums[1], sums[2], sums[3]) for name, sums in found.items()}


def _over_under(over: Decimal, under: Decimal, currency: str) -> tuple[str, str]:
    return numbers.money(over, currency, decimals=2), numbers.money(under, currency, decimals=2)


def _first_year(band: str | None) -> int:
    """Return where a band begins; an unknown tenure comes last."""
    digits = re.match(r"\d+", band or "")
    return int(digits[0]) if digits else 10**6


def _band(name: str | None) -> str:
    text = labels.band_name(name) if name is not None else "unknown"
    return f"{text[:1].upper()}{text[1:]}"


def _left(rows: Sequence[object]) -> tuple[str, ...]:
    return (price_change_words.more_rows(len(rows) - _SHOWN),) if len(rows) > _SHOWN else ()


def ahead(document: Document) -> Panel | None:
    """Return the rise calendar: what is already written about the next twelve months."""
    months, currency = document["months"], document["currency"]
    if not months:
        return None
    top = max(Decimal(row["rises"]) for row in months) or Decimal(1)
    lines: list[html.BarRow] = [
        (
            numbers.month(row["month"]),
            float(Decimal(row["rises"]) / top),
            (
                numbers.money(row["rises"], currency),
                numbers.money(row["falls"], currency),
                numbers.percent(row["gap"], signed=True),
            ),
            (numbers.count(row["raised"]),),
        )
        for row in months
    ]
    fields = ("month", "raised", "rises", "lowered", "falls", "gap")
    return Panel(
        key="ahead",
        title=price_change_words.ahead_title(document),
        subtitle=price_change_words.AHEAD,
        body=html.bar_table(price_change_words.AHEAD_COLUMNS, lines),
        table=html.bar_numbers(
            price_change_words.AHEAD_COLUMNS, lines, fields, [tuple(row[name] for name in fields) for row in months]
        ),
        foot=(calendar_words.unwritten(document),),
    )
