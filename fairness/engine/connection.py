"""The engine of this installation, and how files are opened with it."""

from __future__ import annotations

from fairness.engine.base import Engine
from fairness.engine.duckdb_engine import DuckDB

ENGINE: Engine = DuckDB()

building, beside, reading, looking = ENGINE.building, ENGINE.beside, ENGINE.reading, ENGINE.looking
EngineError = ENGINE.error
