"""What becomes of each row: rejected, duplicate, superseded, excluded with its reason, or accepted; and their sums.

Part of the other way to the findings of billing lines (``lines_pandas.py``). Rules: docs/ledger.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from lines_read import WORDS, Table, add_interval, months_of
from lines_rejects import CLEAN, KINDS, MICROS, MISSING, NO_DAY, REASONS, Checked, day_numbers

ACCEPTED, DUPLICATE = 0, 1
OUTCOMES = (
    ("accepted", None),
    ("duplicate", "IDENTICAL_LINE"),
    *(("excluded", reason) for reason in ("superseded", "draft", "void", "status_unknown", "test", *KINDS[1:])),
    *(
        ("excluded", reason)
        for reason in ("no_period", "partial_period", "negative_quantity", "negative_amount", "fully_discounted")
    ),
    ("excluded", "tenure_negative"),
    *(("rejected", reason) for reason in REASONS),
)
"""What becomes of a line, and why; a line holds the position."""

_SLACK_DAYS = {"month": 3}
_BLANK = "\x1e"


def outcome(reason: str) -> int:
    """Return the position of the outcome with this reason."""
    return next(number for number, (_, known) in enumerate(OUTCOMES) if known == reason)


@dataclass
class Customers:
    """The customers of the lines, arrays in the order of the lines' customer values.

    ``start`` is the stated start of tenure; ``first_seen`` that of the first period billed, NaT where none is.
    """

    start: np.ndarray
    says_censored: np.ndarray
    is_test: np.ndarray
    lens: np.ndarray
    lens_values: list[str]
    first_seen: np.ndarray

    def tenure_start(self) -> np.ndarray:
        """Return the stated start, else the first period seen."""
        return np.where(np.isnat(self.start), self.first_seen, self.start)

    def is_censored(self) -> np.ndarray:
        """Return where the start is only a bound: said so, or not stated and first seen when the data begin."""
        seen = self.first_seen.astype("datetime64[M]")
        return self.says_censored | np.isnat(self.start) & (seen == np.nanmin(seen))


def customers_of(file: Checked, known: np.ndarray) -> tuple[Customers, list[dict[str, Any]]]:
    """Return the customers of the file in the order of ``known`` ids, and the file's reconciliation."""
    table = file.table
    rows = pd.DataFrame({name: table.codes[name] for name in table.codes})[file.reason == CLEAN]
    rows["tenure_start"] = file.date("tenure_start")[rows.index]
    contents = rows.drop_duplicates()
    sizes = contents.groupby("customer_id").size()
    several = rows["customer_id"].isin(sizes.index[sizes > 1])
    single = contents[~contents["customer_id"].isin(sizes.index[sizes > 1])].set_index("customer_id")
    counts = {
        ("accepted", None): len(single),
        ("duplicate", "IDENTICAL_ROW"): int((~several).sum()) - len(single),
        ("rejected", "DUP_CUSTOMER"): int(several.sum()),
    }
    row = pd.Index(table.values["customer_id"][single.index]).get_indexer(known)
    found = single.iloc[row]
    here = row >= 0
    words = table.values["tenure_confidence"], table.values["is_test"]
    censored, test = (np.isin(values, word) for values, word in zip(words, ("censored", "true"), strict=True))
    customers = Customers(
        start=np.where(here, found["tenure_start"].to_numpy().astype("datetime64[D]"), np.datetime64("NaT")),
        says_censored=here & np.append(censored, False)[found["tenure_confidence"]],
        is_test=here & test[found["is_test"]],
        lens=np.where(here, found["is_vulnerable"].to_numpy(), -1),
        lens_values=list(table.values["is_vulnerable"]),
        first_seen=np.full(len(known), np.datetime64("NaT")),
    )
    return customers, _counted("customers", file, counts)


def only_counted(role: str, file: Checked) -> list[dict[str, Any]]:
    """Return the reconciliation of a file whose rows are accepted unless they are rejected."""
    return _counted(role, file, {("accepted", None): int((file.reason == CLEAN).sum())})


def _counted(role: str, file: Checked, counts: dict[tuple[str, str | None], int]) -> list[dict[str, Any]]:
    rejected = np.bincount(file.reason[file.reason != CLEAN], minlength=len(REASONS))
    counts = counts | {("rejected", reason): int(n) for reason, n in zip(REASONS, rejected, strict=True)}
    return [
        {
            "role": role,
            "disposition": name,
            "reason": reason,
            "currency": None,
            "n_rows": n,
            "amount": None,
            "n_amount": 0,
        }
        for (name, reason), n in counts.items()
        if n
    ]


def dispose(lines: Checked, net: np.ndarray, customers: Customers) -> np.ndarray:
    """Return the outcome of each line, shape (lines,), and fill in when each customer was first seen."""
    table = lines.table
    found = np.zeros(len(table), dtype=np.int8)
    rejected = lines.reason != CLEAN
    found[rejected] = outcome(REASONS[0]) + lines.reason[rejected]
    repeats = _repeats(lines, net, found)
    is_copy = repeats.duplicated(["id", "content"])
    found[repeats.index[is_copy]] = DUPLICATE
    # The version issued last stays, of those of one day the greatest content.
    versions = repeats[~is_copy].sort_values(["id", "issued_on", "content"])
    found[versions.index[versions["id"].duplicated(keep="last")]] = outcome("superseded")
    stands = found == ACCEPTED
    is_test = customers.is_test[table.codes["customer_id"]]
    _first_seen(lines, stands & ~is_test, customers)
    is_recurring = lines.is_word("line_kind", "recurring")
    reasons = [
        *(("draft", lines.is_word("invoice_status", "draft")), ("void", lines.is_word("invoice_status", "void"))),
        *(("status_unknown", lines.is_word("invoice_status", "unknown")), ("test", is_test)),
    ]
    for reason, rows in reasons:
        found[rows & (found == ACCEPTED)] = outcome(reason)
    kinds = np.array([0 if kind == "recurring" else outcome(kind) for kind in _known_kinds(table)], dtype=np.int8)
    other = (found == ACCEPTED) & ~is_recurring
    found[other] = kinds[table.codes["line_kind"][other]]
    found[(found == ACCEPTED) & lines.is_word("is_proration", "true")] = outcome("proration")
    _incomparable(lines, net, customers, found)
    return found


def _known_kinds(table: Table) -> list[str]:
    return [kind if kind in KINDS else "recurring" for kind in table.values["line_kind"]]


def _incomparable(lines: Checked, net: np.ndarray, customers: Customers, found: np.ndarray) -> None:
    """Exclude recurring lines that state no price of one full interval of a customer who had joined."""
    table = lines.table
    rows = np.flatnonzero(found == ACCEPTED)
    starts, ends, issues = (table.codes[name][rows] for name in ("period_start", "period_end", "issued_on"))
    end = day_numbers(lines.days["period_end"])[ends]
    joined = day_numbers(customers.tenure_start())[table.codes["customer_id"][rows]]
    partial, late = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    interval = {name: table.codes[name][rows] for name in ("interval_unit", "interval_count")}
    for here, word, n in lines.intervals(interval):
        full, later = (
            day_numbers(add_interval(lines.days[name], word, n))[codes[here]]
            for name, codes in (("period_start", starts), ("issued_on", issues))
        )
        partial[here] = np.abs(end[here] - full) > _SLACK_DAYS.get(word, 1)
        late[here] = joined[here] >= later
    quantity, amount = lines.micros["quantity"][table.codes["quantity"][rows]], net[rows]
    reasons = {
        "no_period": np.isnat(lines.days["period_start"])[starts] | (end == NO_DAY),
        "partial_period": partial,
        "negative_quantity": quantity < 0,
        "negative_amount": amount < 0,
        "fully_discounted": amount == 0,
        "tenure_negative": late,
    }
    for reason, which in reasons.items():
        here = rows[which]
        found[here[found[here] == ACCEPTED]] = outcome(reason)


def _first_seen(lines: Checked, stands: np.ndarray, customers: Customers) -> None:
    """Fill in the first period of each customer's final lines of a subscription."""
    seen = np.flatnonzero(
        stands
        & lines.is_word("invoice_status", "final")
        & lines.is_word("line_kind", "recurring", "proration", "trial")
    )
    start, issued = (
        day_numbers(lines.days[name])[lines.table.codes[name][seen]] for name in ("period_start", "issued_on")
    )
    never = np.iinfo(np.int32).max
    first = np.full(len(customers.first_seen), never, dtype=np.int32)
    np.minimum.at(first, lines.table.codes["customer_id"][seen], np.where(start == NO_DAY, issued, start))
    days = first.astype(np.int64).astype("datetime64[D]")
    customers.first_seen = np.where(first == never, np.datetime64("NaT"), days)


def _repeats(lines: Checked, net: np.ndarray, found: np.ndarray) -> pd.DataFrame:
    """Return id, date of issue and content of the standing lines whose id others carry too."""
    ids = lines.table.ids["line_id"]
    rows = np.flatnonzero((ids.duplicated(keep=False) & ids.notna()).to_numpy() & (found == ACCEPTED))
    rows = rows[ids.iloc[rows].duplicated(keep=False).to_numpy()]
    shown = {"id": ids.iloc[rows].to_numpy(), "issued_on": lines.date("issued_on")[rows]}
    return pd.DataFrame({**shown, "content": _contents(lines, net, rows)}, index=rows)


def _contents(lines: Checked, net: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return all that lines say as text, as the product orders it."""
    table = lines.table
    parts = [table.ids[name].iloc[rows].fillna(_BLANK).to_numpy(dtype=object) for name in ("line_id", "invoice_id")]
    for name in WORDS:
        if name == "net_amount":
            values = [_money(value) for value in net[rows]]
        elif name in lines.days:
            values = [_BLANK if np.isnat(day) else str(day) for day in lines.days[name][table.codes[name][rows]]]
        elif name in lines.micros and name != "interval_count":
            values = [_money(value) for value in lines.micros[name][table.codes[name][rows]]]
        else:
            values = [_BLANK if value is None else value for value in table.text(name, rows)]
        parts.append(np.array(values, dtype=object))
    joined = ["\x1f".join(row) for row in zip(*parts, strict=True)]
    return np.array(joined, dtype=object)


def _money(micros: int) -> str:
    return _BLANK if micros == MISSING else f"{Decimal(int(micros)) / MICROS:.6f}"


def reconcile(lines: Checked, net: np.ndarray, found: np.ndarray) -> list[dict[str, Any]]:
    """Return rows and exact amounts of the lines by outcome and currency."""
    currencies = [*lines.table.values["currency"], None]
    n = len(currencies)
    group = found.astype(np.int16) * n + lines.table.codes["currency"] % n
    amount = pd.Series(net).where(net != MISSING, 0).groupby(group).sum()
    rows, stated = np.bincount(group), np.bincount(group[net != MISSING], minlength=int(group.max()) + 1)
    return [
        {
            **dict(zip(("role", "disposition", "reason"), ("billing", *OUTCOMES[key // n]), strict=True)),
            "currency": currencies[key % n],
            "n_rows": int(rows[key]),
            "amount": str(Decimal(int(total)) / MICROS) if stated[key] else None,
            "n_amount": int(stated[key]),
        }
        for key, total in amount.items()
    ]


def last_month(as_of: str) -> int:
    """Return the number of the as-of month."""
    return int(months_of(np.datetime64(as_of)))
