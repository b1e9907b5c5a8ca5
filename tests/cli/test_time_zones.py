"""One day for one moment, on whatever machine: zones of values, of files and of the study."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

ZONES = ("UTC", "America/Los_Angeles", "Pacific/Auckland")
# A new list price holds from 1 June, a quarter above the old one. Everybody pays it for a bill of that day.
RISE = "2024-06-01"


def raised(firm: Any) -> list[dict[str, object]]:
    old = firm.offers(offer_id=lambda p: f"old-{p.product}", list_unit_price=lambda p: p.offer * 4 / 5, valid_to=RISE)
    return [*old, *firm.offers(valid_from=RISE)]


START, END = datetime(2024, 5, 31, 22, 40, tzinfo=UTC), datetime(2024, 6, 30, 22, 40, tzinfo=UTC)


def stamped(firm: Any, *forms: Callable[[datetime], str]) -> list[dict[str, object]]:
    """Return bills of which issue date and period are written by functions of the moment in UTC, in turn."""

    def written(moment: datetime) -> Callable[[Any], str]:
        return lambda person: forms[person.number % len(forms)](moment)

    times = {"issued_on": written(START), "period_start": written(START), "period_end": written(END)}
    return list(firm.lines(lambda person: person.offer, **times))


WRITTEN: tuple[Callable[[datetime], str], ...] = (
    lambda t: (t + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00"),
    lambda t: (t + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M+02"),
    lambda t: (t - timedelta(hours=5, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S.250-0530"),
    lambda t: t.strftime("%Y-%m-%dT%H:%MZ"),
    lambda t: t.strftime("%Y-%m-%d %H:%M:%S UTC"),
)


def test_iso_text_with_a_zone_needs_no_date_format(firm: Any) -> None:
    files = {"billing": stamped(firm, *WRITTEN), "offers": raised(firm), "customers": firm.customers()}
    assert firm(study='time_zone = "Europe/Zurich"', **files).headline["estimate"] == pytest.approx(0, abs=1e-12)
    days = "select distinct cast(pricing_date as varchar), strftime(month, '%Y-%m') from price_ledger"
    assert firm.query(days) == [(RISE, "2024-06")]
    # The same moments are still 31 May in UTC, when the old offer is in force.
    assert firm(**files).headline["estimate"] == pytest.approx(0.25, abs=1e-6)


@pytest.mark.parametrize(
    ("source", "write"),
    [
        ('time_zone = "America/New_York"', lambda t: (t - timedelta(hours=4)).strftime("%Y-%m-%d %H:%M:%S")),
        (
            'time_zone = "UTC"\ndate_format = ["%d.%m.%Y %H:%M", "%d.%m.%Y"]',
            lambda t: t.strftime("%d.%m.%Y %H:%M"),
        ),
        ('date_format = "%d.%m.%Y %H:%M %z"', lambda t: t.strftime("%d.%m.%Y %H:%M +0000")),
        ('date_format = "%d %b %Y %H:%M:%S UTC"', lambda t: t.strftime("%d %b %Y %H:%M:%S UTC")),
    ],
)
def test_stamps_without_a_zone_are_in_that_of_their_source(source: str, write: Any, firm: Any) -> None:
    answer = firm(
        study='time_zone = "Europe/Zurich"',
        sources={"billing": source},
        billing=stamped(firm, write),
        offers=raised(firm),
        customers=firm.customers(),
    )
    assert answer.headline["estimate"] == pytest.approx(0, abs=1e-12)


def test_days_without_a_time_are_never_moved(firm: Any) -> None:
    answer = firm(
        study='time_zone = "Pacific/Auckland"',
        sources={"billing": 'time_zone = "America/New_York"'},
        billing=firm.lines(lambda person: person.offer),
        offers=raised(firm),
        customers=firm.customers(),
    )
    assert answer.headline["estimate"] == pytest.approx(0, abs=1e-12)
    assert firm.query("select distinct cast(pricing_date as varchar) from price_ledger") == [(RISE,)]


def test_expressions_cut_days_out_of_moments_in_the_zone_of_the_study(firm: Any) -> None:
    moment = str(int(START.timestamp()))
    # One way for each customer of a product.
    ways = (
        "to_timestamp(moment::bigint)::date",
        "cast(to_timestamp(moment::bigint) as timestamp)::date",
        "coalesce(try_cast(to_timestamp(moment::bigint) as date), date '1999-01-01')",
    )
    arms = " ".join(f"when '{number}' then {way}" for number, way in enumerate(ways))
    mapped = (
        f'time_zone = "UTC"\n[source.columns]\nissued_on = "case way {arms} end"\n'
        'period_start = "cast(to_timestamp(moment::bigint) as timestamp)"\n'
        'price_set_on = "to_timestamp(moment::bigint)"'
    )
    bills = [
        {**{n: v for n, v in row.items() if n not in ("issued_on", "period_start")}, "moment": moment, "way": k % 3}
        for k, row in enumerate(firm.lines(lambda person: person.offer))
    ]
    firm(
        study='time_zone = "Europe/Zurich"',
        sources={"billing": mapped},
        billing=bills,
        offers=raised(firm),
        customers=firm.customers(),
    )
    days = "select distinct cast(issued_on as varchar), cast(period_start as varchar), cast(price_set_on as varchar) "
    assert firm.query(f"{days} from stg_billing") == [(RISE, RISE, RISE)]


def parquet(firm: Any, folder: Path) -> Path:
    file = folder / "lines.parquet"
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute("create table bill (customer_id varchar, product_id varchar, net_amount decimal(18, 2))")
        bills = [(row["customer_id"], row["product_id"], row["net_amount"]) for row in firm.lines(lambda p: p.offer)]
        con.executemany("insert into bill values (?, ?, ?)", bills)
        con.execute(
            f"""
            copy (
                select
                    *, timestamptz '2024-06-01 00:30:00+00' as issued_on,
                    timestamptz '2024-06-01 00:30:00+00' as period_start,
                    timestamptz '2024-07-01 00:30:00+00' as period_end
                from bill
            ) to '{file}' (format parquet)
            """
        )
    return file


@pytest.mark.slow
def test_the_zone_of_the_machine_changes_no_byte(firm: Any, tmp_path: Path) -> None:
    lines, found = parquet(firm, tmp_path), set()
    for zone in ZONES:
        file = firm.write(billing=lines, offers=raised(firm), customers=firm.customers())
        assert firm.analyse(file, env={"TZ": zone}).headline["estimate"] == pytest.approx(0, abs=1e-12)
        run = next((file.parent / "out" / "runs").iterdir())
        # The engine draws an identifier for each of its files; what a file says is compared instead.
        said = [(run / name).read_bytes() for name in ("findings.json", "settings.json")]
        said.append(repr(firm.query("from price_ledger order by customer_id, month")).encode())
        found.add((run.name, *(hashlib.sha256(part).hexdigest() for part in said)))
    assert len(found) == 1


def test_zones_are_part_of_the_identity_of_a_run(firm: Any) -> None:
    files = {"offers": firm.offers(), "customers": firm.customers(), "billing": firm.lines(lambda person: person.offer)}
    studies = [
        firm(**files),
        firm(study='time_zone = "Europe/Zurich"', **files),
        firm(sources={"billing": 'time_zone = "Europe/Zurich"'}, **files),
    ]
    assert len({answer.document["build"]["id"] for answer in studies}) == 3
