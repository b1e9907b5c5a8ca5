"""The files that a user names, read through the reader of the build: header, form, and the values of some rows."""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fairness.config import Table
from fairness.engine.base import Connection
from fairness.errors import ConfigError, DataError
from fairness.intake.decoding import COMPRESSED
from fairness.intake.files import FORMAT_BY_SUFFIX, InputFile, describe_file, plain_copy
from fairness.intake.readers import relation
from fairness.presets.column_names import Names

_LOOKED_AT = 5000
_READ_BYTES = 1 << 24
_SKIP = re.compile(r"skip_rows = (\d+)")


@dataclass(frozen=True, slots=True)
class Sample:
    """A file and what its first rows show.

    Attributes:
        path: Path relative to the config file, as it will be written there.
        keys: How it is written, where that is not the usual way.
        file: The file as the reader describes it.
        names: Its columns.
        rows: Text of the first rows, by column.
    """

    path: str
    keys: dict[str, object]
    file: InputFile
    names: Names
    rows: dict[str, list[str]]

    def values(self, column: str) -> list[str]:
        """Return the values of a column in the first rows, blanks left out."""
        return [value for value in self.rows.get(column, []) if value]


def find_samples(con: Connection, paths: Iterable[Path], base: Path) -> list[Sample]:
    """Return the files that paths and folders name.

    Raises:
        ConfigError: A path does not exist, or there is no file that can be read.
        DataError: A file cannot be read.
    """
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ConfigError(f"'{path}' does not exist", fix="name the exported files, or their folder")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        files += [file for file in inside if file.is_file() and (path.is_file() or _is_data(file))]
    if not files:
        raise ConfigError("there is no export to read", where=", ".join(map(str, paths)), fix="name exported files")
    return [_sample(con, file, base) for file in files]


def _is_data(file: Path) -> bool:
    suffixes = [suffix.lower() for suffix in file.suffixes if suffix.lower() not in COMPRESSED]
    return (
        bool(suffixes) and suffixes[-1] in FORMAT_BY_SUFFIX and file.name != "PROVENANCE.txt" and suffixes[-1] != ".txt"
    )


def _sample(con: Connection, file: Path, base: Path) -> Sample:
    path = _relative(file, base)
    keys: dict[str, object] = {}
    if (encoding := _encoding(file)) != "utf-8":
        keys["encoding"] = encoding
    try:
        found = _described(con, file, path, keys)
    except DataError as error:
        # The reader itself says how many title lines are above the header.
        skip = _SKIP.search(error.fix)
        if skip is None:
            raise
        keys["skip_rows"] = int(skip[1])
        found = _described(con, file, path, keys)
    form = _form(path, keys)
    with tempfile.TemporaryDirectory() as folder:
        copy = plain_copy(found, form, Path(folder))
        con.execute("set preserve_insertion_order = true")
        shown = ", ".join(f"cast(c{place} as varchar)" for place in range(len(found.header)))
        rows = con.execute(f"select {shown} from {relation(copy, form)} limit {_LOOKED_AT}").fetchall()
    columns = [name.replace("\ufeff", "").strip() for name in found.header]
    values = {name: [str(row[place] or "") for row in rows] for place, name in enumerate(columns)}
    return Sample(path, keys, found, Names(columns), values)


def _described(con: Connection, file: Path, path: str, keys: dict[str, object]) -> InputFile:
    return describe_file(con, file, path, _form(path, keys))


def _form(path: str, keys: dict[str, object]) -> Table:
    return Table.model_validate({"name": "sample", "path": (path,), **keys})


def _relative(file: Path, base: Path) -> str:
    try:
        return file.resolve().relative_to(base.resolve()).as_posix()
    except ValueError:
        return file.resolve().as_posix()


def _encoding(file: Path) -> str:
    """Return the encoding of a text file: UTF-8 where it decodes, else that of its mark, else Windows'."""
    if file.suffix.lower() in COMPRESSED or file.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return "utf-8"
    with file.open("rb") as stream:
        start = stream.read(_READ_BYTES)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
