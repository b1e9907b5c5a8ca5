"""Who holds several things is one customer: in each month, and among those on plans that nobody is offered."""

from __future__ import annotations

from tests.cli.conftest import PRODUCTS, Firm, Person


def first(person: Person) -> bool:
    """One tenured customer of each product: 10 of 40."""
    return person.number == 0


def test_months_and_plans_count_customers(firm: Firm) -> None:
    lines = firm.lines(lambda person: person.offer, plan_id="std")
    for line, person in zip(list(lines), firm.people(), strict=True):
        if first(person):
            other = f"tier-{(int(person.product[5:]) + 1) % PRODUCTS}"
            lines.append({**line, "line_id": f"{line['line_id']}-b", "product_id": other, "net_amount": 30})
            # A plan that new customers are not offered; one of the ten holds two of them.
            lines.append({**line, "line_id": f"{line['line_id']}-c", "plan_id": "old", "net_amount": 9})
            if person.product == "tier-0":
                lines.append({**line, "line_id": f"{line['line_id']}-d", "plan_id": "older", "net_amount": 9})
    done = firm(billing=lines, customers=firm.customers(), offers=firm.offers(plan_id="std"))
    document = done.document
    assert (document["headline"]["n_tenured"], document["headline"]["n_observations"]) == (40, 50)
    assert [(month["month"], month["n_tenured"]) for month in document["monthly"]] == [("2024-06", 40)]
    assert firm.query("from monthly_repeats")[0][1] == 10
    plans = document["plans_not_offered"]
    assert (plans["observations"], plans["share"]) == (11, 0.25)
