"""The frozen result types: what a study found, with the meaning and unit of every number.

These types are the findings contract (schema version 1). Ratios are fractions (0.034 is 3.4 %), positive = tenured
customers pay more, missing is None, money is a :class:`~decimal.Decimal`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

SCHEMA_VERSION = 1

Level = Literal["pooled", "lens", "cell"]
VerdictName = Literal["penalty", "favourable", "equivalent", "inconclusive", "not_assessable"]
SampleUnit = Literal["customers", "pricing_decisions"]
Number = float | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Companion:
    """A second look at the same finding: another estimator, test or check.

    Attributes:
        name: Name of the estimator as in the method document.
        estimate: Its value, in the unit of the finding unless its name says otherwise; None for a bare test.
        ci_lower: Lower bound of its interval, or None.
        ci_upper: Upper bound of its interval, or None.
        statistic: Test statistic, above 0 when tenured customers pay more; or None.
        p_value: Two-sided p-value, or None.
    """

    name: str
    estimate: Number = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    statistic: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class DecidingSample:
    """How large a sample would decide an inconclusive finding.

    Attributes:
        unit: ``customers`` or ``pricing_decisions``, whichever binds.
        present: The current sample, in that unit.
        at_zero: Total at which a true gap of 0 would be called equivalent with 80 % probability, or None.
        at_twice_margin: Total at which a true gap of twice the margin would be called a penalty with 80 % probability.
        reason: Why no sample would decide; empty where one would.
    """

    unit: SampleUnit
    present: float
    at_zero: int | None
    at_twice_margin: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What the verdict rests on besides the estimate.

    Attributes:
        df: Degrees of freedom of the t distribution; None where there is no test.
        standard_error: Standard error of the log ratio.
        n_eff: Effective number of new customers (two samples) or of customers (offers).
        n_eff_needed: Effective number that equivalence needs.
        heterogeneity_q: Weighted spread of the cell gaps.
        heterogeneity_df: Its degrees of freedom.
        heterogeneity_p_value: Its p-value against one common gap.
        tau: Standard deviation of the true cell gaps, log scale.
        penalised_share: Share of the scope's tenured customers in cells with an adjusted penalty.
        favoured_share: The same with an adjusted favour.
        pricing_decisions: Effective number of price decisions, where they are the draws.
        ci_lower_by_party, ci_upper_by_party: Interval clustered by party, where there are two intervals.
        ci_lower_by_decision, ci_upper_by_decision: Interval clustered by price decision.
        skew: Skewness over the root of the number of draws behind the printed interval.
    """

    df: float | None = None
    standard_error: float | None = None
    n_eff: float | None = None
    n_eff_needed: float | None = None
    heterogeneity_q: float | None = None
    heterogeneity_df: int | None = None
    heterogeneity_p_value: float | None = None
    tau: float | None = None
    penalised_share: float | None = None
    favoured_share: float | None = None
    pricing_decisions: float | None = None
    ci_lower_by_party: float | None = None
    ci_upper_by_party: float | None = None
    ci_lower_by_decision: float | None = None
    ci_upper_by_decision: float | None = None
    skew: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer to one question about one part of the book.

    Attributes:
        estimand: What is estimated, such as ``offer_gap``.
        comparator: What tenured prices are compared with: offer, book, derived, new_customers, market_price,
            expected_cost.
        basis: Basis of the price: headline, effective, standard or paid.
        level: pooled, lens or cell.
        scope: Column values that the finding is restricted to; empty when pooled.
        tenure_band: Label of the tenure band, or None for all tenured customers.
        fact: What happened, in one sentence, without sampling error.
        estimate: The gap (fraction) or the money (major units a year).
        unit: ``fraction`` or ``<CUR>/year``.
        ci_lower, ci_upper: Interval at ``confidence_level``; None where none can be computed.
        confidence_level: Level of the printed interval; above the study's for cells selected from many.
        interval: How the interval was made.
        test: The test that the p-value comes from.
        statistic: Its statistic.
        p_value: Two-sided, unadjusted.
        p_value_adjusted: Adjusted within ``family``.
        family: The tests that this one was adjusted with.
        effect_size: A scale-free size.
        effect_size_name: Its name.
        companions: Other estimators of the same question.
        n_tenured: Distinct tenured customers who were compared.
        n_new: Distinct new customers whom they were compared with; None against a fixed comparator.
        n_observations: Observations of the tenured that were compared: one for each thing that a customer holds.
        n_cells: Cells compared.
        support_share: Compared share of the scope's tenured customers; a customer counts if anything is compared.
        support_money_share: Compared share of their money; None where nothing was paid.
        n_not_compared: Distinct tenured customers of the scope with nothing compared.
        money_not_compared: What everything not compared costs per year, major units; None where no price is known.
        minimum_detectable_gap: Smallest true gap found with 80 % probability, log scale.
        equivalence_ci_lower, equivalence_ci_upper: The 1 - 2 alpha interval of the equivalence rule.
        p_value_equivalence: P-value of the two one-sided tests, unadjusted.
        p_value_equivalence_adjusted: The same, adjusted within the family.
        verdict: One of five, or None for facts and raw figures.
        verdict_reason: Code of the rule that decided; empty without a verdict.
        warnings: Codes of what a reader must know besides the verdict.
        deciding_sample: The sample that would decide an inconclusive finding.
        reversal_gap: Gap that the money without a comparator would need to bring the overall gap to 0.
        diagnostics: What the verdict rests on.
    """

    estimand: str
    comparator: str
    basis: str
    level: Level
    scope: Mapping[str, str | None]
    tenure_band: str | None
    fact: str
    estimate: Number
    unit: str
    ci_lower: float | None = None
    ci_upper: float | None = None
    confidence_level: float | None = None
    interval: str | None = None
    test: str | None = None
    statistic: float | None = None
    p_value: float | None = None
    p_value_adjusted: float | None = None
    family: str | None = None
    effect_size: float | None = None
    effect_size_name: str | None = None
    companions: tuple[Companion, ...] = ()
    n_tenured: int = 0
    n_new: int | None = None
    n_observations: int = 0
    n_cells: int = 0
    support_share: float | None = None
    support_money_share: float | None = None
    n_not_compared: int = 0
    money_not_compared: Decimal | None = None
    minimum_detectable_gap: float | None = None
    equivalence_ci_lower: float | None = None
    equivalence_ci_upper: float | None = None
    p_value_equivalence: float | None = None
    p_value_equivalence_adjusted: float | None = None
    verdict: VerdictName | None = None
    verdict_reason: str = ""
    warnings: tuple[str, ...] = ()
    deciding_sample: DecidingSample | None = None
    reversal_gap: float | None = None
    diagnostics: Diagnostics = field(default_factory=Diagnostics)

    @property
    def key(self) -> tuple[Any, ...]:
        """What it answers: question, level, scope and band; no two findings of a study share it."""
        question = self.estimand, self.comparator, self.basis
        return *question, self.level, tuple(sorted(self.scope.items())), self.tenure_band

    def companion(self, name: str) -> Companion | None:
        """Return the companion of that name, or None."""
        return next((companion for companion in self.companions if companion.name == name), None)


@dataclass(frozen=True, slots=True)
class NotCompared:
    """What the tenured hold that the headline does not compare, for one reason.

    Attributes:
        reason: no_new_customers, too_few_customers, no_offer, several_prices, rejected, ... as
            :mod:`fairness.text.reasons` explains.
        customers: Distinct tenured customers who hold it; something else that they hold may be compared.
        money: What it costs a year, major units; None where no amount is known.
    """

    reason: str
    customers: int
    money: Decimal | None


@dataclass(frozen=True, slots=True)
class OtherCurrency:
    """Customers outside the study's currency: counted with their money, not compared.

    Attributes:
        currency: ISO 4217 code.
        customers: Ledger rows in it.
        tenured_customers: The tenured among them.
        money: What all of them pay a year, major units of that currency.
    """

    currency: str
    customers: int
    tenured_customers: int
    money: Decimal | None


@dataclass(frozen=True, slots=True)
class Support:
    """Who could be compared.

    Attributes:
        tenured_customers: Distinct tenured customers of the study's currency who hold something in the month.
        assessable_customers: Those with at least one observation that the headline compares.
        assessable_share: Their share; None without tenured customers.
        assessable_money_share: Share of the tenured money that the headline compares.
        left_censored_customers: Customers who joined before the data begin.
        unknown_tenure_customers: Distinct customers of unknown tenure; in no group.
        unknown_tenure_share: Their share of all customers of the month; None without customers.
        new_customers: Distinct new customers, the other arm.
        rejected_share: Share of the rows with prices that were rejected, or of their customers, the larger.
        other_currencies: Customers in other currencies, by currency.
        beside: Customers who count nowhere, because their last bill was reversed: reason, customers and money.
        not_compared: Why something is not compared, with customers and money, largest first.
    """

    tenured_customers: int
    assessable_customers: int
    assessable_share: float | None
    assessable_money_share: float | None
    left_censored_customers: int
    unknown_tenure_customers: int
    unknown_tenure_share: float | None
    new_customers: int
    rejected_share: float
    other_currencies: tuple[OtherCurrency, ...]
    not_compared: tuple[NotCompared, ...]
    beside: tuple[NotCompared, ...] = ()


@dataclass(frozen=True, slots=True)
class SuspectUnit:
    """A product and plan whose prices differ from what they are compared with as units do, not as prices do.

    Attributes:
        product_id: The product.
        plan_id: The plan; None where lines carry none.
        median_ratio: Median of price over offer, or over the usual price of the product where there is no offer.
        factor: 100 or 1,000 where single rows differ by it or its inverse; None where the median lies outside 0.2 to 5.
        money_share: Its share of the money paid or offered, whichever is larger.
        remedy: What to do, and the line to write where the amounts are right.
    """

    product_id: str | None
    plan_id: str | None
    median_ratio: float
    factor: float | None
    money_share: float
    remedy: str


@dataclass(frozen=True, slots=True)
class UnofferedPlans:
    """Tenured customers on plans that are not offered while their product is.

    Attributes:
        observations: Things held on such plans.
        share: Share of the tenured customers who hold one.
        money_share: Their share of the money.
        product_offer_gap: Their gap against the offer of the product, same interval and currency, a fraction; None
            where no plan of it fits.
        remedy: What to do, and the line to write where plans are the ids of single prices.
    """

    observations: int
    share: float
    money_share: float
    product_offer_gap: float | None
    remedy: str


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings document of one study.

    Attributes:
        study: Name, as-of month, currency, margin, confidence level, primary estimand, comparator basis.
        build: Run id, engine, software version and the inputs with their hashes.
        reconciliation: Rows and amounts by disposition, for billing and book.
        reconciliation_by_role: The same for the other roles.
        support: Who could be compared.
        findings: The headline first.
        suspect_units: Products whose prices seem to be in another unit; from 5 % of the money, no verdict is given.
        plans_not_offered: What tenured customers on plans that are not offered pay; None where there are none.
        rejected: Rejected rows of each role of which 1 % or more are rejected, by reason; see analysis.rejected_rows.
        spellings: Columns with values that differ only by case or Unicode form: column, things that are most likely
            meant, their spellings, rows, and examples where they are not ids of people.
        promises: Outcomes of the rule pack; empty while none is configured.
        monthly: The headline's offer_gap month by month: month, estimate, interval, n_tenured, pricing_decisions.
        influences: How far a few customers could move each finding (by key) or month: what disclosure control rounds
            by. Not part of the document.
    """

    study: Mapping[str, Any]
    build: Mapping[str, Any]
    reconciliation: Mapping[str, Any]
    reconciliation_by_role: Mapping[str, Any]
    support: Support
    findings: tuple[Finding, ...]
    suspect_units: tuple[SuspectUnit, ...] = ()
    plans_not_offered: UnofferedPlans | None = None
    rejected: tuple[Mapping[str, Any], ...] = ()
    spellings: tuple[Mapping[str, Any], ...] = ()
    promises: tuple[Mapping[str, Any], ...] = ()
    monthly: tuple[Mapping[str, Any], ...] = ()
    influences: Mapping[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def headline(self) -> Finding:
        """The primary finding, also ``findings[0]``."""
        return self.findings[0]

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data: the contract that ``analyze --format json`` prints."""
        findings = [plain(finding) for finding in self.findings]
        return {
            "schema_version": SCHEMA_VERSION,
            "study": plain(self.study),
            "build": plain(self.build),
            "reconciliation": plain(self.reconciliation),
            "reconciliation_by_role": plain(self.reconciliation_by_role),
            "support": plain(self.support),
            "headline": findings[0],
            "findings": findings,
            "suspect_units": plain(self.suspect_units),
            "plans_not_offered": plain(self.plans_not_offered),
            "rejected": plain(self.rejected),
            "spellings": plain(self.spellings),
            "promises": plain(self.promises),
            "monthly": plain(self.monthly),
        }

    def to_json(self) -> str:
        """Return the document as JSON text: keys sorted, UTF-8, equal for equal inputs."""
        return json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False)


def money_text(amount: Decimal) -> str:
    """Return money as a decimal string: at least two decimals, no more than it has, no exponent.

    Example:
        >>> money_text(Decimal("1204.500000")), money_text(Decimal("0.1234"))
        ('1204.50', '0.1234')
    """
    text = f"{amount:f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def plain(value: Any) -> Any:
    """Return a result as JSON-ready data: money as text, no NaN or infinity, tuples as lists."""
    if value is None or value is True or value is False or isinstance(value, str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Decimal):
        return money_text(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
