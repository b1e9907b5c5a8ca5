"""Planned prices as tables beside a run: whom each row reaches, from which day, and at what price."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from fairness.causes.planned_file import PlannedRow
from fairness.causes.price_rises import records
from fairness.causes.what_if import ask
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.errors import ConfigError
from fairness.runs.key import PSEUDONYM_DIGITS, Key, load_key

_LEVELS = ("customer", "segment", "plan")
_PRICES = """
create table planned_row (
    line integer, level_rank integer, customer_id varchar, subscription_id varchar, product_id varchar, plan_id varchar,
    region varchar, channel varchar, interval_unit varchar, interval_count integer, effective_on date, told_on date,
    new_standard bigint, new_percent double, new_amount bigint
)
"""
_OFFERS = """
create table planned_offer (
    line integer, n_keys integer, product_id varchar, plan_id varchar, region varchar, channel varchar,
    interval_unit varchar, interval_count integer, effective_on date, list_ticks bigint, headline_ticks bigint,
    effective_ticks bigint
)
"""


def lay_out(con: Connection, config: Config, rows: Sequence[PlannedRow]) -> None:
    """Write the rows of the file as ``planned_row`` and ``planned_offer``; ids become those of the run."""
    hidden = _Ids(config)
    con.execute(_PRICES)
    con.execute(_OFFERS)
    _fill(
        con,
        "planned_row",
        (
            (
                row.line, _LEVELS.index(row.level), hidden(row.customer_id), hidden(row.subscription_id),
                row.product_id, row.plan_id, row.region, row.channel, row.interval_unit, row.interval_count,
                row.effective_on, row.told_on, _ticks(row.standard),
                None if row.discount_percent is None else float(row.discount_percent), _ticks(row.discount_amount),
            )
            for row in rows
            if row.kind == "price"
        ),
    )  # fmt: skip
    horizon = config.comparator.horizon_months
    _fill(
        con,
        "planned_offer",
        (
            (
                row.line, row.n_keys, row.product_id, row.plan_id, row.region, row.channel,
                row.interval_unit or "month", row.interval_count or 1, row.effective_on, _ticks(row.standard),
                _ticks(row.standard if row.intro is None else row.intro), _ticks(row.effective(horizon)),
            )
            for row in rows
            if row.kind == "offer"
        ),
    )  # fmt: skip


def match(con: Connection) -> None:
    """Find the things held that each planned price concerns, as ``planned_match``."""
    ask(con, "match")


def plan(con: Connection, file: str, at: date | None) -> list[int]:
    """Choose the month looked at, work out the planned prices, and return the lines of prices that concern nobody.

    Raises:
        ConfigError: Two rows of one level and day, or one row with prices of several intervals, contradict each other.
    """
    _refuse_intervals(con, file)
    _refuse_ties(con, file)
    con.execute(
        """
        update moment set month_number = year(day) * 12 + month(day) - 1, last_day = last_day(day)
        from (
            select coalesce($1, (select max(charged_on) from planned_match),
                (select max(effective_on) from planned_offer), (select max(effective_on) from planned_row)) as day
        )
        """,
        [at],
    )
    ask(con, "moments")
    ask(con, "price")
    return _without(con, "planned_row", "planned_match")


def _without(con: Connection, table: str, found: str) -> list[int]:
    rows = records(con, f"select line from {table} where line not in (select line from {found})")
    return [row["line"] for row in rows]


def match_offers(con: Connection, file: str) -> list[int]:
    """Put planned prices and offers in force, and return the lines of offers that nobody is compared with.

    Raises:
        ConfigError: Two planned offers fit a customer equally well.
    """
    ask(con, "reached")
    con.execute("insert into new_price select holding_id, new_ticks, charged_on from planned_price")
    ask(con, "offer")
    tied = con.execute("select line from planned_offer_match where n_equal > 1 order by line limit 1").fetchone()
    if tied is not None:
        raise ConfigError(
            "two planned offers of one day fit the same customers equally well",
            where=f"{file}, line {tied[0]} and another",
            fix="state the plan, region or channel of one of them, or take one out",
        )
    con.execute(
        "insert into new_offer select holding_id, line, headline_ticks, effective_ticks, list_ticks "
        "from planned_offer_match"
    )
    return [
        row["line"]
        for row in records(
            con, "select line from planned_offer where line not in (select line from planned_offer_match)"
        )
    ]


def _refuse_ties(con: Connection, file: str) -> None:
    tied = con.execute(
        """
        select list_sort(list(distinct line))
        from (select *, min(level_rank) over (partition by holding_id) as best_rank from planned_match)
        where level_rank = best_rank
        group by holding_id, effective_on
        having count(distinct line) > 1
        order by 1 limit 1
        """
    ).fetchone()
    if tied is not None:
        lines = " and ".join(str(line) for line in tied[0])
        raise ConfigError(
            "rows of the same level and day name the same customer",
            where=f"{file}, lines {lines}",
            fix="take one out, give them different days, or name the customer in one of them",
        )


def _refuse_intervals(con: Connection, file: str) -> None:
    mixed = con.execute(
        "select line from planned_match where new_standard is not null or new_amount is not null "
        "group by line having count(distinct (interval_unit, interval_count)) > 1 order by line limit 1"
    ).fetchone()
    if mixed is not None:
        raise ConfigError(
            "the price is for customers who are billed at different intervals",
            where=f"{file}, line {mixed[0]}",
            fix="write one row for each interval, with interval_unit and interval_count",
        )


class _Ids:
    """Ids as the run holds them: pseudonyms unless the study keeps ids."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._key: Key | None = None

    def __call__(self, identity: str | None) -> str | None:
        if (
            identity is None
            or not self._config.privacy.pseudonyms
            or re.fullmatch(rf"[0-9a-f]{{{PSEUDONYM_DIGITS}}}", identity)
        ):
            return identity
        if self._key is None:
            self._key, _ = load_key(self._config, create=False)
        return self._key.pseudonym(identity)


def _ticks(amount: Decimal | None) -> int | None:
    return None if amount is None else int((amount * 10000).to_integral_value())


def _fill(con: Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    values = list(rows)
    if not values:
        return
    types = [row[0] for row in con.execute(f"select data_type from duckdb_columns() where table_name = '{table}' "
        "and database_name <> 'base' order by column_index").fetchall()]  # fmt: skip
    lists = ", ".join(f"unnest(cast(? as {kind}[]))" for kind in types)
    con.execute(f"insert into {table} select {lists}", [list(column) for column in zip(*values, strict=True)])
