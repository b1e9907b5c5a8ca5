"""The findings of a study at other prices: the same models and the same estimators on changed bills of one month."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from fairness.analysis.study import analyse
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.engine.connection import looking
from fairness.engine.models import model_files, sql_root
from fairness.engine.sql_text import ident, quote
from fairness.findings.results import Finding, Findings
from fairness.runs.store import Run

_MADE_AGAIN = ("70_observation", "80_int_party_observation")
"""Models between the rows of the as-of month and the counts that the estimators read."""

OVERLAID = ("price_ledger", "price_change", "price_change_driver", "int_step_event", "told_outcome")
"""What rules read and ``sql/planned`` makes again."""


def headline_with(run: Run, config: Config, prices: Iterable[tuple[int, int]]) -> Finding:
    """Return the headline of a run's study where things held in the as-of month cost something else.

    Only studies of billing lines have things held; nobody's behaviour changes, and offers stay as they are.

    Args:
        run: The published run, which is read only.
        config: Its study.
        prices: Thing held (``holding_id``) and its new price per unit and billing interval, in ticks.
    """
    with opened(run) as con:
        charge(con, prices)
        return counted(con, run, config).headline


def charge(con: Connection, prices: Iterable[tuple[int, int]]) -> None:
    """Write new prices of things held into ``new_price``."""
    rows = list(prices)
    if rows:
        ids, ticks = (list(column) for column in zip(*rows, strict=True))
        con.execute("insert into new_price select unnest($1), unnest($2), null", [ids, ticks])


@contextmanager
def opened(run: Run, *, hidden: Collection[str] = ()) -> Iterator[Connection]:
    """Yield a connection in which the run stands under its own names, except for what is made again.

    ``new_price`` and ``new_offer`` say what costs or is offered something else, ``moment`` and ``holding_moment`` from
    when the as-of month is looked at; all are empty or null at first.

    Args:
        run: The published run, attached as ``base``, which is read only.
        hidden: Tables and views that the caller makes again.
    """
    with looking() as con:
        con.execute(f"attach {quote(str(run.warehouse))} as base (read_only)")
        again = {path.stem[3:] for path in model_files() if _is_made_again(path.parent.name, path.stem)}
        _show(con, hidden=again | {"int_as_of_row", *hidden})
        con.execute(_EMPTY)
        yield con


def counted(con: Connection, run: Run, config: Config) -> Findings:
    """Make the rows of the as-of month with what is new, count them again, and return the findings."""
    ask(con, "as_of_row")
    for path in model_files():
        if _is_made_again(path.parent.name, path.stem):
            con.execute(path.read_text(encoding="utf-8"))
    build: dict[str, Any] = {"id": run.id, "engine": "", "software_version": "", "inputs": []}
    return analyse(con, config, build)


def ask(con: Connection, name: str) -> None:
    """Run a file of ``sql/planned``."""
    con.execute((sql_root() / "planned" / f"{name}.sql").read_text(encoding="utf-8"))


_EMPTY = """
create table new_price (holding_id bigint, ticks bigint, charged_on date);
create table new_offer (
    holding_id bigint, line integer, headline_ticks bigint, effective_ticks bigint, list_ticks bigint
);
create table moment as select cast(null as integer) as month_number, cast(null as date) as last_day;
create table holding_moment (holding_id bigint, priced_on date);
"""


def _is_made_again(folder: str, stem: str) -> bool:
    return folder == "5_counts" or stem in _MADE_AGAIN


def _show(con: Connection, *, hidden: Collection[str]) -> None:
    """Make everything in the run visible under its own name, except what is made again."""
    rows = con.execute(
        "select table_name from duckdb_tables() where database_name = 'base' "
        "union all select view_name from duckdb_views() where database_name = 'base' and not internal order by 1"
    ).fetchall()
    for (name,) in rows:
        if name not in hidden:
            con.execute(f"create view {ident(name)} as from base.{ident(name)}")
