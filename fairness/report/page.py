"""Lay out the page: from a released document to headline, figures, charts and sentences, before any format.

Every surface of a snapshot (HTML, PDF, slides) renders the same :class:`Page`. A section whose findings do not exist is
absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairness.charts.static.charts import Forest, Point, Row, Trend
from fairness.findings.estimands import BY_NAME, OVERPAYMENT
from fairness.report import figures
from fairness.report.figures import Figure, FigureIndex
from fairness.report.method_page import method_notes
from fairness.report.page_model import Metric, Note, Page, Panel
from fairness.text import codes, labels, numbers, sentences, snapshot, titles

Data = Mapping[str, Any]

WORST = 5
_GAP = ("estimate", "ci_lower", "ci_upper")


class _Layout:
    """Picks the findings of a document and numbers what is shown.

    Args:
        document: The released document.
        settings: The study's settings.
    """

    def __init__(self, document: Data, settings: Data) -> None:
        self.document, self.settings = document, settings
        self.head: Data = document["headline"]
        self.findings: Sequence[Data] = document["findings"]
        self.currency: str = document["study"]["currency"]
        self.margin: float = document["study"]["margin"]
        self.order = [*settings["like_for_like"]["cell"], *settings["lenses"]["by"]]
        self.index = FigureIndex()

    def pooled(self, estimand: str, basis: str | None = None, comparator: str | None = None) -> Data | None:
        """Return the finding of the whole book, where it exists and is shown."""
        for finding in self.findings:
            if (finding["estimand"], finding["level"], finding["tenure_band"]) != (estimand, "pooled", None):
                continue
            if basis in (None, finding["basis"]) and comparator in (None, finding["comparator"]):
                return finding if _is_shown(finding) else None
        return None

    def figure(self, panel: str, text: str, finding: Data, *columns: str) -> Figure:
        """Number a figure of a finding."""
        unit = "fraction" if finding["unit"] == "fraction" else f"{self.currency} a year"
        source = figures.of_finding(finding, *columns)
        return self.index.add(panel, text, unit=unit, n=snapshot.whole(self.document, finding), sources=(source,))

    def strip(self) -> tuple[Metric, ...]:
        """Return gap, money, people and support, as far as they are shown."""
        found = []
        head = self.head
        if _has_interval(head):
            figure = self.figure("A", numbers.percent(head["estimate"]), head, *_GAP)
            beside = sentences.gap(head).removeprefix(figure.text).strip()
            found.append(Metric(labels.gap_name(head), figure, beside, snapshot.intervals(self.document)))
        money = self.money_of(head)
        if money is not None:
            found += self._money(money)
        support = self.document["support"]
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

    def _money(self, money: Data) -> list[Metric]:
        figure = self.figure("A", numbers.money(money["estimate"], self.currency), money, "estimate")
        net = _companion(money, "net")
        below = "" if net is None else snapshot.net(net, self.currency)
        found = [Metric(OVERPAYMENT.label, figure, "a year", below)]
        people = _companion(money, "customers_affected")
        if people is not None and money["n_tenured"]:
            source = figures.of_companion(money, "customers_affected")
            figure = self.index.add(
                "A", numbers.count(people), unit="customers", n=snapshot.whole(self.document, money), sources=(source,)
            )
            share = numbers.percent(people / money["n_tenured"])
            found.append(
                Metric("Customers affected", figure, f"of {numbers.count(money['n_tenured'])}", f"{share} pay above it")
            )
        return found

    def money_of(self, finding: Data) -> Data | None:
        """Return the money of a finding's scope in the same reading, where it is shown."""
        keys = ("comparator", "basis", "level", "scope", "tenure_band")
        for other in self.findings:
            if other["estimand"] == "overpayment" and all(other[key] == finding[key] for key in keys):
                return other if _is_shown(other) else None
        return None

    def lead(self) -> tuple[Figure | str, ...]:
        """Return the sentences under the headline."""
        said: list[Figure | str] = [snapshot.who(self.settings)]
        money = self.money_of(self.head) if self.head["verdict"] in ("penalty", "favourable") else None
        net = None if money is None else _companion(money, "net")
        if money is not None and net is not None and money["n_tenured"]:
            text = snapshot.each_pays(net, money["n_tenured"], self.currency, money)
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

    def _row(self, panel: str, finding: Data, label: str, **more: Any) -> tuple[Row, Figure]:
        text = sentences.gap(finding)
        figure = self.figure(panel, text, finding, *_GAP)
        low, high, middle = (float(finding[name]) for name in ("ci_lower", "ci_upper", "estimate"))
        row = Row(
            label,
            more.get("below", ""),
            text,
            more.get("beside", ""),
            middle,
            low,
            high,
            finding["verdict"],
            strong=more.get("strong", False),
        )
        return row, figure

    def _certainty(self) -> Panel | None:
        raw, alike = self.pooled("raw_gap"), self.pooled("like_for_like_gap")
        kinds = [raw, alike, self.pooled("market_gap"), self.pooled("cost_gap"), self.head]
        shown = [item for item in kinds if item is not None and _has_interval(item)]
        shown = [item for number, item in enumerate(shown) if item not in shown[:number]]
        if not shown or not _has_interval(self.head):
            return None
        pairs = [self._row("B", item, BY_NAME[item["estimand"]].row, strong=item is shown[-1]) for item in shown]
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
        as_of, head = self.document["study"]["as_of"], self.head
        months = [row for row in self.document["monthly"] if row["month"] <= as_of]
        known = [row for row in months if row["estimate"] is not None and row["ci_lower"] is not None]
        if len(known) < 2 or not _has_interval(head):
            return None
        shown = [
            self.index.add(
                "C",
                sentences.gap({**row, "verdict": None}),
                unit="fraction",
                n=_month_n(row, self.document, head),
                sources=(figures.of_month(row),),
            )
            for row in (known[0], known[-1])
        ]
        points = tuple(Point(row["month"], row["estimate"], row["ci_lower"], row["ci_upper"]) for row in months)
        chart = Trend(points, self.margin, sentences.margin(self.document), head["verdict"], shown[-1].text)
        return Panel(
            "C",
            "gap-by-month",
            titles.monthly_title(known),
            snapshot.trend_subtitle(self.document),
            chart,
            snapshot.panel_foot(self.document, head),
            tuple(shown),
        )

    def cells(self) -> list[Data]:
        """Return the segments of the headline's question that are shown."""
        kind = _kind(self.head)
        return [item for item in self.findings if item["level"] == "cell" and _kind(item) == kind]

    def _worst(self) -> Panel | None:
        cells = [item for item in self.cells() if _is_shown(item)]
        decided = [item for item in cells if item["verdict"] in codes.DECIDED]
        worst = sorted((item for item in decided if _has_interval(item)), key=lambda item: -item["estimate"])[:WORST]
        if len(cells) < 2 or not worst:
            return None
        pairs = []
        for item in worst:
            names = labels.parts(item, self.order)
            money = self.money_of(item)
            beside = "" if money is None else snapshot.a_year(money["estimate"], self.currency)
            if not beside:
                beside = snapshot.tenured(item)
            pairs.append(self._row("D", item, names[0], below=", ".join(names[1:]), beside=beside))
        return Panel(
            "D",
            "worst-segments",
            titles.worst_title(worst, self.order),
            snapshot.worst_subtitle(len(worst), len(decided), self.document["looked_at"][worst[0]["family"]]),
            self._forest([row for row, _ in pairs]),
            snapshot.panel_foot(self.document, _sum_n(worst)),
            tuple(figure for _, figure in pairs),
        )

    def bases(self) -> list[Data]:
        """Return the headline's question under each reading of the offer."""
        if self.head["estimand"] != "offer_gap" or self.head["comparator"] != "offer":
            return []
        found = [self.pooled("offer_gap", basis, "offer") for basis in ("headline", "effective", "standard")]
        return [item for item in found if item is not None and _has_interval(item)]

    def _bases(self) -> Panel | None:
        bases = self.bases()
        if len(bases) < 2:
            return None
        pairs = [
            self._row("E", item, labels.BASES[item["basis"]], strong=item["basis"] == self.head["basis"])
            for item in bases
        ]
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
        if head["reversal_gap"] is not None and head["verdict"] in ("penalty", "favourable"):
            said.append(self.figure("F", snapshot.reversal(head), head, "reversal_gap"))
        if head["verdict"] == "inconclusive":
            text = snapshot.deciding(head)
            if text:
                said.append(text)
        bases = self.bases()
        if len(bases) > 1:
            said.append(snapshot.alternatives(bases, head))
        if head["minimum_detectable_gap"] is not None and head["verdict"] == "inconclusive":
            said.append(self.figure("F", snapshot.detectable(head), head, "minimum_detectable_gap"))
        return Note(snapshot.TITLES["reversal"], tuple(said)) if said else None

    def _left_out(self) -> Note:
        support = self.document["support"]
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
        cells = [item for item in self.cells() if _is_shown(item)]
        if len(cells) < 2:
            return None
        said: list[Figure | str] = []
        unclear = [item for item in cells if item["verdict"] == "inconclusive"]
        less = sorted((item for item in cells if item["verdict"] == "favourable"), key=lambda item: item["estimate"])
        if unclear:
            said.append(snapshot.open_segments(unclear, self.order))
        if less:
            text = snapshot.less_segments(less[0], self.order, len(less) - 1)
            said.append(self.figure("H", text, less[0], *_GAP))
        return Note(snapshot.TITLES["open"], tuple(said) or (snapshot.nothing_open(),))


def lay_out(document: Data, settings: Data, note: str = "") -> Page:
    """Lay out the page of a snapshot.

    Args:
        document: The released findings document.
        settings: The study's settings, as the run keeps them.
        note: The owner's sign-off note; empty for a line to sign on.
    """
    layout = _Layout(document, settings)
    return Page(
        study=document["study"]["name"],
        as_of=numbers.month(document["study"]["as_of"]),
        comparator=snapshot.comparator(document, settings),
        filters=snapshot.filters(settings),
        build=snapshot.build(document),
        headline=snapshot.headline_parts(document),
        verdict=document["headline"]["verdict"],
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


def _is_shown(finding: Data) -> bool:
    return finding["withheld"] is None and finding["estimate"] is not None


def _has_interval(finding: Data) -> bool:
    return _is_shown(finding) and finding["ci_lower"] is not None and finding["verdict"] != "not_assessable"


def _kind(finding: Data) -> tuple[str, str, str]:
    return finding["estimand"], finding["comparator"], finding["basis"]


def _companion(finding: Data, name: str) -> Any:
    return next((item["estimate"] for item in finding["companions"] if item["name"] == name), None)


def _sum_n(findings: Sequence[Data]) -> Data:
    counts = [finding["n_tenured"] for finding in findings]
    return {"n_tenured": None if None in counts else sum(counts), "n_new": None}


def _month_n(row: Data, document: Data, head: Data) -> str:
    if row["n_tenured"] is None:
        return snapshot.whole(document, head)
    return numbers.many(row["n_tenured"], "tenured customer")
