"""Reads ``fairness.toml``: finds the file, fills in the environment, checks every key and reports all problems at once.

Positions in lists are counted from 1, as a reader counts them: ``source[2].role`` is in the second ``[[source]]``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fairness.config.models import Config
from fairness.config.problems import ABSENT, SECTIONS, Problem, key_text, rule_broken, unknown_key
from fairness.config.toml_positions import Location, index_lines, line_of
from fairness.errors import ConfigError, nearest

CONFIG_NAME = "fairness.toml"
LATER_SECTIONS = ("access", "promises")
"""Sections that later versions read; naming one is an error here, because its promise would not be kept."""

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
    candidate = place / CONFIG_NAME if place.is_dir() else place
    if candidate.is_file():
        return candidate
    if not place.exists():
        raise ConfigError(f"'{place}' does not exist", mend=_WRITE_ONE)
    folder = "the current folder" if argument is None else f"the folder '{place}'"
    raise ConfigError(f"{folder} holds no {CONFIG_NAME}", mend=f"name the config file, or {_WRITE_ONE}")


def load_config(path: Path) -> Config:
    r"""Read and check a config file.

    ``${VAR}`` in a text value is replaced from the environment; a message then shows the value as the file has it,
    since the variable may hold a secret.

    Args:
        path: The TOML file, UTF-8.

    Returns:
        The settings, with every default filled in.

    Raises:
        ConfigError: The file is missing, is no TOML, or breaks rules; the message lists every rule it breaks.

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
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError("the config file does not exist", where=str(path), mend=_WRITE_ONE) from None
    except UnicodeDecodeError as error:
        what = f"the config file is not UTF-8 text: byte {error.start + 1} cannot be read"
        raise ConfigError(what, where=str(path), mend=_mend_syntax(path)) from None
    except OSError as error:
        raise ConfigError(f"the config file cannot be read: {error.strerror}", where=str(path)) from None


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        parts = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", str(error), re.DOTALL)
        what, place = (parts[1], f", line {parts[2]}, column {parts[3]}") if parts else (str(error), "")
        raise ConfigError(f"invalid TOML: {what}", where=f"{path}{place}", mend=_mend_syntax(path)) from None


def _mend_syntax(path: Path) -> str:
    is_toml = path.suffix == ".toml"
    return "texts need quotes, lists need [ ]" if is_toml else f"give the config file ({CONFIG_NAME}), not a data file"


def _fill(value: object, location: Location, problems: list[Problem]) -> object:
    """Return a TOML value with every ``${VAR}`` replaced; what cannot be replaced stays and becomes a problem."""
    if isinstance(value, dict):
        return {name: _fill(item, (*location, name), problems) for name, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, (*location, index), problems) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in _VARIABLE.findall(value):
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            problems.append(Problem(location, f"'{name}' cannot be the name of an environment variable", value))
        elif name not in os.environ:
            problems.append(Problem(location, f"the environment variable {name} is not set", value))
    return _VARIABLE.sub(lambda match: os.environ.get(match[1], match[0]), value)


def _check_sections(document: dict[str, Any]) -> Iterator[Problem]:
    for name in document:
        if name in LATER_SECTIONS:
            yield Problem((name,), f"section [{name}] is not supported by this version")
        elif name not in SECTIONS:
            yield Problem((name,), unknown_key(name, (name,)))
    if isinstance(document.get("source"), dict):
        yield Problem(("source",), "must be a list of sections: write [[source]] with two brackets")


def _check_breaks(config: Config) -> Iterator[Problem]:
    """Refuse bands of a column that nothing uses: they would be ignored without a word."""
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
