"""Lay out the page: from a released document to headline, figures, charts and sentences, before any format.

Every surface of a snapshot (HTML, PDF, slides) renders the same :class:`Page`. A section whose findings do not exist is
absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairness.charts.static.charts import Forest, Point, Row, Trend
from fairness.findings.document import Data, Document, Finding, Month
from fairness.findings.estimands import BY_NAME, OVERPAYMENT
from fairness.report import figures
from fairness.report.figures import Figure, FigureIndex
from fairness.report.method_notes import method_notes
from fairness.report.page_model import Metric, Note, Page, Panel
from fairness.text import codes, labels, numbers, sentences, snapshot, titles
from fairness.text.rejections import rejected_lines

WORST = 5
_GAP = ("estimate", "ci_lower", "ci_upper")
_COMPARISONS = ("raw_gap", "like_for_like_gap", "market_gap", "cost_gap")


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
        """Return gap, money, people and support, as far as they are shown."""
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
                unit="fraction of tenured customers",
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
        """Return the money of a finding's scope in the same reading, where it is shown."""
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
        return tuple(said)

    def panels(self) -> tuple[Panel, ...]:
        """Return the charts whose findings exist."""
        built = (self._certainty(), self._trend(), self._worst(), self._bases())
        return tuple(panel for panel in built if panel is not None)

    def _forest(self, rows: list[Row]) -> Forest:
        return Forest(tuple(rows), self.margin, sentences.margin(self.document))

    def _row(self, panel: str, finding: Finding, label: str, **more: Any) -> tuple[Row, Figure]:
        text = sentences.gap(finding)
        figure = self.figure(panel, text, finding, *_GAP)
        low, high = finding.interval
        row = Row(
            label,
            more.get("below", ""),
            text,
            more.get("beside", ""),
            finding.gap,
            low,
            high,
            finding.verdict,
            strong=more.get("strong", False),
        )
        return row, figure

    def _certainty(self) -> Panel | None:
        kinds = [_shown(self.document.pooled(name)) for name in _COMPARISONS]
        raw, alike = kinds[:2]
        shown = [item for item in dict.fromkeys((*kinds, self.head)) if item is not None and item.has_interval]
        if not shown or not self.head.has_interval:
            return None
        pairs = [self._row("B", item, BY_NAME[item.estimand].row, strong=item is shown[-1]) for item in shown]
        return Panel(
            "B",
            "gap-and-certainty",
            titles.certainty_title(raw, alike, self.head, margin=self.margin),
            snapshot.gaps_subtitle(self.document),
            self._forest([row for row, _ in pairs]),
            snapshot.panel_foot(self.document, self.head),
            tuple(figure for _, figure in pairs),
        )

    def _trend(self) -> Panel | None:
        as_of, head = self.document.as_of, self.head
        months = [row for row in self.document.months if as_of is not None and row.month <= as_of]
        known = [row for row in months if row.estimate is not None and row.ci_lower is not None]
        if len(known) < 2 or not head.has_interval:
            return None
        shown = [
            self.index.add(
                "C",
                sentences.gap(row),
                unit="fraction",
                n=_month_n(row, self.document, head),
                sources=(figures.of_month(row),),
            )
            for row in (known[0], known[-1])
        ]
        points = tuple(Point(row.month, row.estimate, row.ci_lower, row.ci_upper) for row in months)
        chart = Trend(points, self.margin, sentences.margin(self.document), head.verdict or "", shown[-1].text)
        return Panel(
            "C",
            "gap-by-month",
            titles.monthly_title(known),
            snapshot.trend_subtitle(self.document),
            chart,
            snapshot.panel_foot(self.document, head),
            tuple(shown),
        )

    def _worst(self) -> Panel | None:
        cells = [item for item in self.document.cells() if item.is_shown]
        decided = [item for item in cells if item.verdict in codes.DECIDED]
        worst = sorted((item for item in decided if item.has_interval), key=lambda item: -item.gap)[:WORST]
        if len(cells) < 2 or not worst:
            return None
        pairs = []
        for item in worst:
            names = labels.parts(item.scope, self.order)
            money = self.money_of(item)
            beside = "" if money is None else snapshot.a_year(money.amount, self.currency)
            if not beside:
                beside = snapshot.tenured(item)
            pairs.append(self._row("D", item, names[0], below=", ".join(names[1:]), beside=beside))
        return Panel(
            "D",
            "worst-segments",
            titles.worst_title(worst, self.order),
            snapshot.worst_subtitle(len(worst), len(decided), self.document.looked_at(worst[0].family)),
            self._forest([row for row, _ in pairs]),
            snapshot.panel_foot(self.document, _together(worst)),
            tuple(figure for _, figure in pairs),
        )

    def bases(self) -> list[Finding]:
        """Return the headline's question under each reading of the offer."""
        if self.head.question[:2] != ("offer_gap", "offer"):
            return []
        found = [self.document.pooled("offer_gap", "offer", basis) for basis in ("headline", "effective", "standard")]
        return [item for item in found if item is not None and item.has_interval]

    def _bases(self) -> Panel | None:
        bases = self.bases()
        if len(bases) < 2:
            return None
        pairs = [self._row("E", item, labels.BASES[item.basis], strong=item.basis == self.head.basis) for item in bases]
        return Panel(
            "E",
            "readings-of-the-offer",
            titles.basis_title(bases),
            snapshot.basis_subtitle(self.document),
            self._forest([row for row, _ in pairs]),
            snapshot.panel_foot(self.document, self.head),
            tuple(figure for _, figure in pairs),
        )

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
                n="all customers of that reason",
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
            said.append(snapshot.open_segments(unclear, self.order))
        if less:
            text = snapshot.less_segments(less[0], self.order, len(less) - 1)
            said.append(self.figure("H", text, less[0], *_GAP))
        return Note(snapshot.TITLES["open"], tuple(said) or (snapshot.nothing_open(),))


def lay_out(document: Document, settings: Data, note: str = "") -> Page:
    """Lay out the page of a snapshot.

    Args:
        document: The released findings document.
        settings: The study's settings, as the run keeps them.
        note: The owner's sign-off note; empty for a line to sign on.
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
        strip=layout.strip(),
        lead=layout.lead(),
        warnings=tuple(snapshot.warning_lines(document, settings)),
        panels=layout.panels(),
        notes=layout.notes(),
        sign_off=note.strip(),
        foot=snapshot.facts_and_interval(document),
        method=method_notes(document, settings, layout.index),
        index=layout.index,
    )


def _shown(finding: Finding | None) -> Finding | None:
    return finding if finding is not None and finding.is_shown else None


def _together(findings: Sequence[Finding]) -> Finding:
    """Return how many tenured customers several findings are about; None where one of them is withheld."""
    counts = [finding.n_tenured for finding in findings]
    known = [n for n in counts if n is not None]
    return Finding(n_tenured=sum(known) if len(known) == len(counts) else None)


def _month_n(row: Month, document: Document, head: Finding) -> str:
    if row.n_tenured is None:
        return snapshot.whole(document, head)
    return numbers.many(row.n_tenured, "tenured customer")
