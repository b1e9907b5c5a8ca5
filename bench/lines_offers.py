"""The offers to new customers: their prices at three bases, and the one in force for each price, in pandas.

Part of the other way to the findings of billing lines (``lines_pandas.py``). Rules: docs/ledger.md. The offer file of
the benchmark states no quantity bounds and no customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from lines_ledger import CONTROLS, GRAIN, TICKS, Ledger
from lines_read import half_even, months_per_cycle
from lines_rejects import CLEAN, MICROS, MISSING, Checked

HORIZON = 12
BASES = ("headline", "effective", "standard")
REASONS = (None, "no_offer", "no_offer_in_force", "offer_not_positive")
OFFER_COLUMNS = [
    "offer_id", "origin", "audience", "product_id", "plan_id", "currency", "region", "channel", "interval_unit",
    "interval_count", "valid_from", "valid_to", "list_unit_price", "intro_unit_price", "intro_cycles", "setup_fee",
    "incentive_value",
]  # fmt: skip
_EXACT = ["product_id", *CONTROLS]
_TERMS = ["effective", "headline_interval", "standard_interval"]
_TICK = MICROS // TICKS


def offer_prices(file: Checked) -> pd.DataFrame:
    """Return the accepted offers to new customers with their exact prices in ticks, a month and an interval."""
    rows = np.flatnonzero(file.reason == CLEAN)
    offers = pd.DataFrame({name: file.table.text(name, rows) for name in OFFER_COLUMNS}).drop_duplicates()
    rows = rows[offers.index]
    for name in ("valid_from", "valid_to"):
        offers[name] = file.days[name][file.table.codes[name][rows]]
    listed, intro, cycles, fee, gift, count = (
        file.micros[name][file.table.codes[name][rows]]
        for name in (
            "list_unit_price",
            "intro_unit_price",
            "intro_cycles",
            "setup_fee",
            "incentive_value",
            "interval_count",
        )
    )
    times, over = np.array(
        [months_per_cycle(unit, n) for unit, n in zip(offers["interval_unit"], count, strict=True)], dtype=np.int64
    ).reshape(-1, 2).T  # fmt: skip
    has_intro, for_ever = intro != MISSING, cycles == MISSING
    first = np.where(has_intro, intro, listed)
    after = np.where(has_intro & for_ever, intro, listed)
    horizon = HORIZON * times
    introduced = np.where(for_ever, horizon, np.minimum(np.where(for_ever, 0, cycles) * over, horizon))
    once = np.where(fee == MISSING, 0, fee) - np.where(gift == MISSING, 0, gift)
    total = np.where(has_intro, first * introduced + listed * (horizon - introduced), listed * horizon) + once * over
    total = np.maximum(total, 0)
    offers["headline"], offers["standard"] = (half_even(price * times, _TICK * over) for price in (first, after))
    offers["effective"] = half_even(total, _TICK * over * HORIZON)
    offers["headline_interval"], offers["standard_interval"] = (
        half_even(price, np.full(len(price), _TICK)) for price in (first, after)
    )
    offers["effective_interval"] = half_even(total, _TICK * times * HORIZON)
    comparable = offers["audience"].isin(["new_only", "all"]) & (offers["origin"] != "market")
    offers = offers[comparable].reset_index(drop=True)
    offers["decision"] = _decisions(offers)
    return offers


def _decisions(offers: pd.DataFrame) -> np.ndarray:
    """Number the price decisions: equal terms of a product and plan in an unbroken run, wherever they hold."""
    terms = ["product_id", "plan_id", "currency", "interval_unit", "interval_count", *_TERMS]
    frame = offers[["valid_from", "valid_to", "offer_id"]].assign(terms=offers.groupby(terms, dropna=False).ngroup())
    frame = frame.sort_values(["terms", "valid_from", "offer_id"])
    until = frame["valid_to"].fillna(pd.Timestamp("2200-01-01")).groupby(frame["terms"]).cummax()
    starts = ~(until.groupby(frame["terms"]).shift() >= frame["valid_from"])
    return starts.cumsum().sort_index().to_numpy()


@dataclass
class Matches:
    """The offer in force for each question, shape (questions,): its position among the offers, -1 where none serves.

    ``reason`` is a position in REASONS; ``candidates`` counts the offers that fit. ``number`` is the question of each
    price; ``at_set`` that of the as-of month's entries on the day their price was set.
    """

    offer: np.ndarray
    reason: np.ndarray
    candidates: np.ndarray
    number: np.ndarray
    at_set: np.ndarray
    offers: pd.DataFrame

    def ticks(self, column: str, question: np.ndarray) -> np.ndarray:
        """Return a price of the offers in force, MISSING where none is."""
        return np.append(self.offers[column].to_numpy(), MISSING)[self.offer[question]]


def match(lines: Checked, book: Ledger, offers: pd.DataFrame, as_of: np.ndarray, set_on: np.ndarray) -> Matches:
    """Look up the offer of every price on its pricing date, and of the as-of entries on the day the price was set."""
    names = [*GRAIN, *CONTROLS]
    sizes = [len(lines.table.values[name]) + 1 for name in names]
    keys = np.ravel_multi_index([book.codes[name] + 1 for name in names], sizes)
    issued = lines.days["issued_on"][book.codes["issued_on"]].astype(np.int64)
    span = 2**16
    asked = np.concatenate((keys * span + issued, keys[book.price[as_of]] * span + set_on.astype(np.int64)))
    number, distinct = pd.factorize(asked)
    number = number.astype(np.int32)
    codes = np.unravel_index(distinct // span, sizes)
    questions = pd.DataFrame(
        {
            name: np.array([None, *lines.table.values[name]], dtype=object)[code]
            for name, code in zip(names, codes, strict=True)
        }
    ).assign(date=(distinct % span).astype("datetime64[D]"))
    best, candidates = _in_force(questions, offers)
    serves = best.reindex(np.arange(len(questions))).to_numpy(dtype=float, na_value=np.nan)
    position = np.where(np.isnan(serves), -1, serves).astype(np.int64)
    is_free = (position >= 0) & (np.append(offers["effective"].to_numpy(), 1)[position] <= 0)
    offered = questions["product_id"].isin(offers["product_id"].dropna()) | offers["product_id"].isna().any()
    reason = np.where(is_free, 3, np.where(position >= 0, 0, np.where(offered, 2, 1))).astype(np.int8)
    return Matches(
        offer=np.where(is_free, -1, position),
        reason=reason,
        candidates=candidates.reindex(np.arange(len(questions)), fill_value=0).to_numpy(),
        number=number[: len(keys)],
        at_set=number[len(keys) :],
        offers=offers,
    )


def _in_force(questions: pd.DataFrame, offers: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the position of the best offer, and how many fit, by question; absent where none does.

    Most keys stated wins, then the lowest effective price, then the least id. Offers that state the same keys are
    looked up together.
    """
    offers = offers.reset_index(names="position")
    stated = offers[_EXACT].notna()
    found = []
    for pattern, group in offers.groupby([stated[name] for name in _EXACT]):
        keys = [*GRAIN[1:], *(name for name, states in zip(_EXACT, pattern, strict=True) if states)]
        columns = ["position", "offer_id", "valid_from", "valid_to", "effective", *keys]
        pairs = questions.reset_index(names="question").merge(group[columns], on=keys)
        fits = pairs["date"].ge(pairs["valid_from"]) & (pairs["date"].lt(pairs["valid_to"]) | pairs["valid_to"].isna())
        found.append(pairs[fits].assign(n_keys=sum(pattern)))
    order = ["n_keys", "effective", "offer_id", "valid_from"]
    ranked = pd.concat(found).sort_values(order, ascending=[False, True, True, True])
    best = ranked.drop_duplicates("question").set_index("question")["position"]
    return best, ranked.groupby("question").size()
