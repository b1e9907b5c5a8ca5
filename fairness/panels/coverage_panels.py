"""Panels that account for customers and rows: who could not be compared, and what happened to every input row."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fairness.panels import html, queries
from fairness.panels.panel import Panel, source_line
from fairness.panels.view import View
from fairness.text import data_notes, numbers, panel_words, screen, titles
from fairness.text.escape import NOTHING, Html
from fairness.text.reasons import reason_of

_EXPLAINED = ("What it means", "What to do")


def left_out(view: View) -> Panel:
    """Return who could not be compared, with their money, the reasons and what can be done about each."""
    support, study = view.document["support"], view.document["study"]
    currency = study["currency"]
    items = [
        (item["reason"], reason_of(item["reason"]), item["customers"], item["money"])
        for item in support["not_compared"]
    ]
    missing = support["tenured_customers"] - support["assessable_customers"]
    rows = [
        (_first_up(reason.label), numbers.count(n), numbers.money(amount, currency)) for _, reason, n, amount in items
    ]
    meanings = [(reason.sentence, reason.fix) for _, reason, _, _ in items]
    if len(items) > 1:
        # A customer who lacks a price for one thing and an offer for another is in two rows: customers do not add up.
        known = [Decimal(amount) for *_, amount in items if amount is not None]
        rows.append(("Together", "", numbers.money(sum(known, Decimal(0)), currency)))
        meanings.append(("", ""))
    beside = _beside(support, currency)
    head = ("Reason", "Customers", "A year")
    meanings += [("", "") for _ in beside]
    listed = tuple((*row, *meaning) for row, meaning in zip((*rows, *beside), meanings, strict=True))
    csv_rows = tuple((code, n, amount, reason.sentence, reason.fix) for code, reason, n, amount in items)
    body = _compared(support, missing)
    if rows or beside:
        body += html.plain_table(head, [*rows, *beside], total=len(items) > 1 and not beside)
    return Panel(
        key="left-out",
        title=titles.left_out_title(missing) if support["tenured_customers"] else panel_words.NO_TENURED,
        subtitle=panel_words.NOT_COMPARED,
        body=body,
        table=html.Table((*head, *_EXPLAINED), listed, (*head, *_EXPLAINED), csv_rows) if listed else None,
        sql=queries.coverage_query(view.chosen) if view.chosen or not _has_offers(view) else queries.UNMATCHED,
        foot=(
            panel_words.nothing_assumed(support["tenured_customers"]),
            source_line(view),
        ),
    )


def _beside(support: Mapping[str, Any], currency: str) -> list[tuple[str, str, str]]:
    """Return the rows of those who are in no count of the study's currency, and of unknown tenure."""
    beside = [
        (
            f"Customers in {item['currency']}",
            numbers.count(item["customers"]),
            numbers.money(item["money"], item["currency"]),
        )
        for item in support["other_currencies"]
    ]
    beside += [
        (
            _first_up(f"in no count, {reason_of(item['reason']).label}"),
            numbers.count(item["customers"]),
            numbers.money(item["money"], currency),
        )
        for item in support["beside"]
    ]
    if support["unknown_tenure_customers"]:
        share = numbers.percent(support["unknown_tenure_share"])
        beside.append((f"Unknown tenure, {share}", numbers.count(support["unknown_tenure_customers"]), "–"))
    return beside


def _compared(support: Mapping[str, Any], missing: int) -> Html:
    """Return the bar of who is compared; nothing where that is not known."""
    share = support["assessable_share"]
    if share is None:
        return NOTHING
    yes = f"{numbers.count(support['assessable_customers'])} compared, {numbers.percent(share)}"
    no = f"{numbers.count(missing)} not, {numbers.percent(1 - share)}"
    return html.bar([(share, "yes", yes), (1 - share, "no hatched", no)] if missing else [(1.0, "yes", yes)])


def _has_offers(view: View) -> bool:
    return view.head.question[:2] == ("offer_gap", "offer")


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def rows_accounted(view: View) -> Panel:
    """Return what happened to every input row: exact counts."""
    block = view.document["reconciliation"]
    lines = [
        ("Accepted", block["rows_accepted"]),
        (panel_words.EXCLUDED, sum(block["rows_excluded"].values())),
        (panel_words.REJECTED, sum(block["rows_rejected"].values())),
        ("Duplicates", block["rows_duplicate"]),
    ]
    if block["rows_filtered"]:
        lines.append((panel_words.FILTERED, block["rows_filtered"]))
    rows = tuple((name, numbers.count(n)) for name, n in lines)
    accepted, aside = lines[0][1], block["rows_in"] - lines[0][1]
    shares = [(accepted, "yes", f"{numbers.count(accepted)} accepted")]
    if aside:
        shares.append((aside, "no hatched", f"{numbers.count(aside)} set aside"))
    body = html.bar(shares) + html.plain_table(("Outcome", "Rows"), rows)
    if matched := data_notes.matched(view.document):
        body += html.plain_table(("Ids that meet", "Share"), matched)
    return Panel(
        key="rows",
        title=panel_words.accounted(block["rows_in"]),
        subtitle=screen.ROWS_OF_THE_WHOLE if view.chosen else screen.ROWS,
        body=body,
        table=html.Table(("Outcome", "Rows"), rows, ("Outcome", "Rows"), tuple(lines)),
        sql=queries.RECONCILIATION,
        foot=(
            panel_words.EXACT_ROWS,
            *([unread] if (unread := data_notes.unread(view.document)) else []),
            source_line(view),
        ),
    )
