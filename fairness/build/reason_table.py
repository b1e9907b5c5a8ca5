"""Publishes what the reasons for not comparing something mean."""

from __future__ import annotations

from dataclasses import asdict

from fairness.analysis.findings_tables import create
from fairness.engine.base import Connection
from fairness.text.reasons import NOT_COMPARED, NOT_MATCHED

COLUMNS = dict.fromkeys(("code", "label", "sentence", "fix"), "varchar")


def write_reasons(con: Connection) -> None:
    """Create ``reasons``: one row per reason, whether the study has it or not."""
    records = {**NOT_COMPARED, **NOT_MATCHED}
    create(con, "reasons", COLUMNS, [{"code": code, **asdict(record)} for code, record in records.items()])
