"""The cheapest offer that fits beside the comparator: only where the two differ, for as many units."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.models.conftest import Bench

KEYS = (
    "product_id varchar, plan_id varchar, currency varchar, region varchar, channel varchar, interval_unit varchar, "
    "interval_count integer, quantity_micros bigint"
)
HELD = f"customer_id varchar, cell_key varchar, lens_key varchar, loyalty_group varchar, band_order integer, {KEYS}, "
HELD += "pricing_date date, offered_ticks bigint"
CANDIDATE = "lookup_id bigint, candidate_rank integer, price_rank integer, primary_ticks bigint, "
CANDIDATE += "headline_interval_ticks bigint, effective_interval_ticks bigint, standard_interval_ticks bigint"
ASKED: Mapping[str, object] = {
    "product_id": "tea",
    "currency": "GBP",
    "region": "north",
    "interval_unit": "month",
    "interval_count": 1,
    "quantity_micros": 3_000_000,
}


def offer(*, served: bool, cheapest: bool, ticks: int, lookup: int = 1) -> dict[str, object]:
    return {
        "lookup_id": lookup,
        "candidate_rank": 1 if served else 2,
        "price_rank": 1 if cheapest else 2,
        "primary_ticks": ticks,
        "headline_interval_ticks": ticks - 1,
        "effective_interval_ticks": ticks,
        "standard_interval_ticks": ticks + 1,
    }


def lay_out(bench: Bench, offers: list[dict[str, object]], *, basis: str = "effective", own: str | None = None) -> None:
    asked = {**ASKED, "lookup_date": "2025-06-01"}
    lookups = [{**asked, "lookup_id": 1}, {**asked, "lookup_id": 2, "offer_customer_id": "b"}]
    bench.table("int_offer_lookup", f"lookup_id bigint, offer_customer_id varchar, {KEYS}, lookup_date date", lookups)
    bench.table("int_offer_candidate", CANDIDATE, offers)
    bench.table("stg_offer", "customer_id varchar, reject_reason varchar", [{"customer_id": own}])
    bench.table(
        "params", "comparator_basis varchar, currency varchar", [{"comparator_basis": basis, "currency": "GBP"}]
    )
    held = [
        {**ASKED, "customer_id": who, "cell_key": "c", "lens_key": "", "loyalty_group": "tenured", "band_order": 4}
        | {"pricing_date": "2025-06-01", "offered_ticks": 30_000}
        for who in ("a", "b")
    ]
    bench.table("int_as_of_row", HELD, held)
    bench.run("5_counts/23_best_offer_counts")


@pytest.mark.parametrize(("basis", "best"), [("headline", 23_997), ("effective", 24_000), ("standard", 24_003)])
def test_the_cheapest_for_as_many_units_at_the_studys_basis(bench: Bench, basis: str, best: int) -> None:
    lay_out(
        bench,
        [offer(served=True, cheapest=False, ticks=10_000), offer(served=False, cheapest=True, ticks=8_000)],
        basis=basis,
    )
    # Both hold three units, at 0.80 instead of 1.00.
    assert bench.query("from best_offer_counts") == [("c", "", "tenured", 4, 30_000, best, 2)]


@pytest.mark.parametrize("ticks", [10_000, 0])
def test_no_row_where_the_comparator_is_the_cheapest(bench: Bench, ticks: int) -> None:
    lay_out(
        bench,
        [offer(served=True, cheapest=ticks == 0, ticks=10_000), offer(served=False, cheapest=ticks > 0, ticks=ticks)],
    )
    assert bench.query("from best_offer_counts") == []


def test_who_has_an_offer_of_their_own_is_asked_for_apart(bench: Bench) -> None:
    cheaper = [offer(served=True, cheapest=False, ticks=10_000), offer(served=False, cheapest=True, ticks=8_000)]
    lay_out(bench, cheaper, own="b")
    assert bench.query("select sum(n_observations) from best_offer_counts") == [(1,)]
