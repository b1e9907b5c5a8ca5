"""Materialise the study's settings as small tables, so that the SQL models name only fixed tables and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from fairness.config import Config
from fairness.engine.base import Connection
from fairness.intake.casts import MAX_TENURE_MONTHS
from fairness.intake.cell_keys import SEPARATOR, UNKNOWN
from fairness.intake.layout_parts import CELL_BASE, PLAN
from fairness.intake.stage import Staged

MAX_COVERED_MONTHS = 240
"""The ledger does not spread a billing period of more than 20 years over months."""

_COMPLETE_FROM_DAY = 28


def write_settings(con: Connection, config: Config, staged: Staged) -> None:
    """Create ``params`` and the other small tables of settings: inputs, tenure, months and keys."""
    _write_params(con, config, staged)
    _write_inputs(con, staged)
    _write_tenure(con, config)
    plan = (PLAN,) if staged.plan_in_cell else ()
    cell_columns = (*CELL_BASE, *plan, *staged.cell_columns)
    _fill(con, "cell_column", "column_order integer, column_name varchar", enumerate(cell_columns, start=1))
    _fill(con, "lens_column", "lens_order integer, lens varchar", enumerate(staged.lens_columns, start=1))
    con.execute(
        f"""
        create or replace table month_offset as
        select cast(n as integer) as n_months, cast(o as integer) as month_offset
        from range(1, {MAX_COVERED_MONTHS + 1}) as months(n), range(0, {MAX_COVERED_MONTHS}) as offsets(o)
        where o < n
        """
    )


def _write_inputs(con: Connection, staged: Staged) -> None:
    _fill(
        con,
        "inputs",
        "source_index integer, role varchar, path varchar, sha256 varchar, n_bytes bigint, n_rows bigint",
        (
            (r.source_index, r.source.role, r.file.label, r.fingerprint.sha256, r.fingerprint.n_bytes, r.n_rows)
            for r in staged.files
        ),
    )
    _fill(
        con,
        "source_setting",
        "source_index integer, section integer, period_end varchar",
        ((r.source_index, r.section, r.source.period_end) for r in staged.files),
    )
    _fill(
        con,
        "column_unread",
        "source_index integer, column_order integer, column_name varchar",
        ((r.source_index, order, name) for r in staged.files for order, name in enumerate(r.mapping.unread(), start=1)),
    )


def _write_tenure(con: Connection, config: Config) -> None:
    edges = config.tenure.band_edges
    _fill(
        con,
        "tenure_band",
        "band_order integer, label varchar, lower_months integer, upper_months integer",
        (
            (order, label, lower, upper)
            for order, (label, lower, upper) in enumerate(
                zip(band_labels(edges), edges, (*edges[1:], None), strict=True), start=1
            )
        ),
    )
    con.execute(
        f"""
        create or replace table tenure_class as
        select
            cast(n as integer) as tenure_months,
            case when n < new_below_months then 'new' when n >= tenured_from_months then 'tenured' else 'middle' end
                as loyalty_group,
            cast((select max(band_order) from tenure_band where lower_months <= n) as integer) as band_order
        from range({MAX_TENURE_MONTHS + 1}) as months(n)
        cross join params
        """
    )


def band_labels(edges: Sequence[int]) -> tuple[str, ...]:
    """Return the labels of tenure bands that start at ``edges`` months.

    Whole years read as completed years (``0-4``, ``15+``); anything else as completed months.

    Example:
        >>> band_labels((0, 60, 120, 180))
        ('0-4', '5-9', '10-14', '15+')
        >>> band_labels((0, 12, 24))
        ('0', '1', '2+')
        >>> band_labels((0, 6, 18))
        ('0-5 months', '6-17 months', '18+ months')
    """
    in_years = all(edge % 12 == 0 for edge in edges)
    step, unit = (12, "") if in_years else (1, " months")
    lowers = [edge // step for edge in edges]
    labels = [
        f"{lower}{unit}" if upper - lower == 1 else f"{lower}-{upper - 1}{unit}" for lower, upper in pairwise(lowers)
    ]
    return (*labels, f"{lowers[-1]}+{unit}")


def _write_params(con: Connection, config: Config, staged: Staged) -> None:
    """Write the one-row ``params``: what the models and every reader need to know about the settings."""
    as_of = config.study.as_of_date or _default_as_of(con)
    values: dict[str, tuple[str, object]] = {
        "study_name": ("varchar", config.study.name),
        "currency": ("varchar", config.study.currency),
        "as_of_month": ("date", as_of.replace(day=1) if as_of else None),
        "as_of_number": ("integer", as_of.year * 12 + as_of.month - 1 if as_of else None),
        "new_below_months": ("integer", config.tenure.new_below_months),
        "tenured_from_months": ("integer", config.tenure.tenured_from_months),
        "min_per_group": ("integer", config.like_for_like.min_per_group),
        "primary_estimand": ("varchar", config.inference.primary),
        "tenure_clock": ("varchar", config.tenure.clock),
        "tenure_from_lines": ("boolean", config.tenure.from_lines or not _states_tenure(staged)),
        "rejoin": ("varchar", config.tenure.rejoin),
        "rejoin_after_months": ("integer", config.tenure.rejoin_after_months),
        "comparator_basis": ("varchar", config.comparator.basis),
        "comparator_date": ("varchar", config.comparator.date),
        "horizon_months": ("integer", config.comparator.horizon_months),
        "min_evidence": ("integer", config.comparator.min_evidence),
        "confidence_level": ("double", config.inference.confidence_level),
        "margin": ("double", config.inference.margin),
        "plan_in_cell": ("boolean", staged.plan_in_cell),
        "several_lines": ("varchar", config.ledger.several_lines),
        "spread_discounts": ("varchar", config.ledger.spread_discounts),
        "events_complete": ("boolean", config.drivers.events_complete),
        "anniversaries": ("boolean", config.drivers.anniversaries),
        "index_month": ("integer", config.drivers.index_month),
        "notice_days": ("integer", config.drivers.notice_days),
        "unknown_customer_controls": ("varchar", (SEPARATOR + UNKNOWN) * staged.customer_cells),
        "unknown_customer_lenses": ("varchar", (SEPARATOR + UNKNOWN) * staged.customer_lenses),
    }
    columns = ", ".join(f"cast(? as {sql_type}) as {name}" for name, (sql_type, _) in values.items())
    con.execute(f"create or replace table params as select {columns}", [value for _, value in values.values()])


def _states_tenure(staged: Staged) -> bool:
    """Return whether a customer file states when customers joined."""
    return any(file.source.role == "customers" and file.mapping.has("tenure_start") for file in staged.files)


def _default_as_of(con: Connection) -> date | None:
    """Return the as-of date where the config has none: the last complete month of the data.

    Billing lines: the month of the latest issue date if that lies on the 28th or later, else the month before. A book:
    the month of the latest ``as_of``.
    """
    row = con.execute("select max(issued_on) from stg_billing where reject_reason is null").fetchone()
    latest: date | None = row[0] if row else None
    if latest is not None:
        return latest if latest.day >= _COMPLETE_FROM_DAY else latest.replace(day=1) - timedelta(days=1)
    row = con.execute("select max(as_of) from stg_book where reject_reason is null").fetchone()
    return row[0] if row else None


def _fill(con: Connection, table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    con.execute(f"create or replace table {table} ({columns})")
    values = list(rows)
    if values:
        types = [column.split()[1] for column in columns.split(", ")]
        lists = ", ".join(f"unnest(cast(? as {sql_type}[]))" for sql_type in types)
        con.execute(f"insert into {table} select {lists}", [list(column) for column in zip(*values, strict=True)])
