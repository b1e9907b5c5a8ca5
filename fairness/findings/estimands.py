"""The questions that a study answers, each described once: every list, label and table of estimands is made from here.

An estimand is answered by the module of its name in :mod:`fairness.analysis.estimands`, or, where it compares tenured
with new customers of the same cell, by the estimator that all of these share. Its record holds what is said about it:
its labels, the choices of the config, the table of the method document, the count tables behind it.
"""

from __future__ import annotations

from fairness.findings.estimand_spec import Comparator, Estimand

PAID = "{who} paid {size} {direction} {than}."
ROSE = "Prices of {who} rose {size} {direction} {than}."

_OFFERED = ("n_offered", "paid_offered_ticks")
_THAN_OFFERED = "than a new customer is offered for the same"

_AGAINST_OFFERS = tuple(
    Comparator(
        name=name,
        reductions=("price_counts", "offer_counts"),
        covered=_OFFERED,
        known_by="offered_ticks",
        missing="no_offer",
    )
    for name in ("offer", "book")
)

OFFER_GAP = Estimand(
    name="offer_gap",
    question="Do tenured customers pay more than the firm offers a new customer for the same?",
    compared="tenured with an offer",
    label="Against the new-customer offer",
    row="New-customer offer",
    gap="Gap to the new-customer offer",
    than="than a new customer is offered",
    fact=PAID,
    comparators=(
        *(
            Comparator(
                name=name,
                than=_THAN_OFFERED,
                reductions=("price_counts", "offer_counts"),
                covered=_OFFERED,
                known_by="offered_ticks",
                missing="no_offer",
            )
            for name in ("offer", "book")
        ),
        Comparator(
            name="derived",
            than="than those who joined the same cell in the month of pricing",
            reductions=("int_acquisition", "derived_counts"),
            covered=("n_derived", "paid_derived_ticks"),
            known_by="derived_month",
            missing="too_few_joiners",
            label="Against what joiners of the same month paid",
        ),
    ),
    basis="that of the config, `paid` against joiners",
    has_verdict=True,
    can_lead=True,
    ladder=5,
)

LIKE_FOR_LIKE_GAP = Estimand(
    name="like_for_like_gap",
    question="Do they pay more than the new customers of the same cell?",
    compared="tenured in qualified cells",
    label="Like for like",
    row="Like for like",
    gap="Gap to new customers, like for like",
    than="than new customers for the same",
    fact=PAID,
    comparators=(
        Comparator(
            name="new_customers",
            than="than new customers of the same cell",
            reductions=("price_counts", "cell_counts"),
        ),
    ),
    basis="`paid`",
    has_verdict=True,
    can_lead=True,
    ladder=2,
    is_alike=True,
)

RAW_GAP = Estimand(
    name="raw_gap",
    question="How do the plain means differ, all plans mixed?",
    compared="all tenured with a price",
    label="Raw, plans mixed",
    row="Raw, plans mixed",
    gap="Raw gap",
    than="than new customers, plans mixed",
    fact=PAID,
    comparators=(
        Comparator(
            name="new_customers",
            than="than new customers, plans mixed",
            reductions=("price_counts", "cell_counts"),
        ),
    ),
    basis="`paid`",
    has_verdict=False,
    can_lead=False,
    ladder=1,
)

MARKET_GAP = Estimand(
    name="market_gap",
    question="The same, price measured against a market price",
    compared="tenured with a market price, qualified cells",
    label="Against the market price",
    row="Against the market",
    gap="Gap measured against the market",
    than="than new customers, measured against the market",
    fact=PAID,
    comparators=(
        Comparator(
            name="new_customers",
            than="than new customers of the same cell, both measured against the market price",
            reductions=("price_counts", "reference_counts"),
            covered=("n_market", "paid_market_ticks"),
            known_by="market_ticks",
            missing="no_market_price",
        ),
    ),
    basis="`paid`",
    has_verdict=True,
    can_lead=True,
    ladder=3,
    is_alike=True,
)

COST_GAP = Estimand(
    name="cost_gap",
    question="The same, price measured against expected cost",
    compared="tenured with a cost, qualified cells",
    label="Against expected cost",
    row="Against expected cost",
    gap="Gap measured against expected cost",
    than="than new customers for what they cost",
    fact=PAID,
    comparators=(
        Comparator(
            name="new_customers",
            than="than new customers of the same cell, both measured against their expected cost",
            reductions=("price_counts", "reference_counts"),
            covered=("n_cost", "paid_cost_ticks"),
            known_by="cost_ticks",
            missing="no_expected_cost",
        ),
    ),
    basis="`paid`",
    has_verdict=True,
    can_lead=True,
    ladder=4,
    is_alike=True,
)

CHANGE_GAP = Estimand(
    name="change_gap",
    question="Did their prices rise more than the offers for the same, or than those of new customers of the cell?",
    compared="tenured with a prior price; against new customers in qualified cells",
    label="Price change over the year",
    does="prices of tenured customers rose",
    row="Price change over a year",
    gap="Difference of price changes",
    than="than the offers for the same",
    fact=ROSE,
    comparators=tuple(
        Comparator(
            name=name,
            label=f"Price change over the year, {against}",
            than=than,
            reductions=("price_counts", "change_counts"),
            covered=("n_changed", "paid_changed_ticks"),
            known_by="change_known",
            missing="no_prior_price",
        )
        for name, against, than in (
            ("offer", "against the offers", "than the offers for the same"),
            ("new_customers", "against new customers", "than those of new customers of the same cell"),
        )
    ),
    basis="`standard` against offers, else `paid`",
    has_verdict=True,
    can_lead=True,
)

OVERPAYMENT = Estimand(
    name="overpayment",
    question="How much money lies above the offers, a year?",
    compared="tenured with an offer",
    label="Paid above the offer",
    comparators=_AGAINST_OFFERS,
    basis="that of the config",
    has_verdict=False,
    can_lead=False,
)

FIRST_RENEWAL_GAP = Estimand(
    name="first_renewal_gap",
    question="Do customers pay more at their second and later renewals than others at their first?",
    compared="later renewals of terms of six months or more, latest of the last twelve months",
    label="Later renewals against first ones",
    fact="Later renewals ({n}, in {cells}) cost {size} {direction} {than}.",
    than="than customers at their first renewal",
    comparators=(
        Comparator(
            name="first_renewals",
            than="than first ones of the same cell and month",
            reductions=("renewal_counts",),
        ),
    ),
    basis="`standard`",
    has_verdict=True,
    can_lead=False,
    is_released=False,
)

DECOMPOSITION = Estimand(
    name="decomposition",
    question="How much of the difference of mean yearly money is mix, like for like, or has no counterpart?",
    compared="all with a price; like for like in qualified cells",
    label="Where the difference of means comes from",
    comparators=(Comparator(name="new_customers", reductions=("price_counts", "cell_counts")),),
    basis="`paid`",
    has_verdict=False,
    can_lead=False,
    is_told=True,
    is_released=False,
)

TENURE_GRADIENT = Estimand(
    name="tenure_gradient",
    question="How do prices of customers of different tenure differ today, a year of tenure?",
    compared="all with exact tenure past their introduction, cells with two tenures",
    label="Across tenures",
    comparators=(
        *(
            Comparator(
                name=name,
                than=", measured against the offer",
                reductions=("gradient_counts", "offer_counts"),
                covered=_OFFERED,
                known_by="offered_ticks",
                missing="no_offer",
            )
            for name in ("offer", "book")
        ),
        Comparator(name="none", reductions=("gradient_counts",)),
    ),
    basis="`standard` against offers, else `paid`",
    has_verdict=False,
    can_lead=False,
    is_told=True,
    is_released=False,
)

WALKING_SLOPE = Estimand(
    name="walking_slope",
    question="How much do the prices of customers move away from the offers, a year, along their own path?",
    compared="all past their introduction, month by month on one plan and quantity, whole years, until they leave",
    label="Along each customer's path",
    than="each year than the offers moved",
    comparators=(
        Comparator(
            name="offer",
            reductions=("walking_counts", "gradient_counts"),
            covered=_OFFERED,
            known_by="offered_ticks",
            missing="no_offer",
        ),
    ),
    basis="`standard`",
    has_verdict=True,
    can_lead=False,
    is_told=True,
    is_released=False,
)

HIDDEN_BIAS = Estimand(
    name="hidden_bias",
    question="What would an unrecorded difference have to be like to explain the gap away?",
    compared="as like_for_like_gap, and as offer_gap",
    label="What could explain it",
    comparators=(
        Comparator(name="new_customers", reductions=("price_counts", "cell_counts")),
        *_AGAINST_OFFERS,
    ),
    basis="`paid`; that of the config against offers",
    has_verdict=False,
    can_lead=False,
    is_told=True,
    is_released=False,
)

WORST_SEGMENT = Estimand(
    name="worst_segment",
    question="Which lens values, pairs and triples of them stand worse than the book?",
    compared="tenured with an offer",
    label="Subgroups searched",
    comparators=_AGAINST_OFFERS,
    basis="that of the config",
    has_verdict=False,
    can_lead=False,
    is_told=True,
    is_released=False,
)

LENS_CONTRAST = Estimand(
    name="lens_contrast",
    question="How much worse does a lens value stand than the rest of its lens?",
    compared="tenured with an offer",
    label="Against the rest of the lens",
    comparators=_AGAINST_OFFERS,
    basis="that of the config",
    has_verdict=False,
    can_lead=False,
    is_told=True,
    is_released=False,
)

MONITORING = Estimand(
    name="monitoring",
    question="Do the prices set from month to month move away from the offers?",
    compared="tenured whose offer is new or whose price was raised in the month",
    label="Month by month",
    comparators=(Comparator(name="offer", reductions=("set_price_counts", "offer_counts")),),
    basis="that of the config",
    has_verdict=False,
    can_lead=False,
    is_told=True,
    is_released=False,
)

ESTIMANDS = (
    OFFER_GAP,
    LIKE_FOR_LIKE_GAP,
    RAW_GAP,
    MARKET_GAP,
    COST_GAP,
    CHANGE_GAP,
    OVERPAYMENT,
    FIRST_RENEWAL_GAP,
    DECOMPOSITION,
    TENURE_GRADIENT,
    WALKING_SLOPE,
    HIDDEN_BIAS,
    WORST_SEGMENT,
    LENS_CONTRAST,
    MONITORING,
)
"""All of them, in display order after the headline."""

FALLBACK = LIKE_FOR_LIKE_GAP
"""Replaces offer_gap where a study has no offer of any kind."""

BY_NAME = {spec.name: spec for spec in ESTIMANDS}
LEADING = tuple(spec.name for spec in ESTIMANDS if spec.can_lead)
"""Names that the config may choose as the headline."""

ALIKE = tuple(spec.name for spec in ESTIMANDS if spec.is_alike)
"""Names of those that compare tenured with new customers of the same cell, plainest first."""

COMPARISONS = tuple(spec.name for spec in sorted(ESTIMANDS, key=lambda spec: spec.ladder or 0) if spec.ladder)
"""Names of the gaps that one figure shows beside each other, from the plainest."""
