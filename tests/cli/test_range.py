"""The command on the specification range: what it refuses before it builds anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_a_chart_that_is_no_svg_is_refused_before_anything_is_read(call_cli: Any, tmp_path: Path) -> None:
    done = call_cli("range", str(tmp_path / "absent.toml"), "--chart", str(tmp_path / "range.png"))
    assert done.code == 2
    assert "the chart of a range is drawn as SVG" in done.err
    assert "name a file that ends in .svg" in done.err
    assert not (tmp_path / "range.png").exists()
