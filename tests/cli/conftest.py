"""A small firm: sixty customers of ten products, whose export a test writes as it likes and has analysed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

Row = Mapping[str, object]
Document = dict[str, Any]
PRODUCTS = 10
TENURED = 4
NEW = 2


@dataclass(frozen=True)
class Person:
    """A customer, and what a new customer is offered for the same."""

    name: str
    product: str
    offer: Decimal
    is_tenured: bool
    number: int


@dataclass(frozen=True)
class Answer:
    """What ``fairness analyze`` left behind: exit code, both streams, and the document where it printed one."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Document:
        assert self.code == 0, self.err
        found: Document = json.loads(self.out)
        return found

    @property
    def headline(self) -> Document:
        found: Document = self.document["headline"]
        return found

    @property
    def support(self) -> Document:
        found: Document = self.document["support"]
        return found


class Firm:
    """Writes the firm's files, analyses them through the command line and answers queries on what was published."""

    def __init__(self, folder: Path, call_cli: Callable[..., Any], run_cli: Callable[..., Any]) -> None:
        self._folder = folder
        self._call_cli = call_cli
        self._run_cli = run_cli
        self._n_studies = 0
        self.folder = folder

    @staticmethod
    def people() -> Iterator[Person]:
        """Yield the customers of every product, the tenured ones first."""
        for product in range(PRODUCTS):
            for number in range(TENURED + NEW):
                offer = Decimal("12.50") + 3 * product
                yield Person(f"K{product}-{number}", f"tier-{product}", offer, number < TENURED, number)

    @classmethod
    def lines(cls, paid: Callable[[Person], object], **columns: object) -> list[dict[str, object]]:
        """Return a monthly bill of June 2024 for each customer; a function in ``columns`` is asked for each."""
        return [
            {
                "line_id": f"L-{person.name}",
                "customer_id": person.name,
                "product_id": person.product,
                "issued_on": "2024-06-01",
                "period_start": "2024-06-01",
                "period_end": "2024-07-01",
                "net_amount": paid(person),
                "interval_unit": "month",
                "interval_count": 1,
                **{name: value(person) if callable(value) else value for name, value in columns.items()},
            }
            for person in cls.people()
        ]

    @classmethod
    def offers(cls, **columns: object) -> list[dict[str, object]]:
        """Return the price list: a row a product, open since 2018."""
        first = [person for person in cls.people() if person.number == 0]
        return [
            {
                "offer_id": f"O-{person.product}",
                "product_id": person.product,
                "list_unit_price": person.offer,
                "valid_from": "2018-01-01",
                "audience": "new_only",
                "currency": "GBP",
                "interval_unit": "month",
                "interval_count": 1,
                **{name: value(person) if callable(value) else value for name, value in columns.items()},
            }
            for person in first
        ]

    @classmethod
    def customers(cls) -> list[dict[str, object]]:
        """Return the customer file: the tenured joined in 2017, the new ones in March 2024."""
        return [
            {"customer_id": person.name, "tenure_start": "2017-09-01" if person.is_tenured else "2024-03-01"}
            for person in cls.people()
        ]

    def write(
        self,
        *,
        study: str = "",
        config: str = "",
        sources: Mapping[str, str] | None = None,
        **roles: Sequence[Row] | Path,
    ) -> Path:
        """Write a study: files by role, keys of ``[study]``, further sections and keys of each ``[[source]]``."""
        self._n_studies += 1
        self.folder = self._folder / f"firm{self._n_studies}"
        self.folder.mkdir()
        text = f'[study]\nname = "Firm"\ncurrency = "GBP"\nas_of = "2024-06"\n{study}\n[privacy]\npseudonyms = false\n'
        for role, rows in roles.items():
            path = rows.as_posix() if isinstance(rows, Path) else f"{role}.csv"
            if not isinstance(rows, Path):
                names = list(dict.fromkeys(name for row in rows for name in row))
                with (self.folder / path).open("w", encoding="utf-8", newline="") as stream:
                    writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(rows)
            text += f'[[source]]\nrole = "{role}"\npath = "{path}"\n{(sources or {}).get(role, "")}\n'
        if "bootstrap_replicates" not in config:
            text += "[inference]\nbootstrap_replicates = 0\n"
        file = self.folder / "fairness.toml"
        file.write_text(text + config, encoding="utf-8")
        return file

    def __call__(self, **options: Any) -> Answer:
        """Write a study and analyse it."""
        return self.analyse(self.write(**options))

    def analyse(self, file: Path, *options: str, env: Mapping[str, str] | None = None) -> Answer:
        """Analyse a written study; with an environment, in a process of its own."""
        arguments = ("analyze", file, *(options or ("--format", "json")))
        done = self._call_cli(*arguments) if env is None else self._run_cli(*arguments, env=env)
        return Answer(done.code, done.out, done.err)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the last study's published file."""
        output = self.folder / "out"
        run = output / "runs" / (output / "current").read_text(encoding="utf-8").strip()
        with duckdb.connect(str(run / "analyst.duckdb"), read_only=True) as con:
            return con.execute(sql).fetchall()


@pytest.fixture
def firm(tmp_path: Path, call_cli: Callable[..., Any], run_cli: Callable[..., Any]) -> Firm:
    return Firm(tmp_path, call_cli, run_cli)
