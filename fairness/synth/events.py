"""The log of price changes: yearly rises, ends of introductions, changes of plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fairness.synth.calendar import add_months, first_day, month_of
from fairness.synth.cycles import Firm, billed_cycles
from fairness.synth.letters import letter_rows
from fairness.synth.subscriptions import NEVER
from fairness.synth.tariffs import OPEN, IntArray

_NOTICE_SHORTEST, _NOTICE_DAYS = 24, 22
_ANNOUNCED = 2


def price_events(firm: Firm) -> pd.DataFrame:
    """Return one row per change of a unit price, by subscription and day; prices in pence, days as numbers.

    ``announced_on`` is set for the yearly rise of monthly products; ``notice_on`` for every list change.
    """
    spec, who = firm.spec, firm.who
    begin = int(first_day(np.array([spec.as_of_month - spec.event_months + 1]))[0])
    cycles = billed_cycles(firm, 0, len(who))
    keep = (cycles.cycle > 0) & (cycles.start >= begin) & ~who.is_test[cycles.index]
    index, cycle, start = cycles.index[keep], cycles.cycle[keep], cycles.start[keep]
    before = np.where(who.is_yearly[index], add_months(start, np.full(len(start), -12)), start - 1)
    offer = (who.combination[index], firm.tariffs.version(who.combination[index], who.joined[index]))
    ends_intro = cycle == firm.tariffs.cycles[offer]
    _, old = firm.prices.at(index, before, cycle - 1)
    _, new = firm.prices.at(index, start, cycle)
    # A change of plan within the previous month shows on its own day, not on the next bill.
    upgraded = who.upgraded_on[index]
    changed = (old != new) & ~((upgraded > before) & (upgraded < start))
    cause = np.where(ends_intro, "promo_expiry", "list_change")[changed]
    table = _rows(index[changed], start[changed], old[changed], new[changed], cause)
    changes = _dated(firm, pd.concat([table, _plan_changes(firm, begin)], ignore_index=True))
    return changes if spec.letters is None else _with_letters(changes, letter_rows(firm))


def _with_letters(changes: pd.DataFrame, letters: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat([changes, letters], ignore_index=True)
    days = [name for name in rows.columns if name.endswith("_on") or name == "lock_until"]
    prices = [name for name in rows.columns if name.endswith("_price")]
    return rows.assign(
        **{name: rows[name].fillna(OPEN).astype("int64") for name in days},
        **{name: rows[name].astype("Int64").mask(rows[name] == OPEN) for name in prices},
    )


def _plan_changes(firm: Firm, begin: int) -> pd.DataFrame:
    who = firm.who
    index = np.flatnonzero((who.upgraded_on < NEVER) & (who.upgraded_on >= begin) & ~who.is_test)
    day = who.upgraded_on[index]
    cycle = month_of(day) - who.first_cycle(index)
    _, old = firm.prices.at(index, day - 1, cycle)
    _, new = firm.prices.at(index, day, cycle)
    return _rows(index, day, old, new, np.full(len(index), "plan_change"))


def _rows(index: IntArray, day: IntArray, old: IntArray, new: IntArray, cause: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"index": index, "changed_on": day, "old_price": old, "new_price": new, "cause": cause})


def _dated(firm: Firm, table: pd.DataFrame) -> pd.DataFrame:
    """Add announcements and notices, and put the rows in order."""
    table = table.sort_values(["index", "changed_on"], kind="stable", ignore_index=True)
    index, day = table["index"].to_numpy(), table["changed_on"].to_numpy()
    is_rise = (table["cause"] == "list_change").to_numpy()
    if firm.spec.traps.untold:
        is_told = firm.who.channel[index] < len(firm.spec.channels) - 1
    else:
        is_told = np.ones(len(index), dtype=np.bool_)
    announced = first_day(month_of(day) - _ANNOUNCED)
    # Customers are notified over three weeks, in the order of their numbers.
    notice = day - _NOTICE_SHORTEST - (index * 7) % _NOTICE_DAYS
    return pd.DataFrame(
        {
            "subscription_id": [f"S{one + 1:07d}" for one in index],
            "changed_on": day,
            "old_price": table["old_price"],
            "new_price": table["new_price"],
            "cause": table["cause"],
            "announced_on": np.where(is_rise & is_told & ~firm.who.is_yearly[index], announced, OPEN),
            "notice_on": np.where(is_rise & is_told, notice, OPEN),
        }
    )
