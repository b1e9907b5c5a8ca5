"""Materialise the study's settings as small tables, so that the SQL models name only fixed tables and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

import duckdb

from fairness.config import Config
from fairness.intake.book import CELL_BASE, keyed_columns
from fairness.intake.casts import MAX_TENURE_MONTHS
from fairness.intake.stage import StagedFile


def write_settings(con: duckdb.DuckDBPyConnection, config: Config, staged: Sequence[StagedFile]) -> None:
    """Create ``params``, ``inputs``, ``tenure_band``, ``tenure_class``, ``cell_column`` and ``lens_column``."""
    _write_params(con, config)
    _fill(
        con,
        "inputs",
        "source_index integer, role varchar, path varchar, sha256 varchar, n_bytes bigint, n_rows bigint",
        (
            (r.source_index, r.source.role, r.file.label, r.fingerprint.sha256, r.fingerprint.n_bytes, r.n_rows)
            for r in staged
        ),
    )
    edges = config.tenure.band_edges
    _fill(
        con,
        "tenure_band",
        "band_order integer, label varchar, lower_months integer, upper_months integer",
        (
            (order, label, lower, upper)
            for order, (label, lower, upper) in enumerate(
                zip(band_labels(edges), edges, (*edges[1:], None), strict=True), start=1
            )
        ),
    )
    _fill(
        con,
        "tenure_class",
        "tenure_months integer, loyalty_group varchar, band_order integer",
        ((months, _group(config, months), _band(edges, months)) for months in range(MAX_TENURE_MONTHS + 1)),
    )
    _fill(
        con,
        "cell_column",
        "column_order integer, column_name varchar",
        enumerate((*CELL_BASE, *keyed_columns(config)), start=1),
    )
    _fill(con, "lens_column", "lens_order integer, lens varchar", enumerate(config.lenses.names, start=1))


def band_labels(edges: Sequence[int]) -> tuple[str, ...]:
    """Return the labels of tenure bands that start at ``edges`` months.

    Whole years read as completed years (``0-4``, ``15+``); anything else as completed months.

    Example:
        >>> band_labels((0, 60, 120, 180))
        ('0-4', '5-9', '10-14', '15+')
        >>> band_labels((0, 12, 24))
        ('0', '1', '2+')
        >>> band_labels((0, 6, 18))
        ('0-5 months', '6-17 months', '18+ months')
    """
    in_years = all(edge % 12 == 0 for edge in edges)
    step, unit = (12, "") if in_years else (1, " months")
    lowers = [edge // step for edge in edges]
    labels = [
        f"{lower}{unit}" if upper - lower == 1 else f"{lower}-{upper - 1}{unit}" for lower, upper in pairwise(lowers)
    ]
    return (*labels, f"{lowers[-1]}+{unit}")


def _group(config: Config, months: int) -> str:
    if months < config.tenure.new_below_months:
        return "new"
    return "tenured" if months >= config.tenure.tenured_from_months else "middle"


def _band(edges: Sequence[int], months: int) -> int | None:
    """Return the number of the band that holds ``months``, from 1; None below the first edge."""
    return sum(months >= edge for edge in edges) or None


def _write_params(con: duckdb.DuckDBPyConnection, config: Config) -> None:
    """Write the one-row ``params``: what the models and every reader need to know of the settings."""
    row = con.execute("select max(as_of) from stg_book where reject_reason is null").fetchone()
    latest: date | None = row[0] if row else None
    as_of = config.study.as_of_date or latest
    con.execute(
        """
        create or replace table params as
        select
            cast(? as varchar) as study_name,
            cast(? as varchar) as currency,
            cast(? as date) as as_of_month,
            cast(? as integer) as new_below_months,
            cast(? as integer) as tenured_from_months,
            cast(? as integer) as min_per_group,
            cast(? as varchar) as primary_estimand,
            cast(? as varchar) as comparator_basis,
            cast(? as double) as confidence_level,
            cast(? as double) as margin
        """,
        [
            config.study.name,
            config.study.currency,
            as_of.replace(day=1) if as_of else None,
            config.tenure.new_below_months,
            config.tenure.tenured_from_months,
            config.like_for_like.min_per_group,
            config.inference.primary,
            config.comparator.basis,
            config.inference.confidence_level,
            config.inference.margin,
        ],
    )


def _fill(con: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    con.execute(f"create or replace table {table} ({columns})")
    values = list(rows)
    if values:
        marks = ", ".join("?" for _ in values[0])
        listed = ", ".join(f"({marks})" for _ in values)
        con.execute(f"insert into {table} values {listed}", [item for row in values for item in row])
