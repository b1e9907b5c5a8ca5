"""Collects the parts of a figure and makes it at once: plotly's own ``add_...`` takes time quadratic in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


class Canvas:
    """A figure in the making.

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
