"""The findings of a study at other prices: the same models and the same estimators on changed bills of one month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fairness.analysis.study import analyse
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.engine.connection import looking
from fairness.engine.models import model_files
from fairness.engine.sql_text import ident, quote
from fairness.findings.results import Finding
from fairness.runs.store import Run

_COUNTS = "5_counts"


def headline_with(run: Run, config: Config, prices: Iterable[tuple[int, int]]) -> Finding:
    """Return the headline of a run's study where things held in the as-of month cost something else.

    Only studies of billing lines have things held; nobody's behaviour changes, and offers stay as they are.

    Args:
        run: The published run, which is read only.
        config: Its study.
        prices: Thing held (``holding_id``) and its new price per unit and billing interval, in ticks.
    """
    with looking() as con:
        con.execute(f"attach {quote(str(run.warehouse))} as base (read_only)")
        counts = [path for path in model_files() if path.parent.name == _COUNTS]
        _show(con, hidden={path.stem[3:] for path in counts} | {"int_as_of_row"})
        con.execute("create table new_price (holding_id bigint, ticks bigint)")
        rows = list(prices)
        if rows:
            ids, ticks = (list(column) for column in zip(*rows, strict=True))
            con.execute("insert into new_price select unnest($1), unnest($2)", [ids, ticks])
        con.execute(_AS_OF)
        for path in counts:
            con.execute(path.read_text(encoding="utf-8"))
        build: dict[str, Any] = {"id": run.id, "engine": "", "software_version": "", "inputs": []}
        return analyse(con, config, build).headline


_AS_OF = """
create table int_as_of_row as
select
    was.* replace (
        case when new.ticks is null then was.price_ticks
            else cast(round(new.ticks * case when interval_unit in ('week', 'day') then 365 else 1 end
                / (interval_count * case interval_unit when 'month' then 1.0 when 'week' then 84 else 12 end))
                as bigint) end as price_ticks,
        coalesce(new.ticks, was.interval_ticks) as interval_ticks,
        case when new.ticks is null then was.paid_ticks
            else cast(round(new.ticks * cast(was.quantity_micros as double) / 1000000) as bigint) end as paid_ticks
    )
from base.int_as_of_row as was
left join new_price as new
    on was.holding_id = new.holding_id
"""


def _show(con: Connection, *, hidden: set[str]) -> None:
    """Make everything in the run visible under its own name, except what is made again."""
    rows = con.execute(
        "select table_name from duckdb_tables() where database_name = 'base' "
        "union all select view_name from duckdb_views() where database_name = 'base' and not internal order by 1"
    ).fetchall()
    for (name,) in rows:
        if name not in hidden:
            con.execute(f"create view {ident(name)} as from base.{ident(name)}")
