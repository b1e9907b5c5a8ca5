"""Values that differ only by case or Unicode form are named with their counts, and nothing is joined."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Firm

HEADER = "customer_id,price,tenure_months,region,segment\n"


def book(*regions: str, ids: Callable[[int], str] = "c{}".format, segment: str = "x") -> str:
    rows = [f"{ids(n)},{100 + n % 3},{3 if n % 2 else 30},{regions[n % len(regions)]},{segment}\n" for n in range(24)]
    return HEADER + "".join(rows)


KEYS: dict[str, Any] = {
    "like_for_like": {"cell": ["region"]},
    "lenses": {"by": ["segment"]},
    "inference": {"primary": "like_for_like_gap", "bootstrap_replicates": 0},
}


def test_regions_are_named_with_their_counts(study: Any, call_cli: Callable[..., Any]) -> None:
    cafe = "Café"
    config = study.write(book("North", "north", cafe, unicodedata.normalize("NFD", cafe), "NORTH", "South"), **KEYS)
    document = study.build(config)
    assert document["spellings"] == [
        {
            "column": "region",
            "things": 2,
            "spellings": 5,
            "rows": 20,
            "examples": [["NORTH", "North", "north"], [unicodedata.normalize("NFD", cafe), cafe]],
        }
    ]
    assert study.query("select column_name, spelling_group, value, customer_id, n_rows from spelling order by all") == [
        ("region", 1, unicodedata.normalize("NFD", cafe), None, 4),
        ("region", 1, cafe, None, 4),
        ("region", 2, "NORTH", None, 4),
        ("region", 2, "North", None, 4),
        ("region", 2, "north", None, 4),
    ]
    # Nothing is joined.
    assert document["headline"]["n_cells"] == 0
    said = call_cli("analyze", config).out
    assert "Check region: 5 values on 20 rows differ only by case or Unicode form" in " ".join(said.split())
    assert "NORTH = North = north" in " ".join(said.split())


@pytest.mark.parametrize(
    ("regions", "ids", "segment"),
    [
        (("North", "South"), "C-{}".format, "x"),
        (("north", "North "), "a{}".format, "North"),
        (("ÉÉ", "EE"), "Kunde{}".format, "x"),
    ],
    ids=["other letters", "spaces", "accents"],
)
def test_other_differences_are_none(study: Any, regions: tuple[str, ...], ids: Any, segment: str) -> None:
    found = study(book(*regions, ids=ids, segment=segment), **KEYS)["spellings"]
    # Upper and lower case of one column are compared, not those of two.
    assert [item["column"] for item in found] == (["region"] if "north" in regions else [])


def test_ids_are_counted_and_never_shown(study: Any, tmp_path: Path) -> None:
    text = book("North", ids=lambda n: f"{'kunde' if n < 3 else 'Kunde'}-{n % 20}")
    for pseudonyms in (False, True):
        document = study.build(study.write(text, **KEYS, privacy={"pseudonyms": pseudonyms}))
        assert document["spellings"] == [
            {"column": "customer_id", "things": 3, "spellings": 6, "rows": 6, "examples": []}
        ]
        shown = study.query("select distinct value, customer_id like '%unde-%', party_id from spelling")
        assert shown == [(None, not pseudonyms, None)]
        joined = study.query("select count(*) from spelling inner join price_ledger using (customer_id)")
        assert joined == [(6,)]
    assert list(tmp_path.rglob("*")) != []


def test_spellings_are_compared_over_all_files_of_a_study(firm: Firm) -> None:
    lines = firm.lines(lambda person: person.offer, customer_id=lambda person: person.name.lower(), region="north")
    answer = firm(billing=lines, customers=firm.customers(), offers=firm.offers(region="North"))
    assert answer.code == 0, answer.err
    found = {item["column"]: (item["things"], item["spellings"]) for item in answer.document["spellings"]}
    n = len({person.name for person in firm.people()})
    assert found == {"customer_id": (n, 2 * n), "region": (1, 2)}
