"""The look is set once: Streamlit's own colours are those of the figures, and nothing is fetched from elsewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from fairness.charts.interactive.heatmap import ink_on
from fairness.charts.interactive.theme import FONT, THEMES, VERDICT_COLOURS, VERDICT_SYMBOLS, ThemeName
from fairness.dashboard.look import css_variables

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "fairness" / "dashboard" / "assets"


def settings() -> dict[str, dict[str, object]]:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["light", "dark"])
def test_streamlit_has_the_colours_of_the_figures(name: ThemeName) -> None:
    theme, config = THEMES[name], settings()["theme"]
    assert config["font"] == FONT
    own = config[name]
    assert isinstance(own, dict)
    colours = (own["backgroundColor"], own["secondaryBackgroundColor"], own["textColor"], own["borderColor"])
    assert colours == (theme.background, theme.sidebar, theme.ink, theme.hairline)
    assert own["sidebar"]["backgroundColor"] == theme.sidebar


def test_nothing_is_sent_or_fetched() -> None:
    config = settings()
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["address"] == "127.0.0.1"
    for path in ASSETS.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|@font-face", text), path.name


def test_every_variable_of_the_stylesheet_is_set() -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", (ASSETS / "style.css").read_text(encoding="utf-8")))
    assert used <= css_variables(THEMES["light"]).keys()


def test_each_verdict_has_a_shape_of_its_own() -> None:
    assert len(set(VERDICT_SYMBOLS.values())) == len(VERDICT_SYMBOLS) == len(VERDICT_COLOURS)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_texts_have_enough_contrast(name: ThemeName) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1 for small text."""
    theme = THEMES[name]
    for colour in (theme.ink, theme.ink2, theme.ink3, *theme.text.values()):
        assert contrast(colour, theme.background) >= 4.5, colour
        assert contrast(colour, theme.sidebar) >= 4.4, colour
    for share in range(256):
        grey = f"#{share:02X}{share:02X}{share:02X}"
        # As much as black and white ink allow on a middle grey.
        assert contrast(ink_on(grey), grey) >= 4.2


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
