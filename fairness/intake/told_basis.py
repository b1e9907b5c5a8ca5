"""Letters that state a price without saying which: refused where it matters, with the line to write."""

from __future__ import annotations

from fairness.engine.base import Connection
from fairness.errors import ConfigError
from fairness.intake.stage import Staged


def refuse_told_basis(con: Connection, staged: Staged) -> None:
    """Refuse price events that tell customers with a discount a price, but not whether discounts are already taken off.

    Args:
        con: Connection whose current database holds ``int_told_letter`` and ``int_ledger_span``.
        staged: The inputs.

    Raises:
        ConfigError: The line to write is named.
    """
    found = con.execute(
        """
        select count(distinct letter.letter_id)
        from int_told_letter as letter
        inner join int_ledger_span as span
            on letter.holding_id = span.holding_id
            and span.cycle_start in (letter.old_day, letter.first_day)
        where letter.told_basis is null
            and coalesce(letter.told_price, letter.told_change, letter.told_percent) is not null
            and span.standard_ticks > span.price_ticks
        """
    ).fetchone()
    if not found or not found[0]:
        return
    section = next(record.section for record in staged.files if record.source.role == "price_events")
    raise ConfigError(
        f"{found[0]:,} letters tell customers with a discount a price, but not whether it is the price paid or the one "
        "before discounts",
        where=f"source[{section}].columns.told_basis",
        fix="write told_basis = \"'paid'\" or told_basis = \"'standard'\" in [source.columns] of the price events, "
        "or map the column that says it",
    )
