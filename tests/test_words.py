"""A sentence that a reader sees stands in fairness/text, so that every surface says the same.

Errors are raised with their words where they are understood, and options of the command line are explained where they
are declared: both are left out here.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1] / "fairness"
ROOMS = ("charts", "cli", "dashboard", "panels", "report")
MAKE_ERRORS = {"failures.py", "history.py", "manifest.py", "note.py", "pdf.py"}
"""Modules that put errors together in two steps: their texts stand beside the raise, not in it."""
WORDS = 4
"""Words from which a text is a sentence, or as good as one."""
CODE = re.compile(r"select |;\s*$|<[a-z/]|://|^application/|-apple-system|^default-src|_id, ", re.IGNORECASE)
ERRORS = re.compile(r"(Error|Option|Argument|Typer)$")


def words(text: str) -> int:
    return len(re.findall(r"(?<![\w.-])[A-Za-z]{2,}(?![\w-])", text))


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module that a reader may see: no docstrings, no errors, no options."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Raise():
                continue
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if ERRORS.search(name):
                continue
            case ast.JoinedStr(values=values):
                yield node.lineno, "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in values)
            case ast.Constant(value=str(text)):
                yield node.lineno, text
        if not isinstance(node, ast.JoinedStr):
            yield from texts(node)


def sentences(tree: ast.AST) -> list[tuple[int, str]]:
    return [(line, text) for line, text in texts(tree) if words(text) >= WORDS and not CODE.search(text)]


def test_no_sentence_stands_outside_text() -> None:
    found = {
        path.relative_to(ROOT.parent).as_posix(): said
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if path.name not in MAKE_ERRORS and (said := sentences(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_a_sentence_is_seen_and_an_error_is_not() -> None:
    code = """
        print(f"{number} of them pay a lot more")
        raise DataError("the file cannot be read", fix="look at the file")
        query = "select one from the other table"
        """
    assert sentences(ast.parse(textwrap.dedent(code))) == [(2, "… of them pay a lot more")]
