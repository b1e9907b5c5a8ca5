"""How presets name columns: without regard to case, spaces and signs, with alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fairness.engine.sql_text import ident

_RESERVED = frozenset(
    [
        "all",
        "analyse",
        "analyze",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "asymmetric",
        "both",
        "case",
        "cast",
        "check",
        "collate",
        "column",
        "constraint",
        "create",
        "default",
        "deferrable",
        "desc",
        "describe",
        "distinct",
        "do",
        "else",
        "end",
        "except",
        "false",
        "fetch",
        "for",
        "foreign",
        "from",
        "group",
        "having",
        "in",
        "initially",
        "intersect",
        "into",
        "lambda",
        "lateral",
        "leading",
        "limit",
        "not",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "pivot",
        "placing",
        "primary",
        "qualify",
        "references",
        "returning",
        "select",
        "show",
        "some",
        "summarize",
        "symmetric",
        "table",
        "then",
        "to",
        "trailing",
        "true",
        "union",
        "unique",
        "unpivot",
        "using",
        "variadic",
        "when",
        "where",
        "window",
        "with",
    ]
)

PLACE = re.compile(r"\{(?:(\w+)\.)?([\w|]+)\}")
"""``{column}``, ``{table.column}`` or ``{table.one|another}`` in an expression of a preset."""


class Names:
    """The columns of a file.

    Args:
        header: The columns as they appear in the file.
    """

    def __init__(self, header: Iterable[str]) -> None:
        self._by_plain: dict[str, str] = {}
        for name in header:
            self._by_plain.setdefault(plain(name), name.replace("\ufeff", "").strip())

    def find(self, alternatives: str) -> str | None:
        """Return the column that one of the names means, as it appears in the file; None where there is none.

        Example:
            >>> Names(["Invoice Item: Charge Amount"]).find("charge_amount|invoice_item_charge_amount")
            'Invoice Item: Charge Amount'
        """
        found = (self._by_plain.get(plain(name)) for name in alternatives.split("|"))
        return next((name for name in found if name), None)


def plain(name: str) -> str:
    """Return a name in the form in which names are compared.

    Example:
        >>> plain("Period Start (UTC)"), plain("customerID")
        ('period_start_utc', 'customerid')
    """
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def identifier(name: str) -> str:
    """Return a column's name as written in SQL: in quotes where it needs them.

    Example:
        >>> identifier("period_start"), identifier("end"), identifier("Policy No")
        ('period_start', '"end"', '"Policy No"')
    """
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _RESERVED else ident(name)
