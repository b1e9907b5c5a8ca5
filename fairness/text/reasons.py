"""Why a row or a thing held makes no price: one record for each code that the SQL models give.

Two kinds of codes meet here. What happened to an input row is in ``reconciliation`` (:data:`REJECTED`,
:data:`DUPLICATE`, :data:`EXCLUDED`). Why somebody holds something that is not compared is in ``not_compared``:
it has no price (:data:`NOT_COMPARED`), or nothing to compare its price with (:data:`NOT_MATCHED`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as a reader meets it.

    Attributes:
        label: A clause in lower case, as in "12 customers: the whole month was given away".
        sentence: What it means.
        fix: What to do about it; "Nothing." where nothing is wrong.
        short: Two or three words for a tile of the heat map.
    """

    label: str
    sentence: str
    fix: str
    short: str = "none"


NOT_COMPARED = {
    "free_month": Reason(
        "the month costs nothing",
        "Discounts or a credit take the whole price of the month back, and the contract goes on.",
        "Nothing. A free month is no price; the customer counts.",
    ),
    "several_prices": Reason(
        "several lines at different prices, and nothing tells them apart",
        "One thing held has recurring lines at different unit prices in one month. A mean of them is what nobody pays.",
        "Map subscription_id or plan_id, or say in [ledger] several_lines whether they are units or parts.",
    ),
    "several_plans": Reason(
        "several plans on one subscription",
        "Plans are taken out of the cell, and one subscription holds two of them in it.",
        "Leave [like_for_like] plan = true, or map a subscription_id for each plan.",
    ),
    "repeat_or_units": Reason(
        "the same line stands in two files",
        "Equal lines without line_id in several files are one line exported twice, or two units. Nobody can tell.",
        "Map line_id, or remove the overlap of the exports.",
    ),
    "two_intervals": Reason(
        "billed by two intervals at once",
        "One subscription and plan has lines of two billing intervals for the same month, and nothing ends either.",
        "See whether one of the two was cancelled without a credit, and map the credit or the right plan.",
    ),
    "discount_not_assigned": Reason(
        "a discount that may belong to several things held",
        "Nothing says to which line a discount belongs, or taking it off leaves less than nothing. "
        "discount_bounds says between which bounds the gap lies with them.",
        'Map applies_to_line_id, or write [ledger] spread_discounts = "pro_rata".',
    ),
    "over_credited": Reason(
        "credited more than was charged",
        "The credits that name a line sum to more than its amount.",
        "Look at these credits in the billing system; map reverses_line_id only where a credit names a line.",
    ),
    "reversed_last": Reason(
        "the last bill was taken back",
        "The last charge was cancelled and the data end before the next bill is due: nobody knows whether it goes on.",
        "Export a later month.",
    ),
    "only_summary": Reason(
        "billed by a summary line only",
        "A summary line holds several things in one amount: it is no price of any of them.",
        "Export the lines behind the summary.",
    ),
    "only_discount": Reason(
        "only a discount is billed in the month",
        "A discount covers the month, and no line that it lowers.",
        "See whether the lines that it belongs to are in the export.",
    ),
    "between_firsts": Reason(
        "billed between two firsts of a month only",
        "The period covers no first day of a month, on which prices are read, and nothing else of the contract does.",
        "Nothing, if the customer came or left within the month; else export the other bills.",
    ),
    "partial_period": Reason(
        "billed for part of a period only",
        "The lines of the month cover part of a billing interval, so they are no price of it.",
        "Nothing, if the customer came or left within the month; else map period_start, period_end and the interval.",
    ),
    "plan_change": Reason(
        "changed the plan within the month",
        "Part-period lines of two plans cover the month.",
        "Nothing. The next full month has a price.",
    ),
    "trial": Reason("on trial", "A trial is no price that a customer decided to pay.", "Nothing."),
    "no_period": Reason(
        "a recurring line without a period",
        "Without period_start and period_end nobody knows which months a line bills.",
        "Map period_start and period_end.",
    ),
    "interval_unclear": Reason(
        "the billing interval is blank and the period is no month",
        "A blank interval is a month where the period is one, a day more or less. This one is not.",
        "Map interval_unit and interval_count.",
    ),
    "period_end_mixed": Reason(
        "the period end reads otherwise than in most rows",
        "Most rows of the file end on the first day after the service, these on its last day, or the other way round.",
        "Split the source, and declare period_end for each part.",
    ),
    "tenure_negative": Reason(
        "billed before the customer joined",
        "The line was issued one interval or more before tenure_start.",
        "Correct tenure_start in the customer file.",
    ),
    "negative_quantity": Reason(
        "a charge with a quantity below zero",
        "An amount to pay for less than nothing is no price.",
        "Map quantity, or the sign of the amount.",
    ),
    "negative_amount": Reason(
        "only an amount below zero",
        "A negative recurring line covers the month, and no line that it lowers or takes back.",
        "See whether the lines that it belongs to are in the export.",
    ),
    "rejected": Reason(
        "a row that could not be read",
        "A line of the customer's for this month was rejected.",
        "See the rows: fairness sql 'from quarantine'.",
    ),
}
"""Why a thing held has no price to compare, in the month that its lines touch."""

_LARGER = "Fewer columns in [like_for_like] cell make larger cells."

NOT_MATCHED = {
    "no_price": Reason(
        "no price stated",
        "The row states no price.",
        "Map price, or leave the rows out if they are no contracts.",
        "no price",
    ),
    "no_offer": Reason(
        "no new-customer offer for this product",
        "No offer of the file is for the product.",
        "Add its offers, if new customers can buy it.",
        "no offer",
    ),
    "plan_not_offered": Reason(
        "the product is offered, but not on this plan",
        "New customers are offered the product on other plans only.",
        "If plan_id holds the ids of single prices, map them as price_version_id.",
    ),
    "no_offer_in_force": Reason(
        "no new-customer offer in force on the pricing date",
        "The product has offers, but none for this region, channel, interval, quantity and day.",
        "Add the offers of that day, if there were any.",
        "no offer",
    ),
    "offer_not_positive": Reason(
        "the offer costs nothing after its incentive",
        "What a new customer is offered comes to nothing, and nothing can be compared with it.",
        "See whether incentive_value and setup_fee are of one contract.",
    ),
    "too_few_joiners": Reason(
        "too few customers joined in the month of pricing",
        "Fewer customers than [comparator] min_evidence joined the cell in the month of the pricing date.",
        _LARGER,
        "too few",
    ),
    "no_market_price": Reason("no market price", "The row states no market price.", "Map market_price."),
    "no_expected_cost": Reason("no expected cost", "The row states no expected cost.", "Map expected_cost."),
    "no_prior_price": Reason("no prior price", "No comparable price of a year ago is known.", "Map prior_price."),
    "no_new_customers": Reason(
        "no new customers of the same cell", "The cell has no new customer to compare with.", _LARGER, "no new"
    ),
    "too_few_customers": Reason(
        "too few customers in the cell",
        "The cell has fewer customers than [like_for_like] min_per_group in one of the groups.",
        _LARGER,
        "too few",
    ),
}
"""Why a thing held with a price has nothing that the price can be compared with; ``no_price`` is used for a book."""


def reason_of(code: str) -> Reason:
    """Return the record of a reason for which something is not compared; one without a record is named by its code.

    Example:
        >>> reason_of("free_month").label, reason_of("of_the_future").label
        ('the month costs nothing', 'of the future')
    """
    return NOT_COMPARED.get(code) or NOT_MATCHED.get(code) or Reason(code.replace("_", " "), "", "Nothing.")


EXCLUDED = {
    "superseded": Reason("an older version of a line", "A later version of the same line_id counts.", "Nothing."),
    "draft": Reason("a draft", "The invoice is not final.", "Nothing."),
    "void": Reason("void", "The invoice was withdrawn.", "Nothing."),
    "status_unknown": Reason(
        "of unknown status", "Nobody knows whether the invoice counts.", "Map invoice_status to draft, final or void."
    ),
    "test": Reason("a test", "Test mode, or a test customer.", "Nothing."),
    "reversed": Reason("taken back", "A charge and the credit that cancels it: neither is a price.", "Nothing."),
    "rest_of_term": Reason("a credit for the rest of a term", "It ends the term on its first day.", "Nothing."),
    "over_credited": NOT_COMPARED["over_credited"],
    "usage": Reason("usage", "What is consumed stands beside the price.", "Nothing."),
    "one_off": Reason("a one-off charge", "It stands beside the price.", "Nothing."),
    "setup": Reason("a set-up fee", "It stands beside the price.", "Nothing."),
    "fee": Reason("a fee", "It stands beside the price.", "Nothing."),
    "finance": Reason("a finance charge", "What paying later costs stands beside the price.", "Nothing."),
    "tax": Reason("tax", "Prices are held before tax.", "Nothing."),
    "balance": Reason("a move of the balance", "It bills nothing.", "Nothing."),
    "credit": Reason(
        "a credit", "A credit that takes back no line and does not recur stands beside the price.", "Nothing."
    ),
    "refund": Reason("a refund", "A refund that takes back no line stands beside the price.", "Nothing."),
    "proration": Reason("a part period", "It bills part of an interval, which is no price of it.", "Nothing."),
    "trial": NOT_COMPARED["trial"],
    "discount": Reason(
        "a discount without a line",
        "No line that it lowers covers a month of it.",
        "See whether the lines that it belongs to are in the export.",
    ),
    "summary": NOT_COMPARED["only_summary"],
    "no_period": NOT_COMPARED["no_period"],
    "interval_unclear": NOT_COMPARED["interval_unclear"],
    "period_end_mixed": NOT_COMPARED["period_end_mixed"],
    "partial_period": NOT_COMPARED["partial_period"],
    "negative_quantity": NOT_COMPARED["negative_quantity"],
    "negative_amount": NOT_COMPARED["negative_amount"],
    "fully_discounted": NOT_COMPARED["free_month"],
    "tenure_negative": NOT_COMPARED["tenure_negative"],
}
"""Why a readable billing line is not part of a price."""

DUPLICATE = {
    "IDENTICAL_LINE": Reason("an exact copy of a line", "One of the copies counts.", "Nothing."),
    "IDENTICAL_ROW": Reason("an exact copy of a row", "One of the copies counts.", "Nothing."),
}
"""Why a row counts only once."""

_CELL = "Correct the value, or the mapping of the column. quarantine names the column and holds the row."

REJECTED = {
    "NOT_JOINED": Reason(
        "no match in another table",
        "The query of its source finds no row for it in a table that it joins.",
        "Export that table whole, or write left join where a row may have no match.",
    ),
    "WHEN_UNKNOWN": Reason(
        "nobody knows whether the row is meant",
        "The condition of its source's when is neither true nor false, as a value in it is missing.",
        "Say in when what a missing value means, as in coalesce(livemode, 'true') = 'true'.",
    ),
    "EXPRESSION_FAILED": Reason(
        "a mapping expression fails", "An expression of [source.columns] has no value for the row.", _CELL
    ),
    "AMOUNT_OVERFLOW": Reason("an amount too large", "An amount has more than twelve digits before the point.", _CELL),
    "AMOUNT_UNPARSED": Reason(
        "an amount that is no number", "Numbers are read with the declared decimal mark and thousands sign.", _CELL
    ),
    "AMOUNT_MISSING": Reason("no amount", "Neither net_amount nor gross_amount is stated.", _CELL),
    "BAD_PRICE": Reason("a price of 0 or less", "A price without a discount on it lies above 0.", _CELL),
    "CURRENCY_MISSING": Reason("no currency", "The row states none where others do.", _CELL),
    "CURRENCY_UNKNOWN": Reason("an unknown currency", "A currency is three letters, an ISO 4217 code.", _CELL),
    "TAX_BASIS_UNKNOWN": Reason(
        "tax of unknown size", "The amount holds tax and the row does not say how much.", _CELL
    ),
    "NUMBER_UNPARSED": Reason("a number that is none", "A whole number is written without a fraction.", _CELL),
    "BAD_CYCLES": Reason("introductory cycles below 0", "An introduction lasts 0 cycles or more.", _CELL),
    "CONTROL_UNPARSED": Reason("a control that is no number", "A column in [like_for_like] breaks is a number.", _CELL),
    "DATE_AMBIGUOUS": Reason(
        "a date that reads two ways",
        "Several declared formats fit and give different days.",
        "Declare one date_format.",
    ),
    "DATE_UNPARSED": Reason(
        "a date that cannot be read", "No declared format fits, nor ISO 8601.", "Declare date_format."
    ),
    "DATE_RANGE": Reason("an impossible date", "Dates lie between 1950 and five years after study.as_of.", _CELL),
    "DATE_MISSING": Reason("no date", "The row has no date by which it could be placed.", _CELL),
    "PERIOD_INVALID": Reason("a period that ends before it starts", "period_end lies before period_start.", _CELL),
    "CUSTOMER_ID_MISSING": Reason("no customer", "The row names no customer.", _CELL),
    "OFFER_ID_MISSING": Reason("no offer_id", "The row names no offer.", _CELL),
    "SUBSCRIPTION_ID_MISSING": Reason("nobody is named", "An event names no subscription, customer or plan.", _CELL),
    "INDEX_CODE_MISSING": Reason("no index_code", "The row names no index.", _CELL),
    "CONTROL_CHARACTER": Reason("a control character", "A key holds one of the characters 30 and 31.", _CELL),
    "STATUS_UNKNOWN": Reason("an unknown status", "invoice_status is draft, final, void or unknown.", _CELL),
    "KIND_UNKNOWN": Reason("an unknown kind of line", "line_kind is one of the words in docs/ledger.md.", _CELL),
    "FLAG_UNPARSED": Reason("neither yes nor no", "A flag is true or false, yes or no, 1 or 0.", _CELL),
    "AUDIENCE_UNKNOWN": Reason("an unknown audience", "It is new_only, existing_only, all or unknown.", _CELL),
    "BASIS_UNKNOWN": Reason("an unknown basis", "told_basis is paid or standard.", _CELL),
    "CONFIDENCE_UNKNOWN": Reason("an unknown confidence", "tenure_confidence is high, low or censored.", _CELL),
    "TENURE_UNPARSED": Reason("a tenure that is no number", "tenure_months is a number of months.", _CELL),
    "TENURE_RANGE": Reason("a tenure above 150 years", "Nobody is a customer for so long.", _CELL),
    "TENURE_NEGATIVE": Reason("a tenure below 0", "The customer joined after the day of the price.", _CELL),
    "ORIGIN_UNKNOWN": Reason("an unknown origin", "An origin is one of the words in docs/ledger.md.", _CELL),
    "INTERVAL_UNKNOWN": Reason("an unknown interval", "A unit is day, week, month or year, a count is above 0.", _CELL),
    "ONE_TIME_PRICE": Reason("a one-time price", "An offer is of a price that is paid again and again.", _CELL),
    "QTY_ZERO": Reason("a quantity of 0", "A recurring line bills at least something.", _CELL),
    "DUP_BOOK_ROW": Reason(
        "rows that contradict each other", "A book states one key twice, with different contents.", "Keep one of them."
    ),
    "DUP_CUSTOMER": Reason(
        "rows that contradict each other", "The customer file states one id twice, differently.", "Keep one of them."
    ),
    "DUP_OFFER": Reason(
        "offers that contradict each other", "One offer_id states two prices for the same days.", "Keep one of them."
    ),
}
"""Why an input row cannot be used. Records that the engine cannot parse have codes of their own, ``CSV_...``."""

_OF_ROWS = {"excluded": EXCLUDED, "duplicate": DUPLICATE, "rejected": REJECTED}


def row_reason(outcome: str, code: str) -> Reason:
    """Return the record of what happened to a row; one without a record is named by its code.

    Example:
        >>> row_reason("rejected", "QTY_ZERO").label, row_reason("rejected", "CSV_QUOTE").label
        ('a quantity of 0', 'csv quote')
    """
    return _OF_ROWS.get(outcome, {}).get(code) or Reason(code.replace("_", " ").lower(), "", _CELL)
