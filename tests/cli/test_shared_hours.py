"""Days written as moments of another zone: all of one hour, which is said with the line to write."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Firm

SUMMER_DAYS = {"issued_on": "2024-05-31T22:00:00Z", "period_start": "2024-05-31T22:00:00Z"}


@pytest.mark.parametrize(
    ("zone", "columns", "expected"),
    [
        # The first of June in Berlin is 22 o'clock of the day before in UTC.
        ("", SUMMER_DAYS, [("issued_on", 22), ("period_start", 22)]),
        ('time_zone = "Europe/Berlin"\n', SUMMER_DAYS, []),
        # Moments of real events differ, midnight is a day, and a day says nothing of hours.
        ("", {"issued_on": lambda person: f"2024-06-01T{person.number + 8:02d}:30:00Z"}, []),
        ("", {"issued_on": "2024-06-01T00:00:00Z"}, []),
        ("", {}, []),
    ],
)
def test_one_hour_that_is_not_midnight(
    firm: Firm, zone: str, columns: dict[str, object], expected: list[tuple[str, int]]
) -> None:
    lines = firm.lines(lambda person: person.offer, **columns)
    file = firm.write(study=zone, billing=lines, customers=firm.customers(), offers=firm.offers())
    document = firm.analyse(file).document
    found = document["reconciliation"]["time_zone_suspects"]
    assert [(row["path"], row["column"], row["hour"], row["share"]) for row in found] == [
        ("billing.csv", column, hour, 1) for column, hour in expected
    ]
    if expected:
        table = firm.analyse(file, "--format", "table").out
        assert "! 100.0 % of the times in issued_on of billing.csv show 22 o'clock" in table
        assert firm.query("select column_name, hour, n_moments, n_same from time_zone_suspect") == [
            (column, hour, 60, 60) for column, hour in expected
        ]
