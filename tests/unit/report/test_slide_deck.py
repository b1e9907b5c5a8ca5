"""Slides of texts that a file cannot hold as they are: too long for a property, or with control characters."""

from __future__ import annotations

import io

import pytest

from fairness.charts.static.drawing import INK
from fairness.report.deck import Deck

pptx = pytest.importorskip("pptx")


@pytest.mark.parametrize("title", ["n" * 300, "A\x07b\x1b[31m\u202eC", "ü" * 254, "x" * 256])
def test_any_title_makes_slides(title: str) -> None:
    deck = Deck(title, f"{title} · 2026", 1)
    deck.new([(title, INK)])
    deck.text(title, (1.0, 1.0), 5.0)
    made = pptx.Presentation(io.BytesIO(deck.save()))
    for text in (made.core_properties.title, made.core_properties.comments):
        assert len(text) <= 255
        assert "\x07" not in text
    shown = title.replace("\x07", "\\x07").replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    assert made.slides[0].shapes.title.text == shown
    assert made.core_properties.title == (shown if len(shown) <= 252 else f"{shown[:252]}...")
