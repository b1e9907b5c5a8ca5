"""What each warning says: one record per code.

README's table of remarks and the table of warnings in ``docs/method.md`` are made from these records (`make docs`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Warn:
    """A warning as a reader meets it.

    Attributes:
        sentence: Under the headline; braces are filled from the finding.
        meaning: What is behind it and what to do, for the link beside it and README.
        when: When it is raised, in the terms of ``docs/method.md``.
    """

    sentence: str
    meaning: str
    when: str


WARNINGS = {
    "unit_suspect": Warn(
        "Some prices differ from their offers as units do (pence and pounds, single items and thousands), not as "
        "prices do: no verdict until this is checked. suspect_units lists the products, and the line to write where "
        "they are right.",
        "Prices of a product stand to its offers as pence to pounds or a year to a month. Check interval and unit in "
        "the mapping; no verdict is given before.",
        "prices look like another unit: the rule of `unit_suspect` above",
    ),
    "plan_not_offered": Warn(
        "Many tenured customers hold plans that are offered to nobody: not called equal or less. product_offer "
        "compares them with the offer of their product. If plan_id holds ids of single prices, map them as "
        "price_version_id.",
        "Customers on plans that no new customer can buy have no offer of their plan. What they pay against the offer "
        "of their product stands beside the headline; while they are many, nothing is called equal or less.",
        "more than 5 % of the tenured customers, or of their money, are on plans that nobody is offered",
    ),
    "unknown_tenure": Warn(
        "The tenure of many customers is unknown: not called equal or less, whoever they are. Map tenure_start or "
        "tenure_months for them.",
        "Customers of unknown tenure are in neither group. Above 5 % of the month's customers they could turn an equal "
        "or lower average, so neither is said.",
        "more than 5 % of the scope's customers are of unknown tenure",
    ),
    "best_available_offer": Warn(
        "A cheaper offer fits many of them as well: against the cheapest that a new customer could take the gap is "
        "{best_available_offer}. Not called equal.",
        "The comparator is the most specific offer: that of the place and plan. A new customer may also take one that "
        "is open to everybody. Where that one is cheaper by more than the margin, nothing is called equal.",
        "a cheaper offer than the comparator fits as well, and makes a difference of more than δ",
    ),
    "pricing_dates_differ": Warn(
        "Prices are compared with the offers of the days on which they were set. Against the offers of the cycle "
        "billed the gap is {at_cycle_start}. Not called equal.",
        "The offer of the day on which a price was set shows whether it was fair then; the offer of today, whether it "
        "still is. Where the two differ by more than the margin, nothing is called equal.",
        "the offers of the days on which prices were set, and those of the cycles billed, make a difference of more "
        "than δ",
    ),
    "quantity_mixed": Warn(
        "Unit prices fall with quantity, and no band keeps quantities apart: customers who buy more pay less for that "
        "alone. Add quantity to [like_for_like] cell, with breaks, and qty_from and qty_to to the offers.",
        "Where ten units cost less each than one, a comparison of unit prices also compares how many units customers "
        "buy. Bands of quantity in the cell and in the offers take that out.",
        "in cells with 5 % of the tenured money unit prices fall with quantity (the slope of log unit price on log "
        "quantity lies three standard errors below 0 and the fall is above δ), and no band is in the cell, nor, "
        "against offers, in their keys",
    ),
    "mix_reverses_sign": Warn(
        "The raw gap points the other way: customers hold different plans. Only like for like counts.",
        "The raw gap is the plain difference of mean prices. Tenured and new customers hold different plans, so it "
        "also shows who holds what. Only the comparison within the same product, region and other columns of a cell "
        "says what tenure costs.",
        "on `raw_gap`: it points the other way",
    ),
    "degenerate_variance": Warn(
        "In some cells all prices of a group are equal: the test shuffles labels instead.",
        "Where all prices of a group in a cell are equal there is no spread to estimate an interval from; the p-value "
        "then comes from shuffling the labels new and tenured.",
        "a group of a cell has no variance",
    ),
    "few_pricing_decisions": Warn(
        "Too few separate price decisions stand behind this: {pricing_decisions} in effect, {min_pricing_decisions} "
        "are needed.",
        "Customers on the same offer share one decision of the firm. The interval counts decisions, not customers, and "
        "with so few of them no verdict is given.",
        "`pricing_decisions` below `min_pricing_decisions`",
    ),
    "estimators_disagree": Warn(
        "Money and typical customer point in opposite directions: a few dear customers decide the mean.",
        "The gap is measured in money, the rank test looks at the typical customer. When they disagree, a few very "
        "dear or very cheap customers decide the mean. Look at the distribution in the cells.",
        "rule 3 applies",
    ),
    "small_effective_sample": Warn(
        "The interval is narrow, yet {n_eff} new prices in effect are too few to rule out hidden ones: {n_eff_needed} "
        "are needed.",
        "The interval is narrow because the known prices are alike. So few prices cannot rule out that others differ, "
        "so it is not called equal.",
        "the interval lies inside ±δ, and `n_eff` is below `n_eff_needed`",
    ),
    "offsetting_gaps": Warn(
        "Parts of the book differ: some pay clearly more, others less. The average hides both.",
        "Cells differ beyond chance, some above and some below. Their average hides both: read the cells on the page "
        "Where.",
        "parts of the book differ, on findings that reach rule 4 and end `inconclusive`. It is not given beside a "
        "penalty: read `heterogeneity_p_value` and `tau` there",
    ),
    "gaps_differ": Warn(
        "The gaps of cells differ by more than single prices explain: no one answer fits. See the cells with a verdict "
        "of their own.",
        "The gap is not the same everywhere. The average is right for the whole and wrong for most parts: read the "
        "cells.",
        "cells are the draws, and differ too much for one answer; some have a verdict of their own",
    ),
    "rises_unseen": Warn(
        "Every customer has an offer of their own, and no earlier price is known: rises that many share cannot be "
        "seen, so the interval may be too narrow.",
        "Where many customers share a rise, one decision made it, and the interval counts decisions. With an offer for "
        "each customer and no earlier prices such rises leave no trace: the interval may be too narrow.",
        "every customer has an offer of their own and no prior price is known: rises shared by many cannot be seen",
    ),
    "months_move_together": Warn(
        "All prices move together from month to month: a month is one draw, and no alarm is given.",
        "Prices set in one month all lie above or below those of the month before, by more than single decisions would "
        "make them. Bets on many decisions would be bets on one move, so the series is shown without an alarm.",
        "`monitoring`: the means of the months swing by more than δ/2 beyond the noise of their decisions",
    ),
    "skewed_prices": Warn(
        "A few very dear or very cheap customers decide the mean: neither interval is sure enough.",
        "A few customers pay or save far more than the rest, so whether they are in the month moves the mean. The "
        "interval allows for it; read the share of customers above the offer beside it.",
        "a few very dear or cheap customers decide the mean",
    ),
    "narrow_support": Warn(
        "This covers {support}.{reversal}",
        "The answer covers only customers with something to compare with. The rest are listed with their reason and "
        "money. Nothing is assumed about them, so below 95 % of the customers or of their money nothing is called "
        "equal, unless the average stays within the margin even with the rest at their product's cheapest or dearest "
        "offer. Where it exists, the gap of the rest that would reverse the answer is given.",
        "less than 95 % of the customers, or of their money, is covered",
    ),
    "approximate": Warn(
        "Small or skewed sample: the interval is approximate.",
        "The coverage of the interval has been shown for samples of at least 100 customers or 20 pricing decisions. "
        "This one is smaller, or strongly skewed.",
        r"tenured customers or `n_eff` below 100, or `pricing_decisions` below 20, or fewer than 19 degrees of freedom "
        r"of an interval by party, or \|skewness\| ÷ √n of the draws above 0.15: outside the sizes for which coverage "
        "is shown. There the shortfall is measured and published in bench/results/calibration.md (30 skewed new "
        "prices: a false penalty in about 5 % instead of at most 3.5 %)",
    ),
    "no_usable_offer": Warn(
        "Offers were given, and none of them can be used here. Nothing else is compared in their place; fairness sql "
        "'from offers' shows those that were read, 'from quarantine' those that were not.",
        "The study asks how far tenured customers pay above the new-customer offer. A comparison with anything else "
        "would answer another question, so none stands in for it.",
        "offers are given, and none of them can be used",
    ),
    "primary_fallback": Warn(
        "No new-customer offer exists in this study; the answer compares with new customers instead.",
        "The study asks how far tenured customers pay above the new-customer offer, but no offer is in the data. They "
        "are compared with what new customers pay instead.",
        "on the headline: no offer is given",
    ),
    "rows_rejected": Warn(
        "Many rows were rejected; they are named above the answer.",
        "Rows are rejected for what stands in them, so the rest is no sample of all: those missing may pay anything. "
        "Correct the column or its mapping and build again. From 1 % on they are named; from 20 % of the rows with "
        "prices no verdict is given.",
        "on the headline: 1 % of the rows of an input, or of the customers whom rows with prices name, are rejected",
    ),
}
"""Each warning that a finding can carry."""

VIEW_FALLBACK = (
    "No new-customer offer exists in this view; it compares with new customers instead, unlike the whole book."
)
"""Warning of a filtered view that answers another question than the study."""
