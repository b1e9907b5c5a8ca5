"""The words of the specification range: the headline with one choice changed at a time."""

from __future__ import annotations

from fairness.findings.document import Finding
from fairness.findings.estimands import BY_NAME
from fairness.findings.specification_row import SpecificationRange, SpecificationRow
from fairness.text import numbers, sentences

COLUMNS = ("choice", "gap (interval)", "verdict", "compared", "tenured", "configured, same customers", "hangs on it")
NOTE = (
    "One choice changed at a time; the configured study stays the answer. The verdict hangs on a choice where it, or "
    "the sign of the gap, differs and the gap moved by more than half its interval, or the margin, whichever is less, "
    "from what the configured study says of the same customers. What cannot be assessed overturns nothing."
)

SUBTITLE = "The headline with one choice changed at a time; * the verdict hangs on it"
HANGS_ON_IT = " *"


def short_name(one: SpecificationRow) -> str:
    """Return the name of a specification in a figure: the key without its section, and the value.

    Example:
        >>> short_name(SpecificationRow(choice="like_for_like.cell", value="without region"))
        'cell without region'
        >>> short_name(SpecificationRow(choice="", value="as configured"))
        'as configured'
    """
    return f"{one.choice.rpartition('.')[2]} {one.value}" if one.choice else one.value


def panel_title(found: SpecificationRange) -> str:
    """Return the title over the figure: on how many choices the verdict hangs."""
    n = len(found.hangs_on)
    if not n:
        return "The verdict hangs on no single choice"
    return f"The verdict hangs on {'one choice' if n == 1 else f'each of {n} choices'}"


def title(study: str, primary: str) -> str:
    """Return what the table is about."""
    return f"{study}: what the verdict hangs on. {BY_NAME[primary].label}, one choice of the study changed at a time"


def row(one: SpecificationRow, *, margin: float) -> tuple[str, ...]:
    """Return one specification as it is read."""
    name = f"{one.choice} = {one.value}" if one.choice else one.value
    if one.problem:
        return (name, "–", f"not computed: {one.problem}", "", "", "", "")
    finding = Finding(estimate=one.estimate, ci_lower=one.ci_lower, ci_upper=one.ci_upper, verdict=one.verdict)
    same = one.configured_on_same_customers
    return (
        name,
        sentences.gap(finding),
        sentences.verdict(finding, margin=margin) or "–",
        "–" if one.support_share is None else numbers.percent(one.support_share),
        numbers.count(one.n_tenured),
        "–" if same is None else numbers.percent(same),
        "yes" if one.hangs else "",
    )


def sentence(found: SpecificationRange) -> str:
    """Return what the verdict hangs on, in one sentence.

    Example:
        >>> rows = (SpecificationRow(choice="", value="as configured"),
        ...         SpecificationRow(choice="comparator.basis", value="standard", hangs=True))
        >>> sentence(SpecificationRange(rows, ()))
        'The verdict hangs on comparator.basis (standard); 1 choice was tried.'
    """
    tried = [one for one in found.rows if one.choice]
    failed = [one for one in tried if one.problem]
    n = f"{len(tried):,} {'choice was' if len(tried) == 1 else 'choices were'} tried"
    missing = f", {len(failed):,} could not be computed" if failed else ""
    if not found.hangs_on:
        return f"The verdict hangs on no single choice; {n}{missing}."
    return f"The verdict hangs on {', '.join(found.hangs_on)}; {n}{missing}."
