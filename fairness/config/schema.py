"""The whole config of a study: one frozen model, with one attribute per section of ``fairness.toml``.

Attribute names are the TOML keys, except ``Config.sources`` for ``[[source]]``. Values are checked strictly: ``"12"``
is not a number, and ``true`` is not a count.
"""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, field_validator

from fairness.config.drivers import Drivers
from fairness.config.fields import Filled, Items, Section, at_least_one, no_repeats
from fairness.config.inputs import Source, Study, Table
from fairness.config.ledger import Ledger
from fairness.config.method import Comparator, Inference, Lenses, LikeForLike, Monitoring, Tenure
from fairness.config.notify import Notify
from fairness.config.privacy import Privacy
from fairness.config.promises import Promises

_LEAST_MEMORY, _MOST_MEMORY = 32 * 1000**2, 1000 * 1000**4


class Engine(Section):
    """What runs the SQL.

    Attributes:
        name: The engine.
        threads: Worker threads; None leaves the choice to the engine.
        memory_limit: Most memory, such as ``4GB``; None leaves the choice to the engine.
        temp_directory: Where the engine spills to disk, relative to the config file; None means the folder of the
            build.
    """

    name: Literal["duckdb"] = "duckdb"
    threads: int | None = Field(default=None, ge=1, le=1024)
    memory_limit: str | None = None
    temp_directory: Filled | None = None

    @field_validator("memory_limit")
    @classmethod
    def _bytes(cls, value: str | None) -> str | None:
        if value is None:
            return value
        found = re.fullmatch(r"(\d{1,15}(?:\.\d+)?)\s*([KMGT])(i?)B", value, re.IGNORECASE | re.ASCII)
        if found is None:
            raise ValueError("must be a number with KB, MB, GB, TB or KiB, MiB, GiB, TiB, such as '4GB'")
        step = 1024 if found[3] else 1000
        if not _LEAST_MEMORY <= float(found[1]) * step ** (1 + "KMGT".index(found[2].upper())) <= _MOST_MEMORY:
            raise ValueError("must be from 32MB to 1000TB")
        return value


def _distinct(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    no_repeats(tuple(table.name for table in tables))
    return tables


class Config(Section):
    """A whole config file.

    Attributes:
        path: The config file, absolute; paths in it are relative to its folder.
        tables: The ``[[table]]`` sections in file order.
        sources: The ``[[source]]`` sections in file order, at least one.
        study, like_for_like, ledger, drivers, promises, tenure, comparator, inference, monitoring, lenses, engine,
            privacy, notify: The section of that name.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    path: Path
    study: Study
    tables: Annotated[Items[Table], AfterValidator(_distinct)] = Field(default=(), alias="table")
    sources: Annotated[Items[Source], AfterValidator(at_least_one)] = Field(alias="source")
    like_for_like: LikeForLike = LikeForLike()
    ledger: Ledger = Ledger()
    drivers: Drivers = Drivers()
    promises: Promises = Promises()
    tenure: Tenure = Tenure()
    comparator: Comparator = Comparator()
    inference: Inference = Inference()
    monitoring: Monitoring = Monitoring()
    lenses: Lenses = Lenses()
    engine: Engine = Engine()
    privacy: Privacy = Privacy()
    notify: Notify = Notify()

    @property
    def base_dir(self) -> Path:
        """The folder of the config file."""
        return self.path.parent

    @property
    def output_dir(self) -> Path:
        """The folder of the run directories."""
        return self.resolve(self.study.output)

    def resolve(self, text: str) -> Path:
        """Return a path of the config file as a path that is valid from any working directory."""
        return self.base_dir / text

    def source_files(self, source: Source | Table) -> dict[str, tuple[Path, ...]]:
        """Return the files of each path of a source or table, sorted by name.

        A path without wildcards, or one that exists as written, stands for itself, whether or not the file exists. A
        glob (``*``, ``?``, ``[...]``, ``**``) stands for the existing files that match it, possibly none.

        Returns:
            One entry per path, under its text in the config file and in that order.
        """
        return {pattern: self._matches(pattern) for pattern in source.path}

    def _matches(self, pattern: str) -> tuple[Path, ...]:
        literal = self.resolve(pattern)
        if literal.exists() or not glob.has_magic(pattern):
            return (literal,)
        found = (self.resolve(name) for name in glob.glob(pattern, root_dir=self.base_dir, recursive=True))
        return tuple(sorted(path for path in found if path.is_file()))
