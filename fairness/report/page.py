"""Lay out the page: from a released document to headline, figures, charts and sentences, before any format.

Every surface of a snapshot (HTML, PDF, slides) renders the same :class:`Page`. A section whose findings do not exist is
absent.
"""

from __future__ import annotations

from dataclasses import replace

from fairness.findings.document import Data, Document, Finding, Month
from fairness.findings.estimands import OVERPAYMENT
from fairness.panels import overview_panels
from fairness.panels.panel import Panel as Shown
from fairness.panels.scene import Released
from fairness.report import figures
from fairness.report.figures import Figure, FigureIndex
from fairness.report.method_notes import method_notes
from fairness.report.note import NO_WORDS, SignOff
from fairness.report.page_model import Metric, Note, Page, Panel
from fairness.text import labels, numbers, sentences, snapshot
from fairness.text.rejections import rejected_lines

_GAP = ("estimate", "ci_lower", "ci_upper")


class _Layout:
    """Picks the findings of a document and numbers what is shown.

    Args:
        document: The released document.
        settings: The study's settings.
    """

    def __init__(self, document: Document, settings: Data) -> None:
        self.document, self.settings = document, settings
        self.head = document.head
        self.currency, self.margin = document.currency, document.margin
        self.order = [*settings["like_for_like"]["cell"], *settings["lenses"]["by"]]
        self.index = FigureIndex()

    def figure(self, panel: str, text: str, finding: Finding, *columns: str) -> Figure:
        """Number a figure of a finding."""
        unit = f"{self.currency} a year" if finding.is_money else "fraction"
        source = figures.of_finding(finding, *columns)
        return self.index.add(panel, text, unit=unit, n=snapshot.whole(self.document, finding), sources=(source,))

    def strip(self) -> tuple[Metric, ...]:
        """Return gap, money, people and support, where they are shown."""
        found = []
        head = self.head
        if head.has_interval:
            figure = self.figure("A", numbers.percent(head.estimate), head, *_GAP)
            beside = sentences.gap(head).removeprefix(figure.text).strip()
            found.append(Metric(labels.gap_name(head), figure, beside, snapshot.intervals(self.document)))
        money = self.money_of(head)
        if money is not None:
            found += self._money(money)
        support = self.document.support
        if support["assessable_share"] is not None:
            figure = self.index.add(
                "A",
                numbers.percent(support["assessable_share"]),
                unit=snapshot.OF_TENURED,
                n=numbers.many(support["tenured_customers"], "tenured customer"),
                sources=tuple(
                    figures.of_support(name, support[name])
                    for name in ("assessable_share", "assessable_customers", "tenured_customers")
                ),
            )
            counted = (
                f"{numbers.count(support['assessable_customers'])} of {numbers.count(support['tenured_customers'])}"
            )
            beside = "; ".join([counted, *sentences.unknown_tenure(self.document)])
            found.append(Metric("Could be compared", figure, "of tenured", beside))
        return tuple(found)

    def _money(self, money: Finding) -> list[Metric]:
        figure = self.figure("A", numbers.money(money.amount, self.currency), money, "estimate")
        net = money.beside("net")
        below = "" if net is None else snapshot.net(net, self.currency)
        found = [Metric(OVERPAYMENT.label, figure, "a year", below)]
        people = money.beside("customers_affected")
        if people is not None and money.n_tenured:
            source = figures.of_companion(money, "customers_affected")
            n, whole = int(people), snapshot.whole(self.document, money)
            figure = self.index.add("A", numbers.count(n), unit="customers", n=whole, sources=(source,))
            share = numbers.percent(n / money.n_tenured)
            found.append(
                Metric("Customers affected", figure, f"of {numbers.count(money.n_tenured)}", f"{share} pay above it")
            )
        return found

    def money_of(self, finding: Finding) -> Finding | None:
        """Return the money of a finding's scope on the same basis, where it is shown."""
        return _shown(self.document.money_of(finding))

    def lead(self) -> tuple[Figure | str, ...]:
        """Return the sentences under the headline."""
        said: list[Figure | str] = [snapshot.who(self.settings)]
        money = self.money_of(self.head) if self.head.verdict in ("penalty", "favourable") else None
        net = None if money is None else money.beside("net")
        if money is not None and net is not None and money.n_tenured:
            text = snapshot.each_pays(net, money.n_tenured, self.currency, money)
            said.append(
                self.index.add(
                    "A",
                    text,
                    unit=f"{self.currency} a year and customer",
                    n=snapshot.whole(self.document, money),
                    sources=(figures.of_companion(money, "net"), figures.of_finding(money, "n_tenured")),
                )
            )
        said.append(snapshot.certainty(self.document))
        return (*said, *filter(None, [sentences.appetite(self.document)]))

    def panels(self) -> tuple[Panel, ...]:
        """Return the charts whose findings exist: the panels of the dashboard, made from what may be shown."""
        scene = Released(self.document, tuple(self.order))
        built = (
            ("B", "gap-and-certainty", overview_panels.certainty(scene)),
            ("C", "gap-by-month", overview_panels.monthly(scene)),
            ("D", "largest-cells", overview_panels.worst(scene)),
            ("E", "readings-of-the-offer", overview_panels.by_basis(scene)),
        )
        return tuple(self._panel(key, name, panel) for key, name, panel in built if panel is not None)

    def _panel(self, key: str, name: str, panel: Shown) -> Panel:
        """Number the figures of a panel."""
        assert panel.chart is not None
        numbered = tuple(
            self._month(key, item) if isinstance(item, Month) else self.figure(key, sentences.gap(item), item, *_GAP)
            for item in panel.drawn
        )
        return Panel(key, name, panel.title, panel.subtitle, panel.chart, ". ".join(panel.foot), numbered)

    def _month(self, key: str, month: Month) -> Figure:
        n, source = _month_n(month, self.document, self.head), figures.of_month(month)
        return self.index.add(key, sentences.gap(month), unit="fraction", n=n, sources=(source,))

    def bases(self) -> list[Finding]:
        """Return the headline's question on each basis of the offer price."""
        if self.head.question[:2] != ("offer_gap", "offer"):
            return []
        found = [self.document.pooled("offer_gap", "offer", basis) for basis in ("headline", "effective", "standard")]
        return [item for item in found if item is not None and item.has_interval]

    def notes(self) -> tuple[Note, ...]:
        """Return the columns of text under the charts."""
        built = (self._reversal(), self._left_out(), self._open())
        return tuple(note for note in built if note is not None)

    def _reversal(self) -> Note | None:
        head, said = self.head, list[Figure | str]()
        if head.reversal_gap is not None and head.verdict in ("penalty", "favourable"):
            said.append(self.figure("F", snapshot.reversal(head), head, "reversal_gap"))
        if head.verdict == "inconclusive":
            text = snapshot.deciding(head)
            if text:
                said.append(text)
        bases = self.bases()
        if len(bases) > 1:
            said.append(snapshot.alternatives(bases, head))
        if head.minimum_detectable_gap is not None and head.verdict == "inconclusive":
            said.append(self.figure("F", snapshot.detectable(head), head, "minimum_detectable_gap"))
        return Note(snapshot.TITLES["reversal"], tuple(said)) if said else None

    def _left_out(self) -> Note:
        support = self.document.support
        said = [
            self.index.add(
                "G",
                snapshot.left_out(item, self.currency),
                unit=f"customers, {self.currency} a year",
                n=snapshot.OF_REASON,
                sources=(figures.of_left_out(item),),
            )
            for item in support["not_compared"]
        ]
        if not said and support["tenured_customers"] == 0:
            return Note(snapshot.TITLES["left_out"], (snapshot.sentence_of(sentences.support(self.document)),))
        return Note(snapshot.TITLES["left_out"], tuple(said) or (snapshot.nobody_left_out(self.document),))

    def _open(self) -> Note | None:
        cells = [item for item in self.document.cells() if item.is_shown]
        if len(cells) < 2:
            return None
        said: list[Figure | str] = []
        unclear = [item for item in cells if item.verdict == "inconclusive"]
        less = sorted((item for item in cells if item.verdict == "favourable"), key=lambda item: item.gap)
        if unclear:
            said.append(snapshot.open_cells(unclear, self.order))
        if less:
            text = snapshot.less_cells(less[0], self.order, len(less) - 1)
            said.append(self.figure("H", text, less[0], *_GAP))
        return Note(snapshot.TITLES["open"], tuple(said) or (snapshot.nothing_open(),))


def lay_out(document: Document, settings: Data, sign_off: SignOff = NO_WORDS, before: Document | None = None) -> Page:
    """Lay out the page of a snapshot.

    Args:
        document: The released findings document.
        settings: The study's settings, as the run keeps them.
        sign_off: What the owner adds.
        before: The released document of the snapshot before, which answers the same question.
    """
    layout = _Layout(document, settings)
    return Page(
        study=document.name,
        as_of=numbers.month(document.as_of),
        comparator=snapshot.comparator(document, settings),
        filters=snapshot.filters(settings),
        build=snapshot.build(document),
        rejected=tuple(rejected_lines(document)),
        headline=snapshot.headline_parts(document),
        verdict=document.head.verdict or "",
        strip=_with_before(layout.strip(), before, settings),
        lead=layout.lead(),
        warnings=tuple(snapshot.warning_lines(document, settings)),
        panels=layout.panels(),
        notes=layout.notes(),
        sign_off=sign_off,
        band=sentences.margin(document),
        foot=snapshot.facts_and_interval(document),
        method=method_notes(document, settings, layout.index),
        index=layout.index,
    )


def _with_before(strip: tuple[Metric, ...], before: Document | None, settings: Data) -> tuple[Metric, ...]:
    """Return the figures with what they were before, where they were shown then."""
    if before is None:
        return strip
    month = numbers.month(before.as_of)
    then = {metric.label: snapshot.before(metric.figure.text, month) for metric in _Layout(before, settings).strip()}
    return tuple(replace(metric, before=then.get(metric.label, "")) for metric in strip)


def _shown(finding: Finding | None) -> Finding | None:
    return finding if finding is not None and finding.is_shown else None


def _month_n(row: Month, document: Document, head: Finding) -> str:
    if row.n_tenured is None:
        return snapshot.whole(document, head)
    return numbers.many(row.n_tenured, "tenured customer")
