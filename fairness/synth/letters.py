"""Letters that state a price or a lock: what each told, and what came of it by the firm's own prices.

Most are kept. Of every forty customers the first eight have another story, each its own; letters to customers who left
before the day can no longer be judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from fairness.synth.calendar import add_months, first_day
from fairness.synth.cycles import Firm, billed_cycles, chosen_for
from fairness.synth.ordinary import loyalty_discount
from fairness.synth.subscriptions import NEVER
from fairness.synth.tariffs import OPEN, IntArray

STORIES = ("more", "less", "late", "never", "early", "superseded", "broken_lock", "kept_lock")
"""What happens to the letters of the first customers of every forty, in turn."""

_EVERY = 40
_SHORTEST, _SPREAD = 24, 22
_BEFORE, _AFTER = 3, 8
"""Months around the rise in which the customers chosen pay one price before it, and one after."""
_MORE, _LESS, _NEVER, _CORRECTED = -50, 75, 200, 100
"""Pence between the price told and the one charged."""


class Letter(NamedTuple):
    """One letter.

    Attributes:
        subscription: Its number.
        told_on, effective_on: Day numbers; OPEN where only the day of the letter counts.
        told_price: Pence per unit, OPEN where none is told.
        lock_until: Day number, OPEN without a lock.
        outcome: What came of it.
        over, under: Pence charged above and below the price told.
    """

    subscription: int
    told_on: int
    effective_on: int
    told_price: int
    lock_until: int
    outcome: str
    over: int = 0
    under: int = 0


def letters(firm: Firm) -> list[Letter]:
    """Return the letters about the last yearly rise, by subscription; none where the firm states no prices in them."""
    if firm.spec.letters is None:
        return []
    rise = int(firm.tariffs.rise_days[-1])
    charged = _charged(firm, rise)
    found: list[Letter] = []
    number = 0
    for index, row in zip(charged.index, charged.itertuples(index=False), strict=True):
        paid = dict(zip(charged.columns, row, strict=True))
        told_on = rise - _SHORTEST - (int(index) * 7) % _SPREAD
        if np.isnan(paid[rise]):
            found.append(Letter(int(index), told_on, rise, int(row[0] * 1.03), OPEN, "not_assessable"))
            continue
        story = number % _EVERY
        name = STORIES[story] if story < len(STORIES) else "kept"
        quantity = int(firm.who.quantity[index])
        for one in _told(name, int(index), told_on, rise, paid):
            found.append(one._replace(over=one.over * quantity, under=one.under * quantity))
        number += 1
    return found


def letter_rows(firm: Firm) -> pd.DataFrame:
    """Return the letters as rows of the log of price changes."""
    rows = pd.DataFrame(letters(firm), columns=list(Letter._fields))
    rows.insert(0, "subscription_id", [f"S{index + 1:07d}" for index in rows["subscription"]])
    told = rows.drop(columns=["subscription", "outcome", "over", "under"])
    return told.assign(told_basis=["paid" if price != OPEN else None for price in told["told_price"]], cause="letter")


def told_truth(firm: Firm) -> dict[str, Any]:
    """Return letters and money by outcome, in pence, as a fact."""
    rows = pd.DataFrame(letters(firm), columns=list(Letter._fields))
    sums = rows.groupby("outcome").agg(letters=("outcome", "size"), over=("over", "sum"), under=("under", "sum"))
    return {str(row.Index): {"letters": row.letters, "over": row.over, "under": row.under} for row in sums.itertuples()}


def _told(story: str, index: int, told_on: int, rise: int, paid: dict[int, float]) -> Iterator[Letter]:
    """Yield the letters of one customer in the order in which they were sent, with the money of one unit."""
    bills = {day: int(price) for day, price in paid.items() if not np.isnan(price)}
    new, day, outcome = bills[rise], rise, story
    month = {step: int(add_months(np.array([rise]), np.array([step]))[0]) for step in (-1, 0, 1, 2, 3)}
    if story in ("broken_lock", "kept_lock"):
        outcome = story.removesuffix("_lock") if story == "kept_lock" else story
        yield Letter(index, told_on - 45, OPEN, OPEN, month[3 if story == "broken_lock" else 0], outcome)
    elif story == "superseded":
        yield Letter(index, told_on - 21, rise, new + _CORRECTED, OPEN, "superseded")
        outcome = "kept"
    elif story in ("late", "early", "never"):
        step = {"late": -1, "early": 1, "never": 2}[story]
        day, told_on = month[step], told_on + {"late": -31, "early": 0, "never": 61}[story]
    told = new + {"more": _MORE, "less": _LESS, "never": _NEVER}.get(story, 0)
    before = bills[min(bills)]
    over = under = 0
    for start, price in sorted(bills.items()):
        expected = before if start < day else told
        if start >= (told_on if story == "early" else day):
            over += max(price - expected, 0)
            under += min(price - expected, 0)
        if start >= day and price == told:
            break
    yield Letter(index, told_on, day, told, OPEN, outcome, over, under)


def _charged(firm: Firm, rise: int) -> pd.DataFrame:
    """Return price per unit by subscription and first day of the bill, of those whose letters state a price.

    They pay the list price: one before the rise and a higher one after it; or they leave before it.
    """
    run, who, spec = firm.spec.letters, firm.who, firm.spec
    assert run is not None
    cycles = billed_cycles(firm, 0, len(who))
    window = add_months(np.array([rise, rise]), np.array([-_BEFORE, _AFTER]))
    names = ([one.name for one in spec.products], [n for n, _ in spec.regions], [n for n, _ in spec.channels])
    keys = zip(names, (run.product, run.region, run.channel), (who.product, who.region, who.channel), strict=True)
    may = np.all([of == known.index(name) for known, name, of in keys], axis=0) & ~who.is_test
    may &= who.upgraded_on == NEVER
    everyone = np.arange(len(who))
    may &= loyalty_discount(firm, everyone, np.full(len(who), first_day(np.array([spec.as_of_month]))[0])) == 0
    for purpose, count in (("extra_plans", spec.traps.extra_plans), ("unreadable_bills", spec.traps.unreadable_bills)):
        may[chosen_for(firm, purpose, count)] = False
    here = may[cycles.index] & (cycles.start >= window[0])
    index, start = cycles.index[here], cycles.start[here]
    listed, paid = firm.prices.at(index, start, cycles.cycle[here])
    rows = pd.DataFrame({"index": index, "start": start, "paid": paid})
    rows = rows[~rows["index"].isin(index[paid < listed])]
    table = rows.pivot(index="index", columns="start", values="paid")
    return table[_is_plain(table, rise, int(window[1]))]


def _is_plain(table: pd.DataFrame, rise: int, until: int) -> pd.Series:
    days: IntArray = table.columns.to_numpy()
    before, after = table.loc[:, days < rise], table.loc[:, days >= rise]
    is_one_price = (before.nunique(axis=1) == 1) & before.notna().all(axis=1)
    left = after.isna().all(axis=1)
    stays = (after.nunique(axis=1) == 1) & after[until].notna() & (after[rise] > before.iloc[:, -1])
    return is_one_price & (left | stays)
