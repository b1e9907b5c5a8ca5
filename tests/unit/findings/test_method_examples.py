"""The worked examples of the method document print what stands beside them."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

METHOD = Path(__file__).parents[3] / "docs" / "method.md"
BLOCKS = re.findall(r"```python\n(.*?)```", METHOD.read_text(encoding="utf-8"), re.DOTALL)
PRINTED = re.compile(r"^print\(.*\)  # (.*)$", re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=[str(number) for number in range(len(BLOCKS))])
def test_an_example_prints_what_its_comments_say(block: str) -> None:
    expected = PRINTED.findall(block)
    assert expected
    assert len(expected) == block.count("print(")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(block, str(METHOD), "exec"), {"__name__": "example"})
    assert out.getvalue().splitlines() == expected
