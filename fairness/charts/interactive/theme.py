"""Colours, symbols and the base layout: the one place where the look of every figure is set, in both themes.

The data colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which colour-blind readers can tell
apart; each verdict also has its own symbol, so that no meaning rests on colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ThemeName = Literal["light", "dark"]

FONT = "Inter, 'Segoe UI', -apple-system, BlinkMacSystemFont, Roboto, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one theme, as CSS colours.

    Attributes:
        background, sidebar: Surfaces.
        ink, ink2, ink3: Text: titles, subtitles, ticks and footers.
        rule, hairline, grid: Lines: over a panel, between rows, across a chart.
        band: The margin within which a gap counts as equal.
        hatch: Lines of hatched areas.
        middle: Centre of the heat map.
        active: The chosen row or link.
        bar_first, bar_rest: Neutral bars.
        ribbon: Interval of a series, half transparent.
        text: For each data colour, its variant with enough contrast for small text.
        favourable_line: Outline of the favourable mark.
    """

    background: str
    sidebar: str
    ink: str
    ink2: str
    ink3: str
    rule: str
    hairline: str
    grid: str
    band: str
    hatch: str
    middle: str
    active: str
    bar_first: str
    bar_rest: str
    ribbon: str
    text: dict[str, str]
    favourable_line: str


LIGHT = Theme(
    background="#FFFFFF",
    sidebar="#F5F6F7",
    ink="#14181C",
    ink2="#464E56",
    ink3="#656D75",
    rule="#14181C",
    hairline="#DCE0E3",
    grid="#EAEDEF",
    band="#DDE2E6",
    hatch="#8A9299",
    middle="#F3F4F4",
    active="#E6E9EB",
    bar_first="#5B646D",
    bar_rest="#B9C0C6",
    ribbon="rgba(213,94,0,0.17)",
    text={"new": "#005F95", "tenured": "#B04A00", "favourable": "#1B6E9E", "equivalent": "#00744F"},
    favourable_line="#1F7FB5",
)

DARK = Theme(
    background="#101418",
    sidebar="#161B20",
    ink="#ECEFF1",
    ink2="#B4BCC4",
    ink3="#8F98A1",
    rule="#8F98A1",
    hairline="#2B333A",
    grid="#20272D",
    band="#2E373F",
    hatch="#7E8890",
    middle="#232A30",
    active="#262E35",
    bar_first="#9AA4AD",
    bar_rest="#4A545D",
    ribbon="rgba(213,94,0,0.30)",
    text={"new": "#5DB2E6", "tenured": "#F58A3C", "favourable": "#7CC6F0", "equivalent": "#3CCBA3"},
    favourable_line="#56B4E9",
)

THEMES: dict[ThemeName, Theme] = {"light": LIGHT, "dark": DARK}

NEW = "#0072B2"
TENURED = "#D55E00"
VERDICT_COLOURS = {
    "penalty": TENURED,
    "favourable": "#56B4E9",
    "equivalent": "#009E73",
    "inconclusive": "#9A9A9A",
    "not_assessable": "#9A9A9A",
}
VERDICT_SYMBOLS = {
    "penalty": "circle",
    "favourable": "diamond",
    "equivalent": "square",
    "inconclusive": "hourglass",
    "not_assessable": "x-thin",
}


def base_layout(theme: Theme, *, height: int, left: int = 0, right: int = 0, top: int = 8, bottom: int = 24) -> Any:
    """Return the layout that every figure shares; the panel's head carries the title, margins hold the labels.

    Args:
        theme: Colours.
        height: Height of the whole figure, pixels.
        left: Left margin, pixels.
        right: Right margin, pixels.
        top: Top margin, pixels.
        bottom: Bottom margin, pixels.
    """
    axis = {
        "zeroline": False,
        "showline": False,
        "showgrid": False,
        "ticks": "",
        "tickfont": {"size": 11, "color": theme.ink3},
        "fixedrange": True,
        "automargin": False,
    }
    return {
        "font": {"family": FONT, "size": 12, "color": theme.ink2},
        "height": height,
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": theme.sidebar,
            "bordercolor": theme.hairline,
            "font": {"family": FONT, "size": 12, "color": theme.ink},
            "align": "left",
        },
        "dragmode": False,
        "template": {"layout": {"annotationdefaults": {"borderpad": 0, "borderwidth": 0}}},
        "bargap": 0.08,
        "xaxis": dict(axis),
        "yaxis": dict(axis),
    }
