"""Collects the parts of a figure and makes it at once: plotly's own ``add_...`` takes time quadratic in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fairness.text.escape import figure_text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def in_lines(text: str) -> str:
    r"""Return a text as a figure reads it: no part of it a tag, each line end a new line.

    Example:
        >>> in_lines("A < B\nC")
        'A &lt; B<br>C'
    """
    return "<br>".join(figure_text(line) for line in text.split("\n"))


def hover(text: str) -> str:
    """Return what a pointer shows, its first line in bold."""
    first, *rest = in_lines(text).split("<br>")
    return f"{'<br>'.join((f'<b>{first}</b>', *rest))}<extra></extra>"


class Canvas:
    """A figure being made.

    Args:
        layout: From :func:`fairness.charts.interactive.theme.base_layout`.
    """

    def __init__(self, layout: dict[str, Any]) -> None:
        self._layout = layout
        self._traces: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        self._shapes: list[dict[str, Any]] = []

    def axis(self, name: str, **settings: Any) -> None:
        """Add settings to an axis, such as ``xaxis`` or ``yaxis2``."""
        self._layout[name] = {**self._layout.get(name, {}), **settings}

    def layout(self, **settings: Any) -> None:
        """Add settings to the layout."""
        self._layout.update(settings)

    def trace(self, kind: str, **settings: Any) -> None:
        """Add a trace: ``scatter`` or ``bar``."""
        self._traces.append({"type": kind, **settings})

    def text(self, base: Mapping[str, Any] | None = None, **settings: Any) -> None:
        """Add a text without an arrow."""
        self._annotations.append({"showarrow": False, **(base or {}), **settings})

    def shape(self, **settings: Any) -> None:
        """Add a line or an area."""
        self._shapes.append(settings)

    def figure(self) -> Figure:
        """Return the figure."""
        from plotly.graph_objects import Figure

        layout = {**self._layout, "annotations": self._annotations, "shapes": self._shapes}
        return Figure(data=self._traces, layout=layout)
