"""The metric strip under the headline, with the table and the SQL behind it."""

from __future__ import annotations

from fairness.findings.document import Finding
from fairness.panels import html, queries
from fairness.panels.panel import Panel, sql_of
from fairness.panels.view import View
from fairness.text import codes, labels, numbers, panel_words, sentences


def metric_strip(view: View) -> list[tuple[str, str, str, str, str]]:
    """Return the items of the metric strip: the gap, the money, the people, and who could be compared."""
    head, support = view.head, view.document["support"]
    gap = sentences.gap(head)
    figure, _, interval = gap.partition(" (")
    alike = view.pooled("like_for_like_gap")
    second = ""
    if alike is not None and head.estimand != "like_for_like_gap":
        second = f"Like for like {sentences.gap(alike)}" if alike.verdict != "not_assessable" else ""
    items = [("", labels.gap_name(head), figure, f"({interval}" if interval else "", second or _compared(head))]
    money = view.pooled("overpayment", head.comparator, head.basis)
    if money is not None and money.amount is not None and head.estimand == "offer_gap":
        currency = view.document["study"]["currency"]
        net, affected = (money.beside(name) for name in ("net", "customers_affected"))
        above = head.beside("share_above")
        items += [
            (
                "",
                panel_words.PAID_ABOVE,
                numbers.money(money.amount, currency),
                "a year",
                panel_words.net_of_those_below(numbers.money(None if net is None else str(net), currency)),
            ),
            (
                "",
                "Customers affected",
                numbers.count(int(affected or 0)),
                f"of {numbers.count(money.n_tenured)}",
                panel_words.share_above(float(above)) if above is not None else "",
            ),
        ]
    elif head.n_new is not None:
        items.append(
            (
                "",
                "Tenured customers compared",
                numbers.count(head.n_tenured),
                "",
                f"with {numbers.many(head.n_new, 'new customer')}",
            )
        )
    share = support["assessable_share"]
    by_money = support["assessable_money_share"]
    second = f"{numbers.count(support['assessable_customers'])} of {numbers.count(support['tenured_customers'])}"
    second += f"; {numbers.percent(by_money)} of money" if by_money is not None else ""
    second = "; ".join([second, *sentences.unknown_tenure(view.document)])
    items.append(("", "Could be compared", numbers.percent(share), "of tenured", second))
    return items


def _compared(head: Finding) -> str:
    if head.verdict == "not_assessable":
        return codes.reason(head.verdict_reason)
    return f"{numbers.many(head.n_tenured or 0, 'tenured customer')} in {numbers.many(head.n_cells or 0, 'cell')}"


def headline_panel(view: View) -> Panel:
    """Return table and SQL behind the headline and the strip; it has no figure."""
    head = view.head
    money = view.pooled("overpayment", head.comparator, head.basis)
    alike = view.pooled("like_for_like_gap")
    findings = [head, *(item for item in (alike, money) if item is not None and item is not head)]
    rows = tuple(
        (name, " ".join(part for part in (figure, unit) if part), second)
        for _, name, figure, unit, second in metric_strip(view)
    )
    return Panel(
        key="headline",
        title="",
        subtitle="",
        table=html.Table(("Figure", "Value", "Beside it"), rows, ("Figure", "Value", "Beside it"), rows),
        sql=sql_of(view, findings, queries.offer_query(view.chosen)),
    )
