"""Reads ``fairness.toml``: finds the file, fills in the environment, checks every key and reports all problems at once.

Positions in lists are counted from 1, as a reader counts them: ``source[2].role`` is in the second ``[[source]]``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fairness.config.problems import ABSENT, SECTIONS, Problem, key_text, rule_broken, unknown_key
from fairness.config.schema import Config
from fairness.config.toml_positions import Location, index_lines, line_of
from fairness.errors import ConfigError, is_unicode, nearest, shortened

CONFIG_NAME = "fairness.toml"
LATER_SECTIONS = ("access",)
"""Sections that later versions read; using one is an error here, because its promise would not be kept."""

UNDECIDED = "?"
"""A value that ``fairness init`` could not decide and that nobody has written yet."""

MAX_BYTES = 256 * 1024
"""Largest size of a config file; anything larger is a data file given by mistake."""

_MAX_DEPTH = 8
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""")
_NO_NUL = "must not hold the character NUL"
_WRITE_ONE = f"run `fairness demo` for a complete example, or write {CONFIG_NAME}"
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def find_config(argument: Path | None = None) -> Path:
    """Return the config file that a command means.

    Args:
        argument: A config file, a folder that holds ``fairness.toml``, or None for the current folder.

    Raises:
        ConfigError: There is no such file.
    """
    place = Path() if argument is None else argument
    try:
        candidate = place / CONFIG_NAME if place.is_dir() else place
        if candidate.is_file():
            return candidate
        exists = place.exists()
    except OSError as error:
        # The name is too long, a folder may not be entered, or links form a circle.
        what = f"the config file cannot be opened: {error.strerror}"
        raise ConfigError(
            what, where=shortened(str(place)), fix="name another path, or see to its permissions"
        ) from None
    if not exists:
        raise ConfigError(f"'{shortened(str(place))}' does not exist", fix=_WRITE_ONE)
    if not place.is_dir():
        raise ConfigError(f"'{place}' is no file", fix=_WRITE_ONE)
    folder = "the current folder" if argument is None else f"the folder '{place}'"
    raise ConfigError(f"{folder} holds no {CONFIG_NAME}", fix=f"name the config file, or {_WRITE_ONE}")


def load_config(path: Path) -> Config:
    r"""Read and check a config file.

    ``${VAR}`` in a text value is replaced from the environment; a message then shows the value as the file has it,
    since the variable may hold a secret.

    Args:
        path: The TOML file, UTF-8.

    Returns:
        The settings, with every default filled in.

    Raises:
        ConfigError: The file is missing, is not TOML, or breaks rules; the message lists every rule it breaks.

    Example:
        >>> import tempfile
        >>> text = '[study]\nname = "Broadband"\ncurrency = "GBP"\n[[source]]\nrole = "book"\npath = "book.csv"\n'
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder) / "fairness.toml"
        ...     _ = file.write_text(text)
        ...     load_config(file).inference.margin
        0.01
    """
    text = _read(path)
    document = _parse(text, path)
    _refuse_depth(document, path)
    problems: list[Problem] = []
    filled = {name: _fill(value, (name,), problems) for name, value in document.items()}
    problems += _check_sections(filled)
    known = {name: value for name, value in filled.items() if name in SECTIONS}
    config: Config | None = None
    try:
        config = Config.model_validate({**known, "path": Path(os.path.abspath(path))})
    except ValidationError as error:
        reported = {problem.location for problem in problems}
        problems += [problem for problem in _broken_rules(error, document) if problem.location not in reported]
    if config is not None:
        problems += _check_breaks(config)
    if config is None or problems:
        raise _report(problems, path, text)
    return config


def _read(path: Path) -> str:
    where = str(Path(os.path.abspath(path)))
    if not is_unicode(where):
        raise ConfigError(
            "the path of the config file is not UTF-8, which the engine needs",
            where=ascii(where),
            fix="rename the file or the folders above it",
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            what = f"the config file is larger than {MAX_BYTES // 1024} kB"
            raise ConfigError(what, where=str(path), fix=f"give the config file ({CONFIG_NAME}), not a data file")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError("the config file does not exist", where=str(path), fix=_WRITE_ONE) from None
    except UnicodeDecodeError as error:
        what = f"the config file is not UTF-8 text: byte {error.start + 1} cannot be read"
        raise ConfigError(what, where=str(path), fix=_fix_syntax(path)) from None
    except OSError as error:
        raise ConfigError(f"the config file cannot be read: {error.strerror}", where=str(path)) from None


def _parse(text: str, path: Path) -> dict[str, Any]:
    # The parser takes time and memory in the square of the number of names in a key, before it builds the tables.
    if _LONG_KEY.search(text):
        raise _too_deep(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        parts = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", str(error), re.DOTALL)
        what, place = (parts[1], f", line {parts[2]}, column {parts[3]}") if parts else (str(error), "")
        raise ConfigError(f"invalid TOML: {what}", where=f"{path}{place}", fix=_fix_syntax(path)) from None
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError as error:
        # The parser leaves it to Python to read a number, which accepts a few thousand digits at most.
        raise ConfigError(f"invalid TOML: {error}", where=str(path), fix="write a shorter number") from None


def _refuse_depth(document: dict[str, Any], path: Path) -> None:
    """Refuse tables nested deeper than any section has, before anything walks down them."""
    level: list[object] = [document]
    for _ in range(_MAX_DEPTH):
        level = [item for value in level for item in _items(value)]
        if not level:
            return
    raise _too_deep(path)


def _items(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _too_deep(path: Path) -> ConfigError:
    what = f"the config file nests lists or tables more than {_MAX_DEPTH} deep"
    return ConfigError(what, where=str(path), fix="no key needs more than a list in a table")


def _fix_syntax(path: Path) -> str:
    is_toml = path.suffix == ".toml"
    return "texts need quotes, lists need [ ]" if is_toml else f"give the config file ({CONFIG_NAME}), not a data file"


def _fill(value: object, location: Location, problems: list[Problem]) -> object:
    """Return a TOML value with every ``${VAR}`` replaced; what cannot be replaced stays and becomes a problem."""
    if isinstance(value, dict):
        problems += [Problem((*location, name), _NO_NUL) for name in value if "\0" in name]
        return {name: _fill(item, (*location, name), problems) for name, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, (*location, index), problems) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    if value == UNDECIDED:
        problems.append(Problem(location, "is left to you: the comment on its line says what to decide", value))
    if "\0" in value:
        problems.append(Problem(location, _NO_NUL, value))
    for name in _VARIABLE.findall(value):
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            problems.append(Problem(location, f"'{name}' cannot be the name of an environment variable", value))
        elif name not in os.environ:
            problems.append(Problem(location, f"the environment variable {name} is not set", value))
        elif not is_unicode(os.environ[name]):
            problems.append(Problem(location, f"the environment variable {name} is not UTF-8 text", value))
    return _VARIABLE.sub(lambda match: os.environ.get(match[1], match[0]), value)


def _check_sections(document: dict[str, Any]) -> Iterator[Problem]:
    for name in document:
        if name in LATER_SECTIONS:
            yield Problem((name,), f"section [{name}] is not supported by this version")
        elif name not in SECTIONS:
            yield Problem((name,), unknown_key(name, (name,)))
    for name in ("source", "table"):
        if isinstance(document.get(name), dict):
            yield Problem((name,), f"must be a list of sections: write [[{name}]] with two brackets")


def _check_breaks(config: Config) -> Iterator[Problem]:
    """Refuse bands of a column that nothing uses: they would be silently ignored."""
    used = {*config.like_for_like.cell, *config.lenses.names}
    for name in config.like_for_like.breaks:
        if name not in used:
            rule = f"must name a column of like_for_like.cell or [lenses]{nearest(name, used)}"
            yield Problem(("like_for_like", "breaks", name), rule)


def _broken_rules(error: ValidationError, document: dict[str, Any]) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        location = detail["loc"]
        value = _value_at(location, document)
        is_default = value is ABSENT and detail["type"] != "missing"
        yield Problem(location, rule_broken(detail, location), detail["input"] if is_default else value, is_default)


def _value_at(location: Location, document: object) -> object:
    for step in location:
        try:
            document = document[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return document


def _report(problems: list[Problem], path: Path, text: str) -> ConfigError:
    lines = index_lines(text)
    placed = [(line_of(problem.location, lines), problem) for problem in problems]
    placed.sort(key=lambda item: item[0] or 0)
    if len(placed) == 1:
        line, problem = placed[0]
        place = f"{path}, line {line}" if line else str(path)
        return ConfigError(problem.text, where=f"{place}, key {key_text(problem.location)}")
    listed = [f"  {f'line {line}' if line else 'no line'}: {problem.text}" for line, problem in placed]
    return ConfigError("\n".join([f"{len(placed)} problems in the config file", *listed]), where=str(path))
