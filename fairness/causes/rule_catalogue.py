"""The rules that can be tested, as data: what they say, where and since when they hold, and on whose authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        id: Its name in the config.
        statement: What it demands.
        jurisdiction, sector: Where it is a rule at all; None where anybody may promise it.
        since: First day on which it holds; None where the study has to state it.
        status: law, contract, commitment, own or proposal.
        source: Who sets the rule.
        comparator: What the price is compared with.
        is_run: Whether this version tests it.
    """

    id: str
    statement: str
    jurisdiction: str | None
    sector: str | None
    since: date | None
    status: str
    source: str
    comparator: str
    is_run: bool = False


VERSION = 1
"""Version of the rules; raised when a rule changes."""

_ICOBS = "https://handbook.fca.org.uk/handbook/ICOBS/6B/1.html"
_OFCOM = (
    "https://www.ofcom.org.uk/consultations-and-statements/category-1/review-of-inflation-linked-telecoms-price-rises"
)
_NOTICES = "https://www.ofcom.org.uk/consultations-and-statements/category-2/helping-consumers-get-better-deals"
_AEMC = "https://www.aemc.gov.au/rule-changes/improving-consumer-confidence-in-retail-energy-plans"

_RULES = (
    Rule(
        "uk_gi_enbp",
        "Renewal price no higher than what a new customer would be quoted, through the same channel",
        "UK",
        "insurance",
        date(2022, 1, 1),
        "law",
        _ICOBS,
        "offer in force, gifts deducted",
        True,
    ),
    Rule(
        "ie_gi_first_renewal",
        "Second or later renewal no higher than the first",
        "IE",
        "insurance",
        date(2022, 7, 1),
        "law",
        "Central Bank of Ireland",
        "first renewal",
    ),
    Rule("no_tenure_slope", "No systematic effect of tenure", None, "insurance", None, "law", "FCA, CBI", "slope"),
    Rule(
        "uk_tel_no_index",
        "No rise term by inflation or percentage",
        "UK",
        "telecoms",
        date(2025, 1, 17),
        "law",
        _OFCOM,
        "contract",
    ),
    Rule(
        "uk_tel_stated_rise",
        "Rise no higher than stated in pounds and pence, and not before its day",
        "UK",
        "telecoms",
        date(2025, 1, 17),
        "law",
        _OFCOM,
        "price told",
        True,
    ),
    Rule(
        "cpi_plus_x",
        "Rise no higher than the index plus x",
        None,
        None,
        None,
        "contract",
        "the contract",
        "index",
        True,
    ),
    Rule(
        "uk_tel_end_notice",
        "Notice 10 to 40 days before the contract ends",
        "UK",
        "telecoms",
        date(2020, 2, 15),
        "law",
        _NOTICES,
        "contract end",
        True,
    ),
    Rule(
        "uk_tel_shows_new_price",
        "That notice shows prices open to new customers",
        "UK",
        "telecoms",
        date(2020, 2, 15),
        "law",
        _NOTICES,
        "notice",
    ),
    Rule(
        "uk_gi_prior_premium",
        "Renewal notice shows last year's premium",
        "UK",
        "insurance",
        None,
        "law",
        "ICOBS 6.5.1R",
        "notice",
    ),
    Rule("au_one_rise", "At most one rise in twelve months", "AU", "energy", None, "law", _AEMC, "earlier rise", True),
    Rule(
        "au_after_benefit",
        "Price after a benefit ends no higher than the standing offer",
        "AU",
        "energy",
        None,
        "law",
        _AEMC,
        "standing offer",
    ),
    Rule("same_plan_same_price", "One price in one plan", "AU", "energy", None, "proposal", "press", "plan"),
    Rule(
        "ca_fee_change",
        "Notice 7 to 30 days before a change of the fee",
        "CA",
        "subscriptions",
        date(2025, 7, 1),
        "law",
        "California automatic renewal law",
        "notice",
        True,
    ),
    Rule(
        "ca_trial_end",
        "Notice 3 to 21 days before a long trial or discount ends",
        "CA",
        "subscriptions",
        date(2022, 7, 1),
        "law",
        "California automatic renewal law",
        "notice",
    ),
    Rule(
        "ca_annual",
        "Notice 15 to 45 days before a yearly renewal",
        "CA",
        "subscriptions",
        date(2022, 7, 1),
        "law",
        "California automatic renewal law",
        "notice",
    ),
    Rule(
        "ny_reminder",
        "Reminder 15 to 45 days before a yearly renewal",
        "NY",
        "subscriptions",
        date(2023, 12, 13),
        "law",
        "New York automatic renewal law",
        "notice",
    ),
    Rule(
        "uk_gi_closed_book",
        "Closed book priced to its open match",
        "UK",
        "insurance",
        date(2022, 1, 1),
        "law",
        _ICOBS,
        "open product",
    ),
    Rule(
        "new_price_access",
        "Existing customers may take the price of new ones",
        "UK",
        "telecoms",
        None,
        "commitment",
        "https://www.ofcom.org.uk/phones-and-broadband/saving-money",
        "offer in force",
        True,
    ),
    Rule(
        "ny_personalised",
        "A personalised price says that it is one",
        "NY",
        None,
        date(2025, 11, 10),
        "law",
        "New York",
        "disclosure",
    ),
    Rule(
        "ma_total_price",
        "The total price with mandatory fees is stated",
        "MA",
        None,
        date(2025, 9, 2),
        "law",
        "940 CMR 38.00",
        "disclosure",
    ),
    Rule("au_no_fee_vulnerable", "No fees on vulnerable customers", "AU", "energy", None, "law", _AEMC, "fee lines"),
    Rule(
        "own_parity",
        "Existing customers pay no more than the offer to new ones, plus x",
        None,
        None,
        None,
        "own",
        "the firm",
        "offer in force",
        True,
    ),
    Rule("own_lock", "No rise within the price lock", None, None, None, "own", "the firm", "price at its start", True),
    Rule("own_cap", "No step of a price above the cap", None, None, None, "own", "the firm", "price before", True),
)

CATALOGUE = {rule.id: rule for rule in _RULES}
"""Rule by id, in the order in which they are printed."""


def is_breach(rule: Rule, jurisdiction: str | None, sector: str | None) -> bool:
    """Return whether a failure may be called a breach: only of a law, in its own jurisdiction and sector.

    Example:
        >>> is_breach(CATALOGUE["uk_gi_enbp"], "UK", "insurance"), is_breach(CATALOGUE["uk_gi_enbp"], "UK", "telecoms")
        (True, False)
    """
    return (
        rule.status == "law"
        and rule.jurisdiction is not None
        and rule.jurisdiction == jurisdiction
        and rule.sector in (None, sector)
    )
