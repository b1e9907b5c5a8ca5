"""Turns a broken rule into a sentence: key, value given, what is allowed, and the nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from annotated_types import Ge, Gt, Le, Lt
from pydantic_core import ErrorDetails

from fairness.config.drivers import Drivers
from fairness.config.fields import Section
from fairness.config.inputs import Source, Study, Table
from fairness.config.ledger import Ledger
from fairness.config.method import Comparator, Inference, Lenses, LikeForLike, Monitoring, Tenure
from fairness.config.notify import Notify
from fairness.config.privacy import Privacy
from fairness.config.promises import Promises
from fairness.config.schema import Engine
from fairness.config.toml_positions import Location
from fairness.errors import nearest

SECTIONS: dict[str, type[Section]] = {
    "study": Study,
    "source": Source,
    "table": Table,
    "like_for_like": LikeForLike,
    "ledger": Ledger,
    "drivers": Drivers,
    "promises": Promises,
    "tenure": Tenure,
    "comparator": Comparator,
    "inference": Inference,
    "monitoring": Monitoring,
    "lenses": Lenses,
    "engine": Engine,
    "privacy": Privacy,
    "notify": Notify,
}

ABSENT: Final = object()
"""The value of a key that the file does not have; None cannot be written in TOML but may be a default."""

_BOUNDS = ((Gt, "gt", "above"), (Ge, "ge", "at least"), (Lt, "lt", "below"), (Le, "le", "at most"))
_NUMBERS: dict[Any, str] = {int: "a whole number", int | None: "a whole number", float: "a number"}
_RULES = {
    "dict_type": "must be a table of name = value",
    "string_type": "must be text in quotes",
    "tuple_type": "must be a list in [ ]",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule that the config file breaks.

    Attributes:
        location: Where in the file.
        rule: What is allowed there.
        value: What the file has there; :data:`ABSENT` when showing it would not help.
        is_default: Whether `value` is the default, which the file's other values make invalid.
    """

    location: Location
    rule: str
    value: object = ABSENT
    is_default: bool = False

    @property
    def text(self) -> str:
        """The sentence for the reader.

        Example:
            >>> Problem(("source", 0, "decimal"), "must be one character", ",,").text
            "source[1].decimal = ',,': must be one character"
        """
        if self.value is ABSENT or isinstance(self.value, dict):
            return f"{key_text(self.location)}: {self.rule}"
        origin = " (default)" if self.is_default else ""
        return f"{key_text(self.location)} = {_shown(self.value)}{origin}: {self.rule}"


def key_text(location: Location) -> str:
    """Return a location as a dotted path, positions in lists counted from 1.

    Example:
        >>> key_text(("source", 1, "role"))
        'source[2].role'
    """
    text = ""
    for step in location:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def unknown_key(name: str, location: Location) -> str:
    """Say that a key or section is unknown, and name the one that was probably meant.

    Args:
        name: The key as the file has it.
        location: Its path, `name` included.
    """
    if len(location) == 1:
        homes = _sections_with(name)
        hint = f"; this key belongs to {homes}" if homes else nearest(name, SECTIONS)
        return f"unknown; the sections are {', '.join(SECTIONS)}{hint}"
    known = SECTIONS[str(location[0])].model_fields
    hint = nearest(name, known)
    if not hint and (homes := _sections_with(name)):
        hint = f"; this key belongs to {homes}"
    return f"unknown key; known here are {', '.join(known)}{hint}"


def rule_broken(detail: ErrorDetails, location: Location) -> str:
    """Return the rule behind one pydantic error, in the words of the config file."""
    kind = detail["type"]
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "missing":
        return _missing(location)
    if kind == "extra_forbidden":
        return unknown_key(str(location[-1]), location)
    if kind == "literal_error":
        options = re.findall("'([^']*)'", context["expected"])
        return f"must be {_either(options)}{nearest(str(detail['input']), options)}"
    if kind == "model_type":
        return "must be a section with a header in [ ], not a value"
    return _RULES.get(kind) or _range(location) or detail["msg"]


def _missing(location: Location) -> str:
    if len(location) > 1:
        return "required, but missing"
    name = str(location[0])
    needed = [key for key, field in SECTIONS[name].model_fields.items() if field.is_required()]
    header = f"[[{name}]]" if name in ("source", "table") else f"[{name}]"
    needed += ["path"] if name == "source" else []
    return f"section {header} is missing; it needs {' and '.join(needed)}"


def _range(location: Location) -> str:
    """Describe the numbers that a key allows; empty where the key does not take a single number."""
    field = SECTIONS[str(location[0])].model_fields.get(str(location[-1]))
    if field is None or field.annotation not in _NUMBERS:
        return ""
    bounds = " and ".join(_bounds(field.metadata))
    return f"must be {_NUMBERS[field.annotation]}, {bounds}"


def _bounds(metadata: list[Any]) -> Iterator[str]:
    for kind, attribute, words in _BOUNDS:
        for bound in metadata:
            if isinstance(bound, kind):
                yield f"{words} {getattr(bound, attribute)}"


def _sections_with(name: str) -> str:
    return " or ".join(f"[{section}]" for section, model in SECTIONS.items() if name in model.model_fields)


def _either(options: list[str]) -> str:
    quoted = [f"'{option}'" for option in options]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
