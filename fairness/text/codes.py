"""Looks up what codes of findings say: the records are in `verdict_words`, `warning_words` and `reasons`."""

from __future__ import annotations

from fairness.findings.document import Finding
from fairness.text.numbers import percent
from fairness.text.reasons import Reason, reason_of
from fairness.text.verdict_words import VERDICT_REASONS, VerdictReason
from fairness.text.warning_words import WARNINGS


def reason(code: str) -> str:
    """Return why something, or a finding, is not compared.

    Example:
        >>> reason("free_month"), reason("no_comparable_cell")
        ('the month costs nothing', 'no cell has enough new and tenured customers')
    """
    return _record(code).label


def remark(code: str) -> str:
    """Return a warning in two or three words, for a table.

    Example:
        >>> remark("narrow_support")
        'narrow support'
    """
    return code.replace("_", " ")


def short_reason(code: str) -> str:
    """Return why a cell cannot be assessed in two or three words, for a tile of the heat map.

    Example:
        >>> short_reason("no_comparable_cell"), short_reason("too_few_customers")
        ('no match', 'too few')
    """
    return _record(code).short


def _record(code: str) -> VerdictReason | Reason:
    """Return the record of a reason; a code that also keeps a verdict open means what is not compared here."""
    known = VERDICT_REASONS.get(code)
    return known if known and "not_assessable" in known.verdicts else reason_of(code)


def warning(code: str, finding: Finding, *, min_pricing_decisions: int | None = None) -> str:
    """Return the sentence of a warning, filled from its finding."""
    diagnostics = finding.diagnostics
    return WARNINGS[code].sentence.format(
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


WITHHELD = {
    "small_count": "too few customers to be shown",
    "dominated_amount": "too few customers hold most of the money",
    "alternative_reading": "the money of one basis only is shown",
    "few_decide": "few customers could change the figure by much",
    "unknown_influence": "how far few customers could change the figure is not known",
}
"""Why a figure is withheld."""
