"""What billed periods show about an export: refused, with the line to write, where they contradict how it is read."""

from __future__ import annotations

from fairness.engine.base import Connection
from fairness.engine.sql_text import quote
from fairness.errors import ConfigError
from fairness.intake.stage import Staged


def refuse_periods(con: Connection, staged: Staged) -> None:
    """Refuse an export whose blank intervals are not months, or whose period ends are the last day of service.

    Args:
        con: Connection whose current database holds ``int_interval_vote`` and ``int_period_vote``.
        staged: The inputs.

    Raises:
        ConfigError: The line to write is named.
    """
    _refuse_intervals(con, staged)
    _refuse_ends(con, staged)


def _refuse_intervals(con: Connection, staged: Staged) -> None:
    found = con.execute(
        "select section, product_id, plan_id, n_days, n_lines, n_of from int_interval_vote "
        "order by n_lines desc, section, product_id, plan_id, n_days"
    ).fetchall()
    if not found:
        return
    section, product, plan, n_days, n_lines, n_of = found[0]
    thing = f"product '{product}'" + (f", plan '{plan}'" if plan is not None else "")
    more = f" (the first of {len(found):,} such plans and lengths)" if len(found) > 1 else ""
    if _is_everywhere(con, section, n_days):
        unit, count = "'day'", f"'{n_days}'"
    else:
        columns = next(record.source.columns for record in staged.files if record.section == section)
        product_sql, plan_sql = (columns.get(name, name) for name in ("product_id", "plan_id"))
        same = f"{product_sql} = {quote(product)}" + (f" and {plan_sql} = {quote(plan)}" if plan is not None else "")
        unit, count = f"case when {same} then 'day' else 'month' end", f"case when {same} then {n_days} else 1 end"
    raise ConfigError(
        f"the billing interval is blank, but {n_lines:,} of {n_of:,} lines of {thing}{more} last {n_days} days, "
        "whatever month they start in: that is no month",
        where=f"source[{section}].columns.interval_unit and {_labels(staged, section)}",
        fix=f'write interval_unit = "{unit}" and interval_count = "{count}" in [source.columns], '
        "or map the columns that say it",
    )


def _is_everywhere(con: Connection, section: int, n_days: int) -> bool:
    """Return whether all lines of a section whose interval is blank last that many days."""
    query = "select bool_and(n_days = ?) from int_billed_period where section = ? and interval_is_blank"
    row = con.execute(query, [n_days, section]).fetchone()
    return bool(row and row[0])


def _refuse_ends(con: Connection, staged: Staged) -> None:
    found = con.execute(
        "select section, n_inclusive, n_votes from int_period_vote where outcome = 'inclusive' order by section"
    ).fetchall()
    for section, n_inclusive, n_votes in found:
        raise ConfigError(
            f"{n_inclusive:,} of {n_votes:,} billed periods end on the day before the next one starts: "
            "the end is the last day of service, not the first day after it",
            where=f"source[{section}].period_end and {_labels(staged, section)}",
            fix='write period_end = "inclusive" in this [[source]]; '
            'period_end = "exclusive" keeps the ends as they stand',
        )


def _labels(staged: Staged, section: int) -> str:
    """Return the files of a section of the config, the first three by name."""
    labels = [record.file.label for record in staged.files if record.section == section]
    return ", ".join(labels[:3]) + (", ..." if len(labels) > 3 else "")
