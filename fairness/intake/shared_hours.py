"""Moments that share one hour that is not midnight: days in another time zone, written as moments.

A day in Berlin that a system writes in UTC is 23:00 or 22:00 of the day before. Read in UTC, every date in the column
is one day early, and on the first of a month one month early. The first rows of a file are enough to see it.
"""

from __future__ import annotations

from fairness.config import Config
from fairness.engine.base import Connection
from fairness.intake import dates
from fairness.intake.readers import relation
from fairness.intake.stage import Staged, StagedFile

_LOOKED_AT = 10_000
_LEAST, _NEARLY_ALL = 20, 0.95


def write_shared_hours(con: Connection, config: Config, staged: Staged) -> None:
    """Create ``time_zone_suspect``; needs the inputs, still readable."""
    con.execute(
        "create or replace table time_zone_suspect "
        "(source_index integer, column_name varchar, hour integer, n_moments bigint, n_same bigint)"
    )
    for record in staged.files:
        for column in record.mapping.layout.columns:
            if column.kind in ("date", "month"):
                _look_at(con, config, record, column.name)


def _look_at(con: Connection, config: Config, record: StagedFile, name: str) -> None:
    value = record.mapping.expression(name)
    if value is None:
        return
    rows = relation(record.file, record.source)
    sql_type = str(con.execute(f"describe select {value} as v from {rows} limit 0").fetchall()[0][1])
    clock = dates.clock("v", sql_type, record.source, zone=config.study.time_zone)
    if clock is None:
        return
    found = con.execute(
        f"select hour({clock}) as shown, count(*) as n from (select {value} as v from {rows} limit {_LOOKED_AT}) "
        "where v is not null group by shown having shown is not null order by n desc, shown"
    ).fetchall()
    total = sum(int(n) for _, n in found)
    if total < _LEAST or found[0][0] == 0 or found[0][1] < _NEARLY_ALL * total:
        return
    values = [record.source_index, name, int(found[0][0]), total, int(found[0][1])]
    con.execute("insert into time_zone_suspect values (?, ?, ?, ?, ?)", values)
