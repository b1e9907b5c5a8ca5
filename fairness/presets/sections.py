"""The text of a config file: sections with their keys, comments, and what is left to the user."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from fairness.config.loader import UNDECIDED


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that the files do not decide.

    Attributes:
        key: Its key, as in ``study.currency``.
        question: What is asked.
        choices: What it may be, where that is known.
    """

    key: str
    question: str
    choices: tuple[str, ...] = ()


@dataclass(slots=True)
class Section:
    """A section of the file.

    Attributes:
        header: Its header, such as ``[study]``.
        comments: Comment lines above it.
        lines: Its lines.
    """

    header: str
    comments: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, key: str, value: object, comment: str = "") -> None:
        """Add a key with its value."""
        self.lines.append(f"{key} = {toml(value)}" + (f"    # {comment}" if comment else ""))

    def ask(self, key: str, ask: Ask) -> None:
        """Add a key whose value is left to the user."""
        choices = f" ({' or '.join(ask.choices)})" if ask.choices else ""
        self.add(key, UNDECIDED, f"DECIDE: {ask.question}{choices}")

    def text(self) -> str:
        """Return the section as text."""
        return "\n".join([*(f"# {line}" if line else "#" for line in self.comments), self.header, *self.lines])


def toml(value: object) -> str:
    r"""Return a value as TOML writes it.

    Example:
        >>> toml(["a", "it's"]), toml('"Policy No"'), toml(True), toml(3)
        ('["a", "it\'s"]', '\'"Policy No"\'', 'true', '3')
    """
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, str) and '"' in value and "'" not in value and value.isprintable():
        return f"'{value}'"
    if isinstance(value, str) and '"' in value and "'''" not in value and value[-1] != "'" and value.isprintable():
        return f"'''{value}'''"
    return json.dumps(value, ensure_ascii=False)
