"""What a mapping expression may call: functions that give the same value for the same row in every build.

A run's id stands for its numbers. An expression that reads the clock, draws at random or asks the machine gives other
numbers under the same id, so it is refused by name. The list says what is allowed, not what is refused: a function
added by a later engine is refused until somebody has read what it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairness.engine.base import Connection
from fairness.engine.guard.allowed import FUNCTIONS
from fairness.errors import ConfigError

_CLOCK = frozenset(
    {"ago", "get_current_time", "get_current_timestamp", "localtime", "localtimestamp", "now", "today"}
    | {"transaction_timestamp", "pg_conf_load_time", "pg_postmaster_start_time"}
    | {f"current_{part}" for part in ("date", "time", "timestamp", "localtime", "localtimestamp")}
)
_CHANCE = frozenset({"gen_random_uuid", "random", "setseed", "uuid", "uuidv4", "uuidv7", "reservoir_quantile"})
_MACHINE = frozenset(
    {"getenv", "getvariable", "nextval", "currval", "setval", "session_user", "user", "version", "txid_current"}
    | {"in_search_path", "inet_client_addr", "inet_client_port", "inet_server_addr", "inet_server_port"}
    | {f"current_{part}" for part in ("catalog", "connection_id", "database", "query", "query_id", "role", "schema")}
    | {f"current_{part}" for part in ("schemas", "setting", "transaction_id", "user")}
)
_WHY = (
    (_CLOCK, "reads the clock"),
    (_CHANCE, "draws by chance"),
    (_MACHINE, "asks the engine or the machine"),
)
_DATES = (
    "count to a fixed day, as in datediff('month', joined::date, date '2025-12-01'), or map tenure_start and set "
    "study.as_of: the tenure is then counted to that day"
)
_OTHERWISE = "use only the row's own columns, constants and functions that give the same value every time"


def refuse_function(con: Connection, node: Mapping[str, Any], *, where: str) -> None:
    """Refuse a function call whose value is not determined by the row; the engine refuses what is no function.

    Args:
        con: Any connection; it is asked whether there is such a function.
        node: The parser's node of the call.
        where: Config key and expression, for the message.

    Raises:
        ConfigError: The function is not among those that are known to be deterministic.
    """
    name = str(node.get("function_name", "")).lower()
    arguments = node.get("arguments") or node.get("children") or ()
    # A single date is counted up to today.
    refuse_name(name, where=where, why="reads the clock" if name == "age" and len(arguments) == 1 else None)
    if name in FUNCTIONS:
        return
    if con.execute("select 1 from duckdb_functions() where lower(function_name) = ? limit 1", [name]).fetchone():
        raise ConfigError(
            f"the function '{name}' cannot stand in a mapping: it is not known to give the same value in every build",
            where=where,
            fix=_OTHERWISE,
        )


def refuse_name(name: str, *, where: str, why: str | None = None) -> None:
    """Refuse a function, or a word that the engine takes for one (``current_date``), that is not deterministic.

    Args:
        name: Its name.
        where: Config key and expression, for the message.
        why: The reason, where it is known already.

    Raises:
        ConfigError: It reads the clock, draws at random or asks the machine.
    """
    found = why or next((reason for names, reason in _WHY if name.lower() in names), None)
    if found is not None:
        raise ConfigError(
            f"'{name}' {found}: the same files would give other numbers in another build, under the same run id",
            where=where,
            fix=_DATES if found == "reads the clock" else _OTHERWISE,
        )
