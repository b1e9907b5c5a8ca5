"""Four slides with native text: the answer, how certain and since when, where, and what it hangs on."""

from __future__ import annotations

from collections.abc import Sequence

from fairness.charts.static.charts import draw
from fairness.charts.static.drawing import INK, INK2, INK3, TEXTS
from fairness.report.deck import SIDE, WIDTH, Deck
from fairness.report.page_model import Note, Page, Panel
from fairness.text import snapshot

_INSIDE = WIDTH - 2 * SIDE
_PAGES = (("B", "C"), "how_large"), (("D", "E"), "where")
_CHART_WIDTH = 400


def slides(page: Page) -> bytes:
    """Return the four slides of a page.

    Raises:
        FairnessError: python-pptx is not installed.
    """
    about = f"{page.study} · {page.as_of} · {page.comparator}. {page.filters}. {page.build}."
    deck = Deck(f"{page.study}, {page.as_of}", about, 4)
    before, stress, after = page.headline
    deck.new([(before, INK), (stress, TEXTS.get(page.verdict, INK)), (after, INK)], size=34)
    if page.rejected:
        deck.text("\n".join(page.rejected), (SIDE, 0.12), _INSIDE, size=11)
    deck.text(" ".join(str(text) for text in page.lead), (SIDE, 1.75), _INSIDE, size=17, colour=INK2)
    _strip(deck, page)
    deck.text("\n".join(page.warnings), (SIDE, 4.9), _INSIDE, size=14)
    deck.text(page.foot, (SIDE, 6.25), _INSIDE, size=11, colour=INK3)
    by_key = {panel.key: panel for panel in page.panels}
    for keys, title in _PAGES:
        panels = [by_key[key] for key in keys if key in by_key]
        deck.new([(snapshot.TITLES[title], INK)])
        if not panels:
            deck.text(snapshot.nothing_to_draw(), (SIDE, 1.5), _INSIDE, colour=INK2)
        for number, panel in enumerate(panels):
            _panel(deck, panel, page.band, SIDE + 6.1 * number)
    deck.new([(snapshot.TITLES["hangs_on"], INK)])
    _notes(deck, page.notes)
    signed = page.sign_off
    said = [f"{snapshot.TITLES['sign_off']}: {signed.note or snapshot.sign_off_room()}"]
    if signed.decision:
        said.insert(0, f"{snapshot.TITLES['decision']}: {snapshot.asked(signed.decision, signed.owner, signed.due)}")
    deck.text("\n".join(said), (SIDE, 5.3), _INSIDE, size=13, colour=INK2)
    return deck.save()


def _strip(deck: Deck, page: Page) -> None:
    width = _INSIDE / max(1, len(page.strip))
    for number, metric in enumerate(page.strip):
        left, room = SIDE + number * width, width - 0.2
        deck.text(metric.label, (left, 3.05), room, size=13, colour=INK2)
        deck.text(metric.figure.text, (left, 3.32), room, size=30, bold=True)
        beside = "\n".join(filter(None, (metric.beside, metric.below, metric.before)))
        deck.text(beside, (left, 3.95), room, size=12, colour=INK2)


def _panel(deck: Deck, panel: Panel, band: str, left: float) -> None:
    deck.text(panel.title, (left, 1.3), 5.6, size=17, bold=True)
    deck.text(panel.subtitle, (left, 2.0), 5.6, size=12, colour=INK2)
    deck.draw(draw(panel.chart, _CHART_WIDTH, panel.title), (left, 2.5), 5.6)
    ids = f"{panel.figures[0].id}–{panel.figures[-1].id}"
    deck.text(f"{panel.foot}. {snapshot.band(band)} {ids}", (left, 6.2), 5.6, size=11, colour=INK3)


def _notes(deck: Deck, notes: Sequence[Note]) -> None:
    width = _INSIDE / max(1, len(notes))
    for number, note in enumerate(notes):
        left = SIDE + number * width
        deck.text(note.title, (left, 1.5), width - 0.3, size=17, bold=True)
        said = "\n".join(str(text) for text in note.paragraphs)
        deck.text(said, (left, 2.1), width - 0.3, size=14, colour=INK2)
