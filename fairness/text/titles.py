"""Titles of figures and pages: the finding where the numbers carry one, and only what is drawn where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

from fairness.findings.document import Finding, Month
from fairness.text import numbers
from fairness.text.labels import band_name, column, comparator, parts, scope, value
from fairness.text.verdict_words import DECIDED, VERDICTS

Findings = Sequence[Finding]

PAGES = (
    ("Overview", ""),
    ("Where", "where"),
    ("Since when", "since-when"),
    ("Price changes", "price-changes"),
    ("Promises", "promises"),
    ("Remedies", "remedies"),
    ("One customer", "one-customer"),
    ("Data quality", "data-quality"),
    ("SQL", "sql"),
    ("Snapshots", "snapshots"),
)
"""Title and address of each page of the dashboard, the first one at the root; the script of each is named like it."""
WHOLE_BOOK = ("Since when", "Price changes", "Promises", "Remedies", "One customer", "Data quality", "SQL", "Snapshots")
"""Pages that no filter narrows."""


def certainty_title(raw: Finding | None, alike: Finding | None, head: Finding, *, margin: float) -> str:
    """Return the title over raw, like-for-like and headline gap."""
    decided = alike is not None and alike.verdict in ("penalty", "favourable")
    if raw is None or alike is None or raw.estimate is None or not decided:
        return "What the gap is, and how sure that is"
    if raw.gap * alike.gap < 0:
        return f"The mix of plans hides it: like for like, tenured customers pay {_direction(alike)}"
    if abs(alike.gap - raw.gap) < margin:
        return "Compared like for like, the gap is about as large as the raw one"
    if abs(alike.gap) > abs(raw.gap):
        return "Compared like for like, the gap is larger, not smaller"
    same = head.verdict == alike.verdict
    return (
        "Part of the raw gap is the mix of plans, the rest stays" if same else "Part of the raw gap is the mix of plans"
    )


def _direction(finding: Finding) -> str:
    return "more" if finding.gap > 0 else "less"


def tenure_title(bands: Findings, order: Sequence[str]) -> str:
    """Return the title over the gap by tenure."""
    known = [band for band in bands if band.estimate is not None and band.ci_lower is not None]
    rises = all(a.gap <= b.gap for a, b in pairwise(known))
    than = comparator(bands[0])
    if len(known) > 2 and rises and known[-1].interval[0] > known[0].interval[1]:
        return f"The longer they stay, the further above {than} they pay"
    decided = [band for band in known if band.verdict == "penalty"]
    if decided:
        worst = max(decided, key=lambda band: band.gap)
        return f"Widest {at_band(str(worst.tenure_band))}: {numbers.percent(worst.gap)} above {than}"
    if all(band.verdict == "equivalent" for band in known):
        return "Equal at every tenure"
    return f"The gap to {than} by tenure"


def at_band(label: str) -> str:
    """Return where a tenure band stands within a sentence.

    Example:
        >>> at_band("0"), at_band("3-4")
        ('in the first year', 'at 3–4 years')
    """
    name = band_name(label)
    return f"in the {name}" if name.endswith(" year") else f"at {name}"


def basis_title(alternatives: Findings) -> str:
    """Return the title over the bases of the comparator."""
    verdicts = {finding.verdict for finding in alternatives}
    if verdicts == {"penalty"}:
        return "Tenured customers pay more on every basis of the offer price"
    if verdicts == {"favourable"}:
        return "Tenured customers pay less on every basis of the offer price"
    if verdicts == {"equivalent"}:
        return "Equal on every basis of the offer price"
    if {"penalty", "favourable"} <= verdicts or ("equivalent" in verdicts and len(verdicts & set(DECIDED)) > 1):
        return "The answer depends on the basis of the offer price"
    return "Not every basis of the offer price decides it"


def worst_title(cells: Findings, order: Sequence[str]) -> str:
    """Return the title over the cells with an answer that are furthest above."""
    if not cells:
        return "No cell has an answer"
    first = cells[0]
    name = scope(first, order)
    if first.verdict == "penalty":
        return f"{name} is furthest above {comparator(first)}"
    if first.verdict == "equivalent":
        return f"No cell is above {comparator(first)} beyond the margin"
    return f"No cell is above {comparator(first)}"


def monthly_title(monthly: Sequence[Month]) -> str:
    """Return the title over the monthly gap: where it stood first and last."""
    first, last = monthly[0], monthly[-1]
    start = f"{_above(first.gap)} the offer in {numbers.month(first.month)}"
    return f"From {start} to {_above(last.gap, named=first)} in {numbers.month(last.month)}"


def watched(finding: Finding | None) -> str:
    """Return what watching the prices set in each month came to; empty where nothing is watched.

    Example:
        >>> from fairness.findings.results import Companion
        >>> watched(Finding(companions=(Companion("months_with_alarm", 0),)))
        'Watched from month to month: no alarm.'
        >>> watched(Finding(companions=(Companion("months_with_alarm", 2),)))
        'Watched from month to month: an alarm; fairness analyze says when.'
        >>> watched(Finding(companions=(Companion("months_with_alarm", 0),), warnings=("months_move_together",)))
        'Watched from month to month: no alarm is given, because all prices move together.'
    """
    if finding is None or finding.beside("months_with_alarm") is None:
        return ""
    if "months_move_together" in finding.warnings:
        answer = "no alarm is given, because all prices move together"
    else:
        answer = "an alarm; fairness analyze says when" if finding.beside("months_with_alarm") else "no alarm"
    return f"Watched from month to month: {answer}."


def _above(estimate: float, *, named: Month | None = None) -> str:
    size = numbers.percent(abs(estimate))
    if named is not None and (named.gap >= 0) == (estimate >= 0):
        return size
    return f"{size} {'above' if estimate >= 0 else 'below'}"


def left_out_title(customers: int) -> str:
    """Return the title over those who could not be compared."""
    if not customers:
        return "Every tenured customer could be compared"
    return f"{numbers.many(customers, 'customer')} could not be compared"


def where_title(cells: Findings, order: Sequence[str]) -> tuple[str, str, str]:
    """Return the headline of the cells in three parts, the middle one the figure to stress."""
    more = [cell for cell in cells if cell.verdict == "penalty"]
    less = [cell for cell in cells if cell.verdict == "favourable"]
    if more:
        worst = max(more, key=lambda cell: cell.gap)
        tail = ""
        if less:
            best = min(less, key=lambda cell: cell.gap)
            tail = f"; {scope(best, order)} {numbers.percent(-best.gap)} less"
        return f"{scope(worst, order)} pays ", f"{numbers.percent(worst.gap)} more", tail
    if less:
        best = min(less, key=lambda cell: cell.gap)
        return f"{scope(best, order)} pays ", f"{numbers.percent(-best.gap)} less", ""
    if any(cell.verdict == "equivalent" for cell in cells):
        return "Where there is an answer, tenured customers pay ", "the same", ""
    if any(cell.verdict == "inconclusive" for cell in cells):
        return "No cell can be told yet", "", ""
    return "No cell can be assessed", "", ""


def where_summary(cells: Findings, n_looked_at: int) -> str:
    """Return how many cells have which verdict, and for how many tests that is adjusted.

    Example:
        >>> where_summary([Finding(verdict="penalty"), Finding(verdict="equivalent")], 24)
        'Of 2 cells, 1 pays more, 1 is equal; adjusted for 24 tests.'
    """
    counted = []
    for name, verdict in VERDICTS.items():
        n = sum(cell.verdict == name for cell in cells)
        if n:
            counted.append(f"{n:,} {verdict.one if n == 1 else verdict.several}")
    adjusted = numbers.adjusted(n_looked_at)
    return f"Of {numbers.many(len(cells), 'cell')}, {', '.join(counted)}; {adjusted}."


def forest_title(cells: Findings) -> str:
    """Return the title over the forest plot of cells."""
    decided = sum(cell.verdict in DECIDED for cell in cells)
    more = sum(cell.verdict == "penalty" for cell in cells)
    if not decided:
        return f"None of {numbers.many(len(cells), 'cell')} has an answer"
    has = "has" if decided == 1 else "have"
    return f"{decided:,} of {numbers.many(len(cells), 'cell')} {has} an answer, {more:,} of them that tenured pay more"


def heat_title(cells: Findings, columns: Sequence[str], order: Sequence[str]) -> str:
    """Return the title over the heat map: what the two drawn cells furthest above the comparator share."""
    more = sorted((cell for cell in cells if cell.verdict == "penalty"), key=lambda cell: -cell.gap)
    if len(more) < 2:
        return "The gap cell by cell"
    first, second = (parts(cell.scope, order) for cell in more[:2])
    shared = [one for one, two in zip(first, second, strict=True) if one == two]
    return f"The gap is widest in {', '.join(shared)}" if shared else "The gap is widest in different places"


def lens_title(lens: str, groups: Findings, *, others: int) -> str:
    """Return the title over the groups of one lens: the ends, where they are told apart, or what was compared.

    Args:
        lens: Its column.
        groups: The groups that are drawn.
        others: How many groups of the view cannot be assessed.
    """
    ranked = sorted(groups, key=lambda finding: finding.gap)
    name = column(lens)
    if len(ranked) == 1:
        only = "only {} can be assessed" if others else "only {} is in this view"
        return f"{name}: {only.format(value(ranked[0].scope[lens]))}"
    known = [finding for finding in ranked if finding.has_interval]
    apart = [(low, high) for low, high in combinations(known, 2) if low.interval[1] < high.interval[0]]
    if apart:
        low, high = max(apart, key=lambda pair: pair[1].gap - pair[0].gap)
        top, bottom = (value(finding.scope[lens]) for finding in (high, low))
        return f"{name}: {top} {numbers.percent(high.gap)}, {bottom} {numbers.percent(low.gap)}"
    return f"{name}: all intervals overlap"


def worst_subtitle(shown: int, decided: int, looked_at: int) -> str:
    """Return what the panel of the largest gaps draws.

    Example:
        >>> worst_subtitle(5, 21, 24)
        'The five largest gaps of 21 cells with an answer, adjusted for 24 tests'
    """
    cells = f"{numbers.many(decided, 'cell')} with an answer"
    which = f"The {numbers.small(shown, 'largest gap')} of {cells}" if decided > shown else f"All {cells}"
    return f"{which}, {numbers.adjusted(looked_at)}"


def tone(figure: str) -> str:
    """Return the verdict whose colour a stressed figure has."""
    return "penalty" if figure.endswith("more") else "favourable" if figure.endswith("less") else "equivalent"
