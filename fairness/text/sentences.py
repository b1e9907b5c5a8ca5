"""What findings say: the answer in one sentence, and the sentences around it.

Functions take findings as a document states them, so that the command line, the dashboard and the snapshot say the same
words from the same document.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairness.findings.document import Data, Document, Finding, Month
from fairness.findings.estimands import BY_NAME
from fairness.text import numbers
from fairness.text.codes import WITHHELD, reason, remark
from fairness.text.labels import BASIS_IN_TEXT
from fairness.text.numbers import count, many, money, p_value, percent, percentage, round_up
from fairness.text.verdict_words import VERDICT_REASONS, VERDICTS

_MOST_CHOICES = 3
_BASES = {
    "headline": "introductory price",
    "effective": "effective price",
    "standard": "price after the introduction",
}


_OTHER_LOOKS = {
    "best_available_offer": ("best_available_offer", "the cheapest offer that fits"),
    "pricing_dates_differ": ("at_cycle_start", "the offer of the cycle billed"),
}
"""Warning of a look that differs to its companion, and what that compares with."""

_NAMED_UNKNOWN = 0.01
"""Share of the customers of unknown tenure from which it stands beside what could be compared."""


def gap(finding: Finding | Month) -> str:
    """Return estimate and interval in one breath.

    Example:
        >>> gap(Finding(estimate=0.034, ci_lower=0.0291, ci_upper=0.039, verdict="penalty"))
        '3.4 % (2.9 to 3.9)'
    """
    if finding.estimate is None or finding.verdict == "not_assessable":
        return "–"
    if finding.ci_lower is None or finding.ci_upper is None:
        return f"{percent(finding.estimate)} (no interval)"
    return f"{percent(finding.estimate)} ({percentage(finding.ci_lower)} to {percentage(finding.ci_upper)})"


def estimand(finding: Finding) -> str:
    """Return the name of a finding's question, with the basis of the comparator where there are several.

    Example:
        >>> estimand(Finding("offer_gap", "offer", "headline"))
        'Against the new-customer offer, introductory price'
    """
    spec = BY_NAME[finding.estimand]
    name = spec.against(finding.comparator).label or spec.label
    if finding.comparator == "offer" and spec.against("offer").known_by == "offered_ticks":
        return f"{name}, {_BASES[finding.basis]}"
    return name


def headline(document: Document) -> str:
    """Return the answer of a study in one sentence.

    Example:
        >>> headline(Document.load({"study": {"margin": 0.01}, "headline": {"verdict": "penalty", "estimate": 0.172,
        ...     "estimand": "offer_gap", "comparator": "offer"}}))
        'Tenured customers pay 17.2 % more than a new customer is offered'
    """
    finding, pooled = document.head, document.data["study"].get("plans_pooled", False)
    text = sentence(finding, margin=document.margin, plans_pooled=pooled) + hangs_on(document)
    if finding.verdict != "not_assessable" or finding.withheld:
        return text
    main = main_reason(document)
    if main is None:
        return text
    why = left_out(main, currency=document.currency)
    is_general = finding.verdict_reason == "no_comparable_cell"
    return f"Cannot be assessed: {why}" if is_general else f"{text}, mainly: {why}"


def hangs_on(document: Document) -> str:
    """Return on which choices the verdict hangs, to follow it; empty where none was found, or nobody looked.

    Example:
        >>> hangs_on(Document.load({"headline": {}, "hangs_on": ["comparator.basis (standard)"]}))
        '; this verdict hangs on one choice: comparator.basis (standard)'
        >>> hangs_on(Document.load({"headline": {}, "hangs_on": ["a.b (1)", "a.b (2)", "c.d (3)", "e.f (4)"]}))
        '; this verdict hangs on each of these choices: a.b (1), a.b (2), c.d (3), and 1 more'
        >>> hangs_on(Document.load({"headline": {}}))
        ''
    """
    found = document.data.get("hangs_on") or []
    if not found or document.head.withheld:
        return ""
    if len(found) == 1:
        return f"; this verdict hangs on one choice: {found[0]}"
    shown = ", ".join(found[:_MOST_CHOICES])
    more = f", and {len(found) - _MOST_CHOICES} more" if len(found) > _MOST_CHOICES else ""
    return f"; this verdict hangs on each of these choices: {shown}{more}"


def main_reason(document: Document) -> Data | None:
    """Return what keeps most tenured customers from being compared: the first line of the panel that lists reasons."""
    listed = document.data.get("support", {}).get("not_compared")
    return listed[0] if listed else None


def left_out(item: Data, *, currency: str) -> str:
    """Return a reason with its customers and their money, as far as they are shown.

    Example:
        >>> left_out({"reason": "no_offer", "customers": 312, "money": "4100"}, currency="GBP")
        'no new-customer offer for this product (312 customers, £4,100 a year)'
    """
    known = [many(item["customers"], "customer")] if item["customers"] is not None else []
    known += [f"{money(item['money'], currency)} a year"] if item["money"] is not None else []
    return f"{reason(item['reason'])} ({', '.join(known)})" if known else reason(item["reason"])


def headline_parts(document: Document) -> tuple[str, str, str]:
    """Return the headline in three parts, the middle one the figure to stress; it may be empty.

    Example:
        >>> headline_parts(Document.load({"study": {"margin": 0.01}, "headline": {"verdict": "penalty",
        ...     "estimate": 0.172, "estimand": "offer_gap", "comparator": "offer"}}))
        ('Tenured customers pay ', '17.2 % more', ' than a new customer is offered')
    """
    text, finding = headline(document), document.head
    if finding.verdict not in ("penalty", "favourable"):
        return text, "", ""
    figure = more_or_less(finding)
    before, _, after = text.partition(figure)
    return before, figure, after


def sentence(finding: Finding, *, margin: float, plans_pooled: bool = False) -> str:
    """Return the verdict of a finding in one sentence; what other customers paid may be of several plans together."""
    if finding.withheld is not None:
        return f"The answer is withheld: {WITHHELD[finding.withheld]}"
    spec = BY_NAME[finding.estimand]
    comparator = spec.against(finding.comparator)
    than = comparator.than if comparator.label else spec.than
    than += ", plans pooled" if plans_pooled and finding.comparator in ("new_customers", "derived") else ""
    verdict = finding.verdict
    if verdict in ("penalty", "favourable"):
        return f"{spec.does[0].upper()}{spec.does[1:]} {more_or_less(finding)} {than}{other_looks(finding)}"
    if verdict == "equivalent":
        equal = f"Equal within {margin * 100:g} % on average: {spec.does} neither more nor less {than}"
        return f"{equal}{_harmless_rest(finding)}"
    if verdict == "inconclusive":
        decides = what_decides(finding)
        than += other_looks(finding)
        return f"Cannot tell yet whether {spec.does} more {than}{f': {decides}' if decides else ''}"
    return f"Cannot be assessed: {reason(finding.verdict_reason)}"


def _harmless_rest(finding: Finding) -> str:
    """Return that many are not compared, and what was assumed of them; empty where nearly everybody is.

    Example:
        >>> _harmless_rest(Finding(warnings=["narrow_support"], support_share=0.9, support_money_share=0.92))
        ', also with the 10.0 % not compared at the cheapest or the dearest offer of their product'
    """
    if "narrow_support" not in finding.warnings or finding.support_share is None:
        return ""
    money = finding.support_money_share
    rest = 1 - min(finding.support_share, 1.0 if money is None else money)
    return f", also with the {percent(rest)} not compared at the cheapest or the dearest offer of their product"


def other_looks(finding: Finding) -> str:
    """Return what another look says where it differs by more than the margin; empty where none does.

    Example:
        >>> name = "best_available_offer"
        >>> other_looks(Finding.load({"warnings": [name], "companions": [{"name": name, "estimate": 0.25}]}))
        ' (25.0 % more than the cheapest offer that fits)'
    """
    said = []
    for code, (name, what) in _OTHER_LOOKS.items():
        gap = finding.beside(name)
        if code in finding.warnings and isinstance(gap, float):
            said.append(f"{percent(abs(gap))} {'more' if gap >= 0 else 'less'} than {what}")
    return f" ({', '.join(said)})" if said else ""


def more_or_less(finding: Finding) -> str:
    """Return by how much tenured customers pay more or less; without the figure where that is rounded to nothing.

    Example:
        >>> [more_or_less(Finding(verdict="penalty", estimate=gap)) for gap in (0.172, 0.0)]
        ['17.2 % more', 'more']
    """
    word = "more" if finding.verdict == "penalty" else "less"
    return f"{percent(abs(finding.estimate))} {word}" if finding.estimate else word


def still_needed(finding: Finding) -> str:
    """Return in few words what would decide an inconclusive finding, or what keeps it open.

    Example:
        >>> still_needed(Finding(verdict_reason="estimators_disagree"))
        'estimators disagree'
    """
    text = what_decides(finding)
    if text.startswith("about "):
        return text.removeprefix("about ").removesuffix(" would decide it")
    return remark(finding.verdict_reason) if text else ""


def what_decides(finding: Finding) -> str:
    """Return what would decide an inconclusive finding: more customers or decisions, or nothing of the kind."""
    sample = finding.deciding_sample
    known = VERDICT_REASONS.get(finding.verdict_reason)
    if known and known.label:
        return known.label
    if sample is None or sample.at_zero is None or sample.at_twice_margin is None:
        return ""
    more = max(sample.at_zero, sample.at_twice_margin) - sample.present
    unit = "customers" if sample.unit == "customers" else "price decisions"
    return f"about {count(round_up(more))} more {unit} would decide it" if more > 0 else ""


def verdict(finding: Finding, *, margin: float) -> str:
    """Return the verdict of a finding in two or three words."""
    return verdict_label(finding.verdict, margin=margin) if finding.verdict else ""


def verdict_label(name: str, *, margin: float) -> str:
    """Return a verdict in two or three words.

    Example:
        >>> verdict_label("equivalent", margin=0.01)
        'equal within 1 % on average'
    """
    return VERDICTS[name].label.format(margin=f"{margin * 100:g} %")


def customers(finding: Finding) -> str:
    """Return how many customers are compared; of how many, where it is none of them.

    Example:
        >>> customers(Finding(n_tenured=4107, n_not_compared=3)), customers(Finding(n_tenured=0, n_not_compared=379))
        ('4,107', '0 of 379')
    """
    compared = count(finding.n_tenured)
    left_out = finding.n_not_compared
    return f"{compared} of {count(left_out)}" if left_out and not finding.n_tenured else compared


def remarks(finding: Finding, *, currency: str) -> str:
    """Return the warnings of a finding in short, and the money of customers of whom nobody is compared."""
    notes = [remark(code) for code in finding.warnings]
    if not finding.n_tenured and finding.money_not_compared is not None:
        notes.append(f"{money(finding.money_not_compared, currency)} a year not compared")
    return ", ".join(notes)


def undecided(number: int, shown: int) -> str:
    """Return the title of the cells that have no answer.

    Example:
        >>> undecided(3, 3), undecided(40, 10)
        ('Without an answer (3 cells)', 'Without an answer (40 cells, the 10 largest here)')
    """
    more = "" if shown == number else f", the {shown:,} largest here"
    return f"Without an answer ({many(number, 'cell')}{more})"


def support(document: Document) -> str:
    """Return who could be compared, in one phrase, with those of unknown tenure beside where they are many."""
    block = document.support
    parts = ["there are no tenured customers"]
    if block["tenured_customers"]:
        who = many(block["tenured_customers"], "tenured customer")
        parts = [f"{percent(block['assessable_share'])} of {who} could be compared"]
    return ", ".join([*parts, *unknown_tenure(document)])


def unknown_tenure(document: Document) -> list[str]:
    """Return for what share of the month's customers the tenure is unknown; empty below 1 %, where it is not told.

    Example:
        >>> unknown_tenure(Document.load({"headline": {}, "support": {"unknown_tenure_share": 0.031}}))
        ['tenure unknown for 3.1 % of all customers']
    """
    share = document.support["unknown_tenure_share"]
    return [] if share is None or share < _NAMED_UNKNOWN else [f"tenure unknown for {percent(share)} of all customers"]


def appetite(document: Document) -> str:
    """Return whether the headline is within what the firm itself accepts; empty where it has set nothing.

    The whole interval has to lie on one side of it: an estimate alone says neither.

    Example:
        >>> head = {"verdict": "penalty", "estimate": 0.05, "ci_lower": 0.04, "ci_upper": 0.06}
        >>> appetite(Document.load({"study": {"appetite": 0.02}, "headline": head}))
        "Above the firm's own target of at most 2 %."
        >>> appetite(Document.load({"study": {"appetite": 0.05}, "headline": head}))
        "Cannot tell yet whether the firm's own target of at most 5 % is met."
    """
    limit, head = document.appetite, document.head
    if limit is None or head.is_money:
        return ""
    target = f"the firm's own target of at most {limit * 100:g} %"
    if head.verdict in (None, "not_assessable") or head.withheld is not None:
        return f"Whether {target} is met cannot be assessed."
    lower, upper = head.ci_lower, head.ci_upper
    if lower is not None and lower > limit:
        return f"Above {target}."
    if upper is not None and upper <= limit:
        return f"Within {target}."
    return f"Cannot tell yet whether {target} is met."


def margin(document: Document) -> str:
    """Return the name of the margin band."""
    return f"equal within {document.margin * 100:g} %"


def level(document: Document) -> str:
    """Return the study's confidence level, such as 95 %."""
    return f"{document.confidence_level * 100:g} %"


def comparison(document: Document, *, horizon: int) -> str:
    """Return what the headline compares with, as the line above it."""
    head = document.head
    if head.comparator in ("offer", "book"):
        basis = BASIS_IN_TEXT[head.basis]
        return f"{basis} over {horizon} months" if head.basis == "effective" and head.comparator == "offer" else basis
    if head.comparator == "derived":
        return "prices of joiners of the same month"
    return "new customers of the same cell"


def how_sure(finding: Finding, n_looked_at: int) -> str:
    """Return what the p-values of a cell mean."""
    if finding.p_value is None:
        return "There is no test for this cell: too little varies in it."
    raw, adjusted = p_value(finding.p_value), p_value(finding.p_value_adjusted)
    chance = (
        "in fewer than 1 of 1,000 draws"
        if finding.p_value < 0.001
        else f"in about {max(1, round(finding.p_value * 1000)):,} of 1,000 draws"
    )
    text = (
        f"If prices ignored tenure, a gap this large would turn up {chance} (p {_equals(raw)}); "
        f"{numbers.adjusted(n_looked_at)}, p {_equals(adjusted)}."
    )
    if finding.minimum_detectable_gap is not None:
        text += f" The smallest gap that this cell could show is {numbers.percent(finding.minimum_detectable_gap)}."
    return text


def _equals(text: str) -> str:
    return text.replace("<", "below ") if text.startswith("<") else f"is {text}"


def view_name(chosen: Iterable[str]) -> str:
    """Return what the filters choose.

    Example:
        >>> view_name([]), view_name(["Region North", "Channel Phone"])
        ('whole book', 'Region North, Channel Phone')
    """
    return ", ".join(chosen) or "whole book"


def view_note(shown: int, total: int) -> str:
    """Return what a reader of a filtered view must know about its interval."""
    return (
        f"A view of {shown:,} of {numbers.many(total, 'cell')}, from the published counts. Its intervals are not "
        "adjusted for choosing it; cells stay adjusted for all."
    )
