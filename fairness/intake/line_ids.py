"""Ids of lines that are no ids: refused, with the line to write, before lines are taken for versions of each other."""

from __future__ import annotations

from fairness.engine.base import Connection
from fairness.errors import ConfigError
from fairness.intake.stage import Staged

_LEAST_LINES, _LEAST_SHARE = 5, 0.05

_SHARED = """
with ids as (
    select line.line_id, min(line.source_index) as source_index, count(*) as n_lines
    from stg_billing as line
    inner join int_repeated_line
        on line.line_id = int_repeated_line.line_id
    where line.reject_reason is null
    group by line.line_id, line.extracted_at
    having count(distinct line.customer_id) > 1 or count(distinct line.period_start) > 1
)
select
    coalesce(sum(n_lines), 0), min(line_id), min(source_setting.section),
    (select count(*) from stg_billing where reject_reason is null and line_id is not null),
    (select count(invoice_id) > 0 from stg_billing)
from ids
inner join source_setting
    on ids.source_index = source_setting.source_index
"""


def refuse_line_ids(con: Connection, staged: Staged) -> None:
    """Refuse billing lines whose ``line_id`` stands on lines of several customers or periods of one export.

    Of lines with one id only one counts, so that a number within the invoice, or the id of what is billed each month,
    would lose the others.

    Args:
        con: Connection whose current database holds ``stg_billing`` and ``int_repeated_line``.
        staged: The inputs.

    Raises:
        ConfigError: The line to write is named.
    """
    n_shared, example, section, n_lines, has_invoices = con.execute(_SHARED).fetchall()[0]
    if n_shared < _LEAST_LINES or n_shared < _LEAST_SHARE * n_lines:
        return
    columns = next(record.source.columns for record in staged.files if record.section == section)
    names = ("invoice_id", "line_id") if has_invoices else ("customer_id", "period_start", "line_id")
    parts = ", ".join(columns.get(name, name) for name in names)
    raise ConfigError(
        f"{n_shared:,} of {n_lines:,} lines share their line_id with a line of another customer or period "
        f"(such as '{example}'): it is not the id of a line, and only one line of each would count",
        where=f"source[{section}].columns.line_id",
        fix=f"write line_id = \"concat_ws('-', {parts})\" in [source.columns], "
        "or map the columns that tell lines apart",
    )
