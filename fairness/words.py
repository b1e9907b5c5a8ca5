"""Every sentence that a reader sees, in one place: verdicts, warnings, reasons and how numbers are written.

Functions take findings as plain data (the JSON contract), so that the command line, the dashboard and the snapshot
say the same words from the same document.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

from fairness.findings.document import Data

ESTIMANDS = {
    "offer_gap": "Against the new-customer offer",
    "like_for_like_gap": "Like for like",
    "raw_gap": "Raw, plans mixed",
    "market_gap": "Against the market price",
    "cost_gap": "Against expected cost",
    "change_gap": "Price change over the year",
    "overpayment": "Paid above the offer",
}
"""Name of each estimand as a reader sees it."""

_THAN = {
    "offer_gap": "than a new customer is offered",
    "like_for_like_gap": "than new customers for the same",
    "raw_gap": "than new customers, plans mixed",
    "market_gap": "than new customers, measured against the market",
    "cost_gap": "than new customers for what they cost",
    "change_gap": "in price rises than new customers",
}

_BASES = {
    "headline": "introductory price",
    "effective": "effective price",
    "standard": "price after the introduction",
}

VERDICTS = {
    "penalty": "pay more",
    "favourable": "pay less",
    "equivalent": "equal within {margin}",
    "inconclusive": "cannot tell yet",
    "not_assessable": "cannot be assessed",
}

DECIDED = ("penalty", "favourable", "equivalent")
"""Verdicts that answer the question."""

WARNINGS = {
    "mix_reverses_sign": "The raw gap points the other way: customers hold different plans. Only like for like counts.",
    "degenerate_variance": "In some cells all prices of a group are equal: the test shuffles labels instead.",
    "few_pricing_decisions": "Too few separate price decisions stand behind this: {pricing_decisions} in effect, "
    "{min_pricing_decisions} are needed.",
    "estimators_disagree": "Money and typical customer point in opposite directions: a few dear customers decide "
    "the mean.",
    "small_effective_sample": "The interval is narrow, yet {n_eff} new prices in effect are too few to rule out "
    "hidden ones: {n_eff_needed} are needed.",
    "offsetting_gaps": "Cells differ: some pay clearly more, others less. The average hides both.",
    "narrow_support": "This covers {support} of tenured customers.{reversal}",
    "approximate": "Small sample: the interval is approximate.",
    "primary_fallback": "No new-customer offer exists in this study; the answer compares with new customers instead.",
}
"""Sentence of each warning code; braces are filled from the finding."""

REASONS = {
    "no_price": "no price stated",
    "no_offer": "no new-customer offer for this product",
    "no_offer_in_force": "no new-customer offer in force on the pricing date",
    "offer_not_positive": "the offer costs nothing after its incentive",
    "too_few_joiners": "too few customers joined in the month of pricing",
    "no_market_price": "no market price",
    "no_expected_cost": "no expected cost",
    "no_prior_price": "no prior price",
    "no_new_customers": "no new customers of the same cell",
    "too_few_customers": "too few customers in the cell",
    "no_comparable_cell": "no cell has enough new and tenured customers",
    "support_below_minimum": "too few tenured customers could be compared",
}
"""Why customers or a finding cannot be assessed."""

_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}


def percent(value: float | None, *, signed: bool = False) -> str:
    """Return a fraction as a percentage with one decimal.

    Example:
        >>> percent(0.0338), percent(-0.0004), percent(0.021, signed=True)
        ('3.4 %', '0.0 %', '+2.1 %')
    """
    return "–" if value is None else f"{_decimal(value, signed=signed)} %"


def _decimal(value: float, *, signed: bool = False) -> str:
    text = f"{value * 100:+,.1f}" if signed else f"{value * 100:,.1f}"
    text = text.replace("-", "−")
    return text.lstrip("−+") if text.strip("−+0.,") == "" else text


def gap(finding: Data) -> str:
    """Return estimate and interval in one breath.

    Example:
        >>> gap({"estimate": 0.034, "ci_lower": 0.0291, "ci_upper": 0.039, "verdict": "penalty"})
        '3.4 % (2.9 to 3.9)'
    """
    if finding["estimate"] is None or finding["verdict"] == "not_assessable":
        return "–"
    if finding["ci_lower"] is None:
        return f"{percent(finding['estimate'])} (no interval)"
    return f"{percent(finding['estimate'])} ({_decimal(finding['ci_lower'])} to {_decimal(finding['ci_upper'])})"


def money(amount: str | Decimal | None, currency: str, *, decimals: int = 0) -> str:
    """Return money with its currency; whole units unless told otherwise.

    Example:
        >>> money("267009.31", "GBP"), money("-12.5", "SEK", decimals=2)
        ('£267,009', '−SEK 12.50')
    """
    if amount is None:
        return "–"
    value = Decimal(amount)
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    sign = "−" if value < 0 else ""
    return f"{sign}{symbol}{abs(value):,.{decimals}f}"


def count(number: int | None) -> str:
    """Return a count with thousands separators.

    Example:
        >>> count(4107)
        '4,107'
    """
    return "–" if number is None else f"{number:,}"


def many(number: int, noun: str) -> str:
    """Return a count with its noun.

    Example:
        >>> many(1, "cell"), many(1204, "cell")
        ('1 cell', '1,204 cells')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(items: Iterable[str]) -> str:
    """Return items as a sentence lists them.

    Example:
        >>> listed(["product", "channel", "region"])
        'product, channel and region'
    """
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def small(number: int, noun: str) -> str:
    """Return a count with its noun as running text has it: words up to twelve.

    Example:
        >>> small(3, "comparator"), small(1, "cell"), small(24, "cell")
        ('three comparators', 'one cell', '24 cells')
    """
    text = _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"
    return f"{text} {noun}" if number == 1 else f"{text} {noun}s"


def month(as_of: str | None) -> str:
    """Return a month for reading.

    Example:
        >>> month("2025-12")
        'Dec 2025'
    """
    if as_of is None:
        return "date not stated"
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    year, number = as_of.split("-")[:2]
    return f"{names[int(number) - 1]} {year}"


def day(date: str) -> str:
    """Return a day for reading.

    Example:
        >>> day("2026-01-05")
        '5 Jan 2026'
    """
    return f"{int(date[8:10])} {month(date[:7])}"


def estimand(finding: Data) -> str:
    """Return the name of a finding's question, with the reading of the comparator where there are several.

    Example:
        >>> estimand({"estimand": "offer_gap", "comparator": "offer", "basis": "headline"})
        'Against the new-customer offer, introductory price'
    """
    name = ESTIMANDS[finding["estimand"]]
    if finding["comparator"] == "derived":
        return "Against what joiners of the same month paid"
    if finding["comparator"] == "offer" and finding["estimand"] in ("offer_gap", "overpayment"):
        return f"{name}, {_BASES[finding['basis']]}"
    return name


def headline(document: Data) -> str:
    """Return the answer of a study in one sentence.

    Example:
        >>> headline({"study": {"margin": 0.01}, "headline": {"verdict": "penalty", "estimate": 0.172,
        ...     "estimand": "offer_gap"}})
        'Tenured customers pay 17.2 % more than a new customer is offered'
    """
    return sentence(document["headline"], margin=document["study"]["margin"])


def headline_parts(document: Data) -> tuple[str, str, str]:
    """Return the headline in three parts, the middle one the figure to stress; it may be empty.

    Example:
        >>> headline_parts({"study": {"margin": 0.01}, "headline": {"verdict": "penalty", "estimate": 0.172,
        ...     "estimand": "offer_gap"}})
        ('Tenured customers pay ', '17.2 % more', ' than a new customer is offered')
    """
    text, finding = headline(document), document["headline"]
    figures = {"penalty": "{} more", "favourable": "{} less"}
    if finding["verdict"] not in figures:
        return text, "", ""
    figure = figures[finding["verdict"]].format(percent(abs(finding["estimate"])))
    before, _, after = text.partition(figure)
    return before, figure, after


def sentence(finding: Data, *, margin: float) -> str:
    """Return the verdict of a finding in one sentence."""
    than = _THAN[finding["estimand"]]
    verdict = finding["verdict"]
    if verdict == "penalty":
        return f"Tenured customers pay {percent(finding['estimate'])} more {than}"
    if verdict == "favourable":
        return f"Tenured customers pay {percent(-finding['estimate'])} less {than}"
    if verdict == "equivalent":
        return f"Equal within {margin * 100:g} %: tenured customers pay neither more nor less {than}"
    if verdict == "inconclusive":
        decides = what_decides(finding)
        return f"Cannot tell yet whether tenured customers pay more {than}{f': {decides}' if decides else ''}"
    return f"Cannot be assessed: {REASONS.get(finding['verdict_reason'], finding['verdict_reason'])}"


def still_needed(finding: Data) -> str:
    """Return in few words what would decide an inconclusive finding, or what keeps it open.

    Example:
        >>> still_needed({"verdict_reason": "estimators_disagree", "deciding_sample": None})
        'estimators disagree'
    """
    text = what_decides(finding)
    if text.startswith("about "):
        return text.removeprefix("about ").removesuffix(" would decide it")
    return str(finding["verdict_reason"]).replace("_", " ") if text else ""


def what_decides(finding: Data) -> str:
    """Return what would decide an inconclusive finding: more customers or decisions, or nothing of the kind."""
    sample = finding["deciding_sample"]
    if finding["verdict_reason"] == "estimators_disagree":
        return "money and typical customer point in opposite directions"
    if finding["verdict_reason"] == "offsetting_gaps":
        return "some cells pay more, others less"
    if not sample or sample["at_zero"] is None:
        return ""
    more = max(sample["at_zero"], sample["at_twice_margin"]) - sample["present"]
    unit = "customers" if sample["unit"] == "customers" else "price decisions"
    return f"about {count(_round_up(more))} more {unit} would decide it" if more > 0 else ""


def _round_up(number: float) -> int:
    """Return a whole number with two significant digits, rounded up: more precision would be false.

    Example:
        >>> _round_up(2381.2)
        2400
    """
    whole = math.ceil(number)
    step: int = 10 ** max(0, len(str(whole)) - 2)
    return math.ceil(whole / step) * step


def verdict(finding: Data, *, margin: float) -> str:
    """Return the verdict of a finding in two or three words."""
    known = VERDICTS.get(finding["verdict"] or "", "")
    return known.format(margin=f"{margin * 100:g} %")


def warning(code: str, finding: Data, *, min_pricing_decisions: int | None = None) -> str:
    """Return the sentence of a warning, filled from its finding."""
    diagnostics = finding["diagnostics"]
    share = finding["support_share"]
    return WARNINGS[code].format(
        pricing_decisions=_whole(diagnostics["pricing_decisions"]),
        min_pricing_decisions=min_pricing_decisions if min_pricing_decisions is not None else "more",
        n_eff=_whole(diagnostics["n_eff"]),
        n_eff_needed=_whole(diagnostics["n_eff_needed"], up=True),
        support=percent(share),
        reversal=_reversal(finding),
    )


def _whole(value: float | None, *, up: bool = False) -> str:
    if value is None:
        return "–"
    return f"{-int(-value // 1) if up else int(value):,}"


def _reversal(finding: Data) -> str:
    """Return what the uncovered money would have to show to reverse the answer."""
    reversal, share = finding["reversal_gap"], finding["support_share"]
    if reversal is None or share is None or finding["verdict"] not in ("penalty", "favourable"):
        return ""
    rest = percent(1 - share)
    direction = "less" if reversal < 0 else "more"
    return f" The other {rest} would have to pay {percent(abs(reversal))} {direction} to reverse it."


def customers(finding: Data) -> str:
    """Return how many customers are compared; of how many, where it is none of them.

    Example:
        >>> customers({"n_tenured": 4107, "n_not_compared": 3}), customers({"n_tenured": 0, "n_not_compared": 379})
        ('4,107', '0 of 379')
    """
    compared = count(finding["n_tenured"])
    left_out = finding["n_not_compared"]
    return f"{compared} of {count(left_out)}" if left_out and not finding["n_tenured"] else compared


def remarks(finding: Data, *, currency: str) -> str:
    """Return the warnings of a finding in short, and the money of customers of whom nobody is compared."""
    notes = [code.replace("_", " ") for code in finding["warnings"]]
    if not finding["n_tenured"] and finding["money_not_compared"] is not None:
        notes.append(f"{money(finding['money_not_compared'], currency)} a year not compared")
    return ", ".join(notes)


def undecided(number: int, shown: int) -> str:
    """Return the title of the cells that have no answer.

    Example:
        >>> undecided(3, 3), undecided(40, 10)
        ('Without an answer (3 cells)', 'Without an answer (40 cells, the 10 largest here)')
    """
    more = "" if shown == number else f", the {shown:,} largest here"
    return f"Without an answer ({many(number, 'cell')}{more})"


def support(document: Data) -> str:
    """Return who could be compared, in one phrase."""
    block = document["support"]
    if not block["tenured_customers"]:
        return "there are no tenured customers"
    return (
        f"{percent(block['assessable_share'])} of {count(block['tenured_customers'])} tenured customers "
        "could be compared"
    )
