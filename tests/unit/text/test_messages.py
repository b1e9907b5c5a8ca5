"""What is said of erasures beside a run that is shown."""

from __future__ import annotations

from fairness.runs.erasure_record import Erased
from fairness.text import messages

RUN, OTHER = "0123456789ab", "ba9876543210"
BUILT = "2026-03-02T10:00:00.000000+00:00"


def said(at: str, *, runs: dict[str, tuple[str, ...]], unsearched: tuple[str, ...] = ()) -> list[str]:
    missed = dict.fromkeys(unsearched, ("5f0c",))
    return messages.erasures(RUN, BUILT, Erased(runs, {}, {"5f0c": f"{at}T09:00:00+00:00"}, missed))


def test_a_run_says_whether_it_is_older_or_newer_than_an_erasure() -> None:
    assert said("2026-04-01", runs={RUN: ("5f0c",)}) == [
        "A customer was erased on 2026-04-01 (receipt 5f0c), after this run was published on 2026-03-02: its findings "
        "still count the customer, its rows are gone."
    ]
    assert said("2026-02-01", runs={OTHER: ("5f0c",)}) == [
        "A customer was erased on 2026-02-01 (receipt 5f0c); this run was published after that, on 2026-03-02."
    ]
    assert said("2026-04-01", runs={OTHER: ("5f0c",)}) == [
        "A customer was erased on 2026-04-01 (receipt 5f0c); this run, of 2026-03-02, held no rows of that customer."
    ]
    assert said("2026-04-01", runs={OTHER: ("5f0c",)}, unsearched=(RUN,)) == [
        "A customer was erased on 2026-04-01 (receipt 5f0c); this run could not be searched and may hold the rows."
    ]


def test_an_erasure_that_found_nobody_is_not_told() -> None:
    assert said("2026-04-01", runs={}) == []


def test_a_broken_record_of_an_erasure_is_told() -> None:
    assert messages.erasures(RUN, BUILT, Erased({RUN: ("unreadable",)}, {}, {}, {})) == [
        "Rows were erased from this run; the record of it is damaged."
    ]
