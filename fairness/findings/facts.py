"""The fact of a finding in one sentence: what happened, without sampling error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    cells = f"{n_cells:,} {'cell' if n_cells == 1 else 'cells'}"
    return spec.fact.format(
        who=f"{n_tenured:,} tenured {customers} in {cells}",
        n=f"{n_tenured:,}",
        cells=cells,
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


def decomposition_fact(total: Decimal, terms: Mapping[str, Decimal], *, currency: str) -> str:
    """Return the sentence for the four terms of a difference of means.

    Example:
        >>> terms = {"unmatched_tenured": 9, "like_for_like": 2, "mix": 0, "unmatched_new": 2}
        >>> decomposition_fact(Decimal(13), {name: Decimal(term) for name, term in terms.items()}, currency="GBP")
        'Things held by tenured customers cost GBP 13.00 a year more on average than those of new customers: GBP 9.00
        of tenured customers without counterpart, GBP 2.00 like for like, GBP 0.00 of other products and plans,
        GBP 2.00 of new customers without counterpart.'
    """
    words = {
        "unmatched_tenured": "of tenured customers without counterpart",
        "like_for_like": "like for like",
        "mix": "of other products and plans",
        "unmatched_new": "of new customers without counterpart",
    }
    parts = ", ".join(f"{currency} {terms[name]:,.2f} {text}" for name, text in words.items())
    return (
        f"Things held by tenured customers cost {currency} {abs(total):,.2f} a year {'more' if total >= 0 else 'less'} "
        f"on average than those of new customers: {parts}."
    )


def gradient_fact(
    estimate: float, interval: tuple[float, float] | None, *, than: str, n: int, has_one_offer: bool
) -> str:
    """Return the sentence for prices across tenures.

    Example:
        >>> gradient_fact(0.012, (0.004, 0.02), than="", n=2_000, has_one_offer=False)
        'A cross-section of 2,000 things held: prices of longer-standing customers stand 1.2 % a year of tenure higher
        (0.4 to 2.0). It does not say that the price of anyone rose.'
    """
    between = f" ({interval[0] * 100:,.1f} to {interval[1] * 100:,.1f})" if interval else ""
    only = " Each cell has one offer: the slope is that of the price paid." if has_one_offer else ""
    return (
        f"A cross-section of {n:,} things held{than}: prices of longer-standing customers stand "
        f"{abs(estimate) * 100:,.1f} % a year of tenure {'higher' if estimate >= 0 else 'lower'}{between}. "
        f"It does not say that the price of anyone rose.{only}"
    )


def walking_fact(
    estimate: float,
    interval: tuple[float, float] | None,
    *,
    own: float,
    offer: float,
    n_months: int,
    share_left: float | None,
    margin: float,
) -> str:
    """Return the sentence for prices followed along each customer's path.

    Example:
        >>> walking_fact(0.03, (0.02, 0.04), own=0.051, offer=0.02, n_months=2_400, share_left=0.18, margin=0.002)
        'Followed month by month for 200 customer-years, prices of customers moved away from the new-customer offers by
        3.0 % a year, upwards (2.0 to 4.0): their own by +5.1 %, the offers by +2.0 %. Of those who stayed to pay; 18 %
        of what was held ended on the way. Held against a margin of 0.20 % a year.'
    """
    between = f" ({interval[0] * 100:,.1f} to {interval[1] * 100:,.1f})" if interval else ""
    left = "" if share_left is None else f"; {share_left * 100:,.0f} % of what was held ended on the way"
    return (
        f"Followed month by month for {n_months / 12:,.0f} customer-years, prices of customers moved away from the "
        f"new-customer offers by {abs(estimate) * 100:,.1f} % a year, {'upwards' if estimate >= 0 else 'downwards'}"
        f"{between}: their own by {own * 100:+,.1f} %, the offers by {offer * 100:+,.1f} %. "
        f"Of those who stayed to pay{left}. Held against a margin of {margin * 100:,.2f} % a year."
    )


def hidden_trait_fact(
    estimate: float | None, at_interval: float | None, shifts: Mapping[str, float], *, reason: str
) -> str:
    """Return the sentence for the hidden trait of customers that would explain the like-for-like gap.

    Example:
        >>> hidden_trait_fact(None, None, {}, reason="no_gap")
        'Like for like: there is no gap to explain.'
    """
    if reason or estimate is None:
        return f"Like for like: {_NO_TRAIT[reason]}"
    near = "" if at_interval is None else f"; {at_interval:.2f} would explain the near end of the interval"
    known = ", ".join(f"{name} {shift:.2f}" for name, shift in shifts.items())
    return (
        "Like for like: a hidden trait that multiplies or divides the odds of being tenured within a cell by "
        f"{estimate:.2f}, and goes with the new prices that explain most, would explain all{near}."
        f"{f' Recorded controls shift these odds by: {known}.' if known else ''}"
    )


_NO_TRAIT = {
    "no_gap": "there is no gap to explain.",
    "list_prices": "new customers of most cells pay one price. A hidden trait of customers cannot explain the gap, an "
    "unrecorded difference of product could.",
    "beyond_new_prices": "no mix of the new customers' prices comes to what tenured customers pay, so no hidden trait "
    "of customers within a cell explains the gap.",
}


def quality_fact(
    *, to_zero: float, to_margin: float, at_interval: float | None, share_of_offer: float, currency: str, period: str
) -> str:
    """Return the sentence for the quality that would explain the gap to the offers.

    Example:
        >>> quality_fact(
        ...     to_zero=1.0, to_margin=0.9, at_interval=None, share_of_offer=0.1, currency="GBP", period="year"
        ... )
        'Against the offers: tenured customers would have to get GBP 1.00 more a unit and year (10.0 % of the offer) for
        prices and offers to be alike, GBP 0.90 for a gap within the margin.'
    """
    near = "" if at_interval is None else f", {currency} {at_interval:,.2f} for the near end of the interval to be 0"
    return (
        f"Against the offers: tenured customers would have to get {currency} {to_zero:,.2f} more a unit and {period} "
        f"({share_of_offer * 100:,.1f} % of the offer) for prices and offers to be alike, {currency} {to_margin:,.2f} "
        f"for a gap within the margin{near}."
    )


def contrast_fact(name: str, estimate: float, same_cells: float | None) -> str:
    """Return the sentence for a lens value against the rest of its lens.

    Example:
        >>> contrast_fact("region North", 0.02, -0.001)
        'Tenured customers of region North stand 2.0 % worse against their offers than the others; in the same cells
        0.1 % better.'
    """

    def words(gap: float) -> str:
        return f"{abs(gap) * 100:,.1f} % {'worse' if gap >= 0 else 'better'}"

    alike = "no cell holds both" if same_cells is None else f"in the same cells {words(same_cells)}"
    return f"Tenured customers of {name} stand {words(estimate)} against their offers than the others; {alike}."


def segments_fact(
    found: Sequence[tuple[str, float]], *, n_searched: int, n_left_out: int | None, n_more: int = 0
) -> str:
    """Return the sentence for a search over subgroups; ``n_left_out`` is None where a single one is described.

    Example:
        >>> segments_fact([("region North", 0.08)], n_searched=120, n_left_out=None)
        'Of 120 subgroups searched, worse than the book: region North by 8.0 %.'
        >>> segments_fact([], n_searched=1, n_left_out=2)
        'Of 1 subgroup searched, none stands worse than the book. Not searched: 2, of fewer than ten effective price
        decisions or half of the money and more: a few decisions cannot be told from one bad price.'
    """
    who = f"Of {n_searched:,} {'subgroup' if n_searched == 1 else 'subgroups'} searched, "
    listed = "; ".join(f"{name} by {gap * 100:,.1f} %" for name, gap in found)
    listed += f"; and {n_more:,} more" if n_more else ""
    text = f"{who}worse than the book: {listed}." if found else f"{who}none stands worse than the book."
    if n_left_out:
        text += (
            f" Not searched: {n_left_out:,}, of fewer than ten effective price decisions or half of the money and "
            "more: a few decisions cannot be told from one bad price."
        )
    return text


def monitoring_fact(
    *,
    form: str,
    first: str,
    last: str,
    evidence: float,
    needed: float,
    n_decisions: int,
    n_months: int,
    n_waiting: int,
    alarm: str | None,
    move_together: bool,
    margin: float,
) -> str:
    """Return the sentence for the prices set from month to month.

    Example:
        >>> monitoring_fact(
        ...     form="drift", first="2024-01", last="2025-03", evidence=0.31, needed=20.0, n_decisions=212, n_months=12,
        ...     n_waiting=3, alarm=None, move_together=False, margin=0.01,
        ... )
        'Prices set from 2024-01 to 2025-03, each against the gap that the same product and plan had to its offer when
        last set a year or more before: no alarm. Evidence 0.31 of the 20 that make one, from 212 decisions in 12
        months; 3 months wait, with fewer than ten decisions: alone they cannot alarm.'
    """
    against = {
        "drift": "the gap that the same product and plan had to its offer when last set a year or more before",
        "level": "its offer",
    }[form]
    found = {"drift": "the gap has grown by more than", "level": "the gap is more than"}[form]
    if move_together:
        answer = "no alarm is given, because all prices move together from month to month: a month is one draw"
    elif alarm is None:
        answer = "no alarm"
    else:
        answer = f"ALARM in {alarm}: {found} {margin * 100:,.1f} %"
    waiting = (
        f"; {n_waiting:,} {'month waits' if n_waiting == 1 else 'months wait'}, with fewer than ten decisions: alone "
        f"{'it' if n_waiting == 1 else 'they'} cannot alarm"
        if n_waiting
        else ""
    )
    return (
        f"Prices set from {first} to {last}, each against {against}: {answer}. Evidence {evidence:,.2f} of the "
        f"{needed:,.0f} that make one, from {n_decisions:,} decisions in {n_months:,} "
        f"{'month' if n_months == 1 else 'months'}{waiting}."
    )
