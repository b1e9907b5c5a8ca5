"""The fact of a finding in one sentence: what happened, without sampling error."""

from __future__ import annotations

from decimal import Decimal

from fairness.findings.estimands import BY_NAME


def gap_fact(estimand: str, comparator: str, estimate: float | None, *, n_tenured: int, n_cells: int) -> str:
    """Return the sentence for a gap.

    Example:
        >>> gap_fact("like_for_like_gap", "new_customers", 0.034, n_tenured=4107, n_cells=12)
        '4,107 tenured customers in 12 cells paid 3.4 % more than new customers of the same cell.'
    """
    if estimate is None:
        return "Nothing could be compared."
    customers = "customer" if n_tenured == 1 else "customers"
    spec = BY_NAME[estimand]
    return spec.fact.format(
        who=f"{n_tenured:,} tenured {customers} in {n_cells:,} {'cell' if n_cells == 1 else 'cells'}",
        size=f"{abs(estimate) * 100:,.1f} %",
        direction="more" if estimate >= 0 else "less",
        than=spec.against(comparator).than,
    )


def overpayment_fact(gross: Decimal, net: Decimal, *, currency: str, n_affected: int, n: int) -> str:
    """Return the sentence for the money.

    Example:
        >>> overpayment_fact(Decimal("120"), Decimal("-8"), currency="GBP", n_affected=3, n=5)
        '3 of 5 tenured customers paid GBP 120.00 a year above their offer; net of those below it GBP -8.00.'
    """
    return (
        f"{n_affected:,} of {n:,} tenured customers paid {currency} {gross:,.2f} a year above their offer; "
        f"net of those below it {currency} {net:,.2f}."
    )
