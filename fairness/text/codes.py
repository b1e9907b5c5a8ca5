"""What verdicts, warnings and reasons are called, and what they mean."""

from __future__ import annotations

from fairness.findings.document import Finding
from fairness.text.numbers import percent
from fairness.text.reasons import reason_of

VERDICTS = {
    "penalty": "pay more",
    "favourable": "pay less",
    "equivalent": "equal within {margin} on average",
    "inconclusive": "cannot tell yet",
    "not_assessable": "cannot be assessed",
}

DECIDED = ("penalty", "favourable", "equivalent")
"""Verdicts that answer the question."""

WARNINGS = {
    "unit_suspect": "Some prices differ from their offers as units do (cents, thousands), not as prices: no verdict "
    "until somebody has looked. The products, and the line to write where they are right, are in suspect_units.",
    "plan_not_offered": "Many tenured customers hold plans that are offered to nobody: not called equal or less. Held "
    "against the offer of their product they stand in product_offer. If plan_id holds ids of single prices, map them "
    "as price_version_id.",
    "unknown_tenure": "The tenure of many customers is unknown: not called equal or less, whoever they are. Map "
    "tenure_start or tenure_months for them.",
    "best_available_offer": "A cheaper offer fits many of them as well: against the cheapest that a new customer could "
    "take the gap is {best_available_offer}. Not called equal.",
    "pricing_dates_differ": "Prices are held against the offers of the days on which they were set. Against the offers "
    "of the cycle billed the gap is {at_cycle_start}. Not called equal.",
    "quantity_mixed": "Unit prices fall with quantity, and no band keeps quantities apart: who buys more pays less for "
    "that alone. Add quantity to [like_for_like] cell, with breaks, and qty_from and qty_to to the offers.",
    "mix_reverses_sign": "The raw gap points the other way: customers hold different plans. Only like for like counts.",
    "degenerate_variance": "In some cells all prices of a group are equal: the test shuffles labels instead.",
    "few_pricing_decisions": "Too few separate price decisions stand behind this: {pricing_decisions} in effect, "
    "{min_pricing_decisions} are needed.",
    "estimators_disagree": "Money and typical customer point in opposite directions: a few dear customers decide "
    "the mean.",
    "small_effective_sample": "The interval is narrow, yet {n_eff} new prices in effect are too few to rule out "
    "hidden ones: {n_eff_needed} are needed.",
    "offsetting_gaps": "Parts of the book differ: some pay clearly more, others less. The average hides both.",
    "gaps_differ": "The gaps of cells differ by more than single prices explain: no one answer fits. See the cells "
    "with a verdict of their own.",
    "rises_unseen": "Every customer has an offer of their own, and no earlier price is known: rises that many share "
    "cannot be seen, so the interval may be too narrow.",
    "skewed_prices": "A few very dear or very cheap customers decide the mean: neither interval is sure enough.",
    "narrow_support": "This covers {support}.{reversal}",
    "approximate": "Small or skewed sample: the interval is approximate.",
    "no_usable_offer": "Offers were given, and none of them can be used here. Nothing else is compared in their place; "
    "fairness sql 'from offers' shows those that were read, 'from quarantine' those that were not.",
    "primary_fallback": "No new-customer offer exists in this study; the answer compares with new customers instead.",
    "rows_rejected": "Many rows were rejected; they are named above the answer.",
}
"""Sentence of each warning code; braces are filled from the finding."""

_NOT_ASSESSABLE = {
    "rows_rejected": "too many rows were rejected",
    "no_comparable_cell": "no cell has enough new and tenured customers",
    "support_below_minimum": "too few tenured customers could be compared",
    "offers_rejected": "offers were given, and no row of them could be read",
    "offers_for_existing": "offers were given, and all of them are for existing customers or of competitors",
    "offers_not_in_force": "offers were given, and none was in force on the pricing dates",
    "offers_match_nothing": "offers were given, and none is for what tenured customers hold",
}
"""Why a finding as a whole cannot be assessed."""


def reason(code: str) -> str:
    """Return why something, or a finding, is not compared.

    Example:
        >>> reason("free_month"), reason("no_comparable_cell")
        ('the month costs nothing', 'no cell has enough new and tenured customers')
    """
    return _NOT_ASSESSABLE.get(code) or reason_of(code).label


def warning(code: str, finding: Finding, *, min_pricing_decisions: int | None = None) -> str:
    """Return the sentence of a warning, filled from its finding."""
    diagnostics = finding.diagnostics
    return WARNINGS[code].format(
        pricing_decisions=_whole(diagnostics.pricing_decisions),
        min_pricing_decisions=min_pricing_decisions if min_pricing_decisions is not None else "more",
        n_eff=_whole(diagnostics.n_eff),
        n_eff_needed=_whole(diagnostics.n_eff_needed, up=True),
        support=_support(finding),
        reversal=_reversal(finding),
        **{name: _beside(finding, name) for name in ("best_available_offer", "at_cycle_start")},
    )


def _beside(finding: Finding, name: str) -> str:
    """Return the gap of another look at a finding."""
    found = finding.beside(name)
    return percent(found) if isinstance(found, float) else "not shown"


def _support(finding: Finding) -> str:
    """Return what share of the tenured customers, and of their money where that is told, a finding covers."""
    money = finding.support_money_share
    customers = f"{percent(finding.support_share)} of tenured customers"
    return customers if money is None else f"{customers}, and {percent(money)} of what they pay"


def _whole(value: float | None, *, up: bool = False) -> str:
    if value is None:
        return "–"
    return f"{-int(-value // 1) if up else int(value):,}"


def _reversal(finding: Finding) -> str:
    """Return what the uncovered money would have to show to reverse the answer."""
    reversal, share = finding.reversal_gap, finding.support_share
    if reversal is None or share is None or finding.verdict not in ("penalty", "favourable"):
        return ""
    rest = percent(1 - share)
    direction = "less" if reversal < 0 else "more"
    return f" The other {rest} would have to pay {percent(abs(reversal))} {direction} to reverse it."


VIEW_FALLBACK = (
    "No new-customer offer exists in this view; it compares with new customers instead, unlike the whole book."
)
"""Warning of a filtered view that answers another question than the study."""

MEANINGS = {
    "skewed_prices": "A few customers pay or save far more than the rest, so whether they are in the month moves the "
    "mean. The interval allows for it; read the share of customers above the offer beside it.",
    "plan_not_offered": "Customers on plans that no new customer can buy have no offer of their plan. What they pay "
    "against the offer of their product stands beside the headline; while they are many, nothing is called equal.",
    "unknown_tenure": "Who is of unknown tenure is in neither group. Above 5 % of the month's customers they could "
    "turn an equal or lower average, so neither is said.",
    "best_available_offer": "The comparator is the most specific offer: that of the place and plan. A new customer may "
    "also take one that is open to everybody. Where that one is cheaper by more than the margin, nothing is called "
    "equal.",
    "pricing_dates_differ": "The offer of the day on which a price was set says whether it was fair then; the offer of "
    "today, whether it still is. Where the two differ by more than the margin, nothing is called equal.",
    "quantity_mixed": "Where ten units cost less each than one, a comparison of unit prices also compares who buys how "
    "many. Bands of quantity in the cell and in the offers take that out.",
    "unit_suspect": "Prices of a product stand to its offers as pence to pounds or a year to a month. Check interval "
    "and unit in the mapping; no verdict is given before.",
    "gaps_differ": "The gap is not the same everywhere. The average is right for the whole and wrong for most parts: "
    "read the cells.",
    "rises_unseen": "Where many customers share a rise, one decision made it, and the interval counts decisions. With "
    "an offer for each customer and no earlier prices such rises leave no trace: the interval may be too narrow.",
    "mix_reverses_sign": "The raw gap is the plain difference of mean prices. Tenured and new customers hold different "
    "plans, so it also shows who holds what. Only the comparison within the same product, region and other columns of "
    "a cell says what tenure costs.",
    "degenerate_variance": "Where all prices of a group in a cell are equal there is no spread to estimate an interval "
    "from; the p-value then comes from shuffling the labels new and tenured.",
    "few_pricing_decisions": "Customers on the same offer share one decision of the firm. The interval counts "
    "decisions, not customers, and with so few of them no verdict is given.",
    "estimators_disagree": "The gap is measured in money, the rank test looks at the typical customer. When they "
    "disagree, a few very dear or very cheap customers decide the mean. Look at the distribution in the cells.",
    "small_effective_sample": "The interval is narrow because the known prices are alike. So few prices cannot rule "
    "out that others differ, so it is not called equal.",
    "offsetting_gaps": "Cells differ beyond chance, some above and some below. Their average hides both: read the "
    "cells on the page Where.",
    "narrow_support": "The answer covers only customers with something to compare with. The rest are listed with "
    "their reason and money. Nothing is assumed about them, so below 95 % of the customers or of their money nothing "
    "is called equal.",
    "approximate": "The coverage of the interval has been shown for samples of at least 100 customers or 20 pricing "
    "decisions. This one is smaller.",
    "no_usable_offer": "The study asks how far tenured customers pay above the new-customer offer. A comparison with "
    "anything else would answer another question, so none stands in for it.",
    "rows_rejected": "Rows are rejected for what stands in them, so the rest is no sample of all: those missing may "
    "pay anything. Correct the column or its mapping and build again. From 1 % on they are named; from 20 % of "
    "the rows with prices no verdict is given.",
    "primary_fallback": "The study asks how far tenured customers pay above the new-customer offer, but no offer is in "
    "the data. They are compared with what new customers pay instead.",
}
"""What each warning means, for the link beside it."""

_SHORT = {
    "no_comparable_cell": "no match",
    "no_offer": "no offer",
    "no_offer_in_force": "no offer",
    "no_price": "no price",
    "no_new_customers": "no new",
    "too_few_customers": "too few",
    "too_few_joiners": "too few",
    "support_below_minimum": "too few",
    "rows_rejected": "rejected",
}


def short_reason(reason: str) -> str:
    """Return why a cell cannot be assessed in two or three words, for a tile of the heat map."""
    return _SHORT.get(reason, "none")


WITHHELD = {
    "small_count": "too few customers to be shown",
    "dominated_amount": "too few customers hold most of the money",
    "alternative_reading": "the money of one reading only is shown",
    "few_decide": "few customers could change the figure by much",
    "unknown_influence": "how far few customers could change the figure is not known",
}
"""Why a figure is withheld."""
