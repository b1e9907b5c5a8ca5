"""Rejected rows: named from 1 % of the rows of a role; from 20 % of those with prices, no verdict is given.

Rows are rejected for what they contain, so the rest are not a random sample: a sign before the prices of one system
takes out its customers, and those left may pay something quite different.

Decision D68.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fairness.analysis.verdicts import Draft
from fairness.engine.base import Connection

WARNED_SHARE, BINDING_SHARE = 0.01, 0.20
_PRICED = ("billing", "book")
_HEADLINE = "headline"
_VALUES = 3


def rejected_rows(con: Connection, currency: str, priced_share: float) -> tuple[dict[str, Any], ...]:
    """Return the rejected rows of the roles of which 1 % or more are rejected, by reason, most rows first.

    Each has role, reason, the column that most of the rows are rejected for, up to three of its values, rows, the rows
    of the role (``rows_in``) and the sum of the amounts that could be read, in the study's currency, or None.

    Args:
        con: Connection whose current database holds ``reconciliation``, ``quarantine`` and ``rejected_value``.
        currency: The study's currency.
        priced_share: ``support.rejected_share``, by which rows with prices are judged.
    """
    rows = con.execute(
        """
        with totals as (
            select role, sum(n_rows) as n_all, sum(n_rows) filter (disposition = 'rejected') as n_rejected
            from reconciliation group by role
        ),
        reasons as (
            select role, reason, sum(n_rows) as n_rows, sum(amount) filter (currency = $currency) as amount
            from reconciliation where disposition = 'rejected' group by role, reason
        ),
        columns as (
            select role, reason, column_name, count(*) as n from quarantine where column_name is not null
            group by role, reason, column_name
            qualify row_number() over (partition by role, reason order by n desc, column_name) = 1
        ),
        counted as (
            select role, reason, column_name, value, sum(n_rows) as n from rejected_value group by all
        ),
        told as (
            select role, reason, column_name, list(value order by n desc, value) as listed from counted group by all
        )
        select role, reason, column_name, coalesce(listed, []), n_rows, n_all, amount
        from reasons
        inner join totals using (role)
        left join columns using (role, reason)
        left join told using (role, reason, column_name)
        where n_rejected >= $least * n_all or (role in (select unnest($priced)) and $priced_share >= $least)
        order by n_rows desc, role, reason
        """,
        {"currency": currency, "least": WARNED_SHARE, "priced": list(_PRICED), "priced_share": priced_share},
    ).fetchall()
    return tuple(
        {
            "role": role,
            "reason": reason,
            "column": column,
            "values": list(values)[:_VALUES],
            "rows": int(n),
            "rows_in": int(n_all),
            "money": amount,
        }
        for role, reason, column, values, n, n_all, amount in rows
    )


def with_rejected(drafts: Iterable[Draft], priced_share: float, *, is_warned: bool) -> list[Draft]:
    """Return the drafts; the headline with its warning, and all without a verdict where too many rows were rejected.

    Args:
        drafts: The drafts of a study.
        priced_share: ``support.rejected_share``.
        is_warned: Whether rejected rows are named.
    """
    forbids = priced_share >= BINDING_SHARE

    def marked(draft: Draft) -> Draft:
        if forbids and draft.evidence is not None:
            draft = replace(draft, evidence=replace(draft.evidence, rows_rejected=True))
        if is_warned and draft.finding.family == _HEADLINE:
            draft = replace(draft, warnings=(*draft.warnings, "rows_rejected"))
        return draft

    return [marked(draft) for draft in drafts]
