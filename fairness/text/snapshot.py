"""The sentences of a snapshot: what an executive reads, in plain words.

Like :mod:`fairness.text.sentences`, everything here takes findings as a document states them, and settings as
plain data. Short sentences, common words: a test measures the reading age.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from fairness.findings.document import Data, Document, Finding
from fairness.findings.results import Number
from fairness.text import codes, data_notes, labels, numbers, sentences
from fairness.text.rejections import rejected_lines

OF_TENURED = "fraction of tenured customers"
OF_REASON = "all customers of that reason"
"""Unit of a share, and what a number of customers left out is of."""

TITLES = {
    "reversal": "What would change the answer",
    "left_out": "What could not be assessed",
    "open": "What remains open",
    "method": "How it was measured",
    "sure": "How sure it is",
    "limits": "What it does not say",
    "data": "What went in",
    "withheld": "What is withheld",
    "reproduce": "How to check it",
    "sign_off": "Sign-off",
    "decision": "Decision asked",
    "how_large": "How large, how sure, since when",
    "where": "Where it is, and against which offer",
    "hangs_on": "What the answer hangs on",
}


def tick(value: float, *, last: bool) -> str:
    """Return the label of a gap axis; the last one carries the sign.

    Example:
        >>> tick(0.05, last=False), tick(-0.125, last=True)
        ('5', '−12.5 %')
    """
    text = f"{value * 100:g}".replace("-", "−")
    return f"{text} %" if last else text


def years(months: int) -> str:
    """Return a length of time in years where it is whole.

    Example:
        >>> years(24), years(12), years(18)
        ('two years', 'one year', '18 months')
    """
    names = {12: "one year", 24: "two years", 36: "three years", 48: "four years", 60: "five years"}
    return names.get(months, f"{months} months")


def headline_parts(document: Document) -> tuple[str, str, str]:
    """Return the answer in three parts, the middle one the words to stress; parts may be empty."""
    text = sentences.headline(document)
    finding = document.head
    if finding.verdict in ("penalty", "favourable"):
        stress = sentences.more_or_less(finding)
    elif finding.verdict == "equivalent":
        stress = text.split(":")[0]
    else:
        return text, "", ""
    before, _, after = text.partition(stress)
    return before, stress, after


def certainty(document: Document) -> str:
    """Return how sure the answer is, in one sentence."""
    finding = document.head
    verdict = finding.verdict
    if verdict in ("penalty", "favourable"):
        if finding.p_value is None and is_rounded(document):
            return "How often prices blind to tenure would show such a gap is withheld: few customers decide it."
        chance = how_often(finding.p_value, at_most=is_rounded(document))
        return f"If prices took no notice of tenure, a gap this large would {chance}."
    if verdict == "equivalent":
        return f"A gap of more than {margin(document)} either way can be ruled out."
    if verdict == "inconclusive" and finding.ci_lower is not None:
        low, high = (numbers.percent(finding[name]) for name in ("ci_lower", "ci_upper"))
        return f"The gap may lie anywhere from {low} to {high}: the answer is open, not “no gap”."
    return "No figure is shown, because none would mean anything."


def how_often(p_value: float | None, *, at_most: bool = False) -> str:
    """Return how often prices blind to tenure would show such a gap.

    Args:
        p_value: The p-value; None where nothing varies.
        at_most: Whether it is a level that the p-value does not exceed.

    Example:
        >>> how_often(0.0004), how_often(0.012), how_often(0.05, at_most=True)
        ('hardly ever turn up', 'turn up about 12 times in 1,000', 'turn up at most 50 times in 1,000')
    """
    if p_value is None or p_value < 0.001 or (at_most and p_value == 0.001):
        return "hardly ever turn up"
    return f"turn up {'at most' if at_most else 'about'} {max(1, round(p_value * 1000)):,} times in 1,000"


def is_rounded(document: Document) -> bool:
    """Return whether a document is a released one: its figures are rounded, its p-values are levels."""
    return document.min_cell > 0


def margin(document: Document) -> str:
    """Return the margin as a percentage."""
    return f"{document.margin * 100:g} %"


def each_pays(net: Number, n: int, currency: str, finding: Finding) -> str:
    """Return what the gap means for one customer, from money and people shown."""
    mean = Decimal(net or 0) / n
    direction = "more" if mean >= 0 else "less"
    amount = numbers.money(abs(mean), currency, decimals=2)
    than = "joiners of the same month paid" if finding.comparator == "derived" else "a new customer is offered"
    return f"On average, each of them pays {amount} a year {direction} than {than}."


def who(settings: Data) -> str:
    """Return who counts as tenured."""
    return (
        f"Tenured customers have been with the firm for {years(settings['tenure']['tenured_from_months'])} or longer."
    )


def whole(document: Document, finding: Finding) -> str:
    """Return how many stand behind a finding; that it is withheld where it is."""
    if finding.n_tenured is None:
        return "a number of customers that is withheld"
    new = "" if finding.n_new is None else f", {numbers.count(finding.n_new)} new customers"
    return f"{numbers.many(finding.n_tenured, 'tenured customer')}{new}"


def intervals(document: Document) -> str:
    """Return what stands in brackets."""
    return f"in brackets, the {sentences.level(document)} interval"


def trend_subtitle(document: Document) -> str:
    """Return what the monthly chart draws."""
    return f"Monthly gap to the offer, {sentences.level(document)} interval of each month"


def a_year(amount: Number, currency: str) -> str:
    """Return yearly money."""
    return f"{numbers.money(amount, currency)} a year"


def reversal(finding: Finding) -> str:
    """Return what the money without a comparison would have to show to bring the gap to zero."""
    gap = finding.reversal_gap or 0.0
    direction = "less" if gap < 0 else "more"
    if abs(gap) > 1:
        return "Even free of charge, the customers who could not be compared would not undo it."
    return (
        f"Those who could not be compared would have to pay {numbers.percent(abs(gap))} {direction} "
        "than an offer of their own to bring the gap to zero."
    )


def deciding(finding: Finding) -> str:
    """Return the sample that would decide an open finding; empty where none is known."""
    sample = finding.deciding_sample
    if sample is None or sample.at_zero is None or sample.at_twice_margin is None:
        return ""
    unit = "customers" if sample.unit == "customers" else "price decisions"
    have = numbers.count(int(sample.present))
    equal, gap = numbers.count(sample.at_zero), numbers.count(sample.at_twice_margin)
    return (
        f"There are {have} {unit}. To show that there is no gap takes {equal}; to show one of twice the margin, {gap}."
    )


def alternatives(bases: Sequence[Finding], head: Finding) -> str:
    """Return whether another basis of the offer price changes the answer."""
    others = [finding for finding in bases if finding.basis != head.basis]
    differ = [finding for finding in others if finding.verdict != head.verdict]
    if not differ:
        return "No other basis of the offer price changes the answer."
    named = " and ".join(labels.BASES[finding.basis].lower() for finding in differ)
    return f"Against the {named} the answer is another one."


def detectable(finding: Finding) -> str:
    """Return the smallest gap that the data could have shown."""
    return f"Gaps below about {numbers.percent(finding.minimum_detectable_gap)} could not have been seen."


def left_out(item: Data, currency: str) -> str:
    """Return those who could not be compared, for one reason."""
    reason = codes.reason(item["reason"])
    if item["customers"] is None:
        return f"Some customers, {reason}: the number is withheld."
    amount = "" if item["money"] is None else f", {a_year(item['money'], currency)}"
    return f"{numbers.many(item['customers'], 'tenured customer')}{amount}: {reason}."


def nobody_left_out(document: Document) -> str:
    """Return that all could be compared; how few were not is withheld, none of them included."""
    if is_rounded(document):
        return f"Fewer than {document.min_cell} tenured customers, if any, could not be compared."
    return "Every tenured customer could be compared."


def open_cells(findings: Sequence[Finding], order: Sequence[str]) -> str:
    """Return which cells cannot be told yet."""
    names = [labels.scope(finding, order) for finding in findings[:2]]
    rest = len(findings) - len(names)
    more = f" and {numbers.many(rest, 'other cell')}" if rest else ""
    return f"Cannot tell yet: {'; '.join(names)}{more}."


def less_cells(finding: Finding, order: Sequence[str], others: int) -> str:
    """Return where tenured customers pay less."""
    more = f" So in {numbers.many(others, 'other cell')}." if others else ""
    return f"{labels.scope(finding, order)}: tenured customers pay {sentences.gap(_turned(finding))} less.{more}"


def _turned(finding: Finding) -> Finding:
    lower, upper = (None if end is None else -end for end in (finding.ci_upper, finding.ci_lower))
    return replace(finding, estimate=-finding.gap, ci_lower=lower, ci_upper=upper)


def nothing_open() -> str:
    """Return that every cell has an answer."""
    return "Every cell that could be assessed has an answer."


def facts_and_interval(document: Document) -> str:
    """Return what is fact and what is inference, for the foot of the page."""
    rest = decisions(document)
    return (
        "The gap, the money and the people are facts of this billing period. The interval says whether prices that "
        f"take no notice of tenure could have produced them.{f' {rest}' if rest else ''} "
        f"Grey band: {sentences.margin(document)}."
    )


def decisions(document: Document) -> str:
    """Return how many price decisions the interval rests on; empty where none are shared."""
    number = document.head.diagnostics.pricing_decisions
    return "" if number is None else f"It rests on {numbers.count(int(number))} separate price decisions in effect."


def filters(settings: Data) -> str:
    """Return which customers are in, and what makes two of them alike."""
    cell = [labels.column(name).lower() for name in ("product_id", *settings["like_for_like"]["cell"])]
    return f"All customers, no filter. Like for like: same {_and(list(dict.fromkeys(cell)))}"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def comparator(document: Document, settings: Data) -> str:
    """Return what the headline compares with."""
    text = sentences.comparison(document, horizon=settings["comparator"]["horizon_months"])
    return f"Compared with: {text}"


def build(document: Document) -> str:
    """Return which build the numbers are of."""
    return f"Build {document.build['id']}, software {document.build['software_version']}"


def sign_off_room() -> str:
    """Return the labels of the empty sign-off line."""
    return "Name, date and decision"


def asked(decision: str, owner: str, due: str) -> str:
    """Return the decision that is asked, whose it is and until when.

    Example:
        >>> asked("Freeze rises", "A. Owner", "2026-01-31"), asked("Freeze rises", "", "")
        ('Freeze rises. Owner: A. Owner. Due: 31 Jan 2026.', 'Freeze rises.')
    """
    said = [decision.removesuffix(".")]
    said += [f"Owner: {owner.removesuffix('.')}"] if owner else []
    said += [f"Due: {date.fromisoformat(due):%-d %b %Y}"] if due else []
    return f"{'. '.join(said)}."


def before(text: str, month: str) -> str:
    """Return what a figure was in the snapshot before.

    Example:
        >>> before("4.6 %", "Nov 2025")
        'Nov 2025: 4.6 %'
    """
    return f"{month}: {text}"


def page(number: int | str, total: int | str) -> str:
    """Return the page number; texts where a layout counts the pages."""
    return f"Page {number} of {total}"


def summary(document: Document) -> list[str]:
    """Return the answer in a few lines, for messages."""
    head, support = document.head, document.support
    lines = [*rejected_lines(document), sentences.headline(document)]
    if head.estimate is not None and head.ci_lower is not None:
        lines.append(f"{sentences.gap(head)}. {certainty(document)}")
    if target := sentences.appetite(document):
        lines.append(target)
    money = document.money()
    if money is not None and money.amount is not None:
        lines.append(f"{a_year(money.amount, document.currency)} paid above the offer.")
    if support["assessable_share"] is not None:
        lines.append(f"{sentences.support(document)}.")
    return lines


def kind() -> str:
    """Return what kind of document this is."""
    return "Executive snapshot"


def net(amount: Number, currency: str) -> str:
    """Return the money net of those who pay less."""
    return f"{numbers.money(amount, currency)} net"


def nothing_to_draw() -> str:
    """Return that a slide has no chart, because nothing could be assessed."""
    return "Nothing could be assessed here, so nothing is drawn."


def band(name: str) -> str:
    """Return what the grey band of a chart is."""
    return f"Grey band: {name}."


def sentence_of(text: str) -> str:
    """Return a phrase as a sentence.

    Example:
        >>> sentence_of("there are no tenured customers")
        'There are no tenured customers.'
    """
    return f"{text[:1].upper()}{text[1:]}."


SENT_WEBHOOK = "Summary sent to the webhook."


def sent_mail(number: int) -> str:
    """Return that the summary was sent by mail."""
    return f"Summary sent by mail to {numbers.many(number, 'recipient')}."


def not_sent(verdict: str) -> str:
    """Return that no summary was sent, because the verdict is that of the snapshot before.

    Example:
        >>> not_sent("pay more")
        'No summary sent: the verdict is that of the snapshot before, pay more.'
    """
    return f"No summary sent: the verdict is that of the snapshot before, {verdict}."


def where_it_is(document: Document, folder_name: str) -> str:
    """Return which snapshot a summary is of."""
    return f"{document.name}, {numbers.month(document.as_of)}. Snapshot {folder_name}. {build(document)}."


def warning_lines(document: Document, settings: Data) -> list[str]:
    """Return what stands directly under the headline."""
    least = settings["inference"]["min_pricing_decisions"]
    said = [codes.warning(code, finding, min_pricing_decisions=least) for code, finding in document.warnings()]
    return said + data_notes.warnings(document)


def tenured(finding: Finding) -> str:
    """Return the tenured customers behind a finding, for a narrow place."""
    return "number withheld" if finding.n_tenured is None else f"{numbers.count(finding.n_tenured)} tenured"
