"""Sources from PostgreSQL, read from a server that these tests start and stop."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fairness.build.input_check import check_input
from fairness.config import load_config
from fairness.engine.connection import looking
from fairness.intake.input_files import find_inputs, fingerprints
from tests.cli.conftest import Firm, Person

pytestmark = pytest.mark.xdist_group("postgres")

VARIABLE = "BILLING_DATABASE"


def programs() -> Path | None:
    """Return the folder of the server's programs; None where it is not installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or [shutil.which("initdb") or ""]
    return Path(found[-1]).parent if found[-1] else None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start a server on a socket of its own and yield its connection string."""
    place = programs()
    users = {entry.pw_name for entry in pwd.getpwall()}
    if place is None or (os.geteuid() == 0 and "postgres" not in users):
        pytest.skip("the server of PostgreSQL is not installed (apt-get install postgresql)")
    # The server refuses to run as root.
    owner: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if owner:
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(place / program), "-D", str(folder / "data"), *arguments],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, **owner,
        )  # fmt: skip

    try:
        run("initdb", "--no-sync", "--auth=trust", "--username=owner", "--encoding=UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "-w", "-o", f"-F -k {folder} -c listen_addresses=''", "start")
        try:
            yield f"postgresql://owner:s3cret@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    """Return a connection to an empty schema, which the config reaches by a variable."""
    monkeypatch.setenv(VARIABLE, server)
    with psycopg.connect(server, autocommit=True) as con:
        con.execute("drop schema if exists shop cascade")
        con.execute("create schema shop")
        con.execute("create sequence shop.numbers")
        yield con


def price(person: Person) -> Decimal:
    return person.offer * Decimal("1.25") if person.is_tenured else person.offer


def study(firm: Firm, query: str = "shop.lines", **options: Any) -> Path:
    """Return a study whose bills come from the database; the rest is files."""
    file = firm.write(billing=firm.lines(price), offers=firm.offers(), customers=firm.customers(), **options)
    text = file.read_text(encoding="utf-8")
    origin = f"postgres = '{VARIABLE}'\nquery = '''{query}'''"
    file.write_text(text.replace('path = "billing.csv"', origin), encoding="utf-8")
    return file


def fill(database: psycopg.Connection[Any], rows: list[dict[str, object]], *, name: str = "lines") -> None:
    """Make the table, with the types that a billing database has."""
    database.execute(
        f"create table shop.{name} (line_id text, customer_id text, product_id text, issued_on timestamptz, "
        "period_start date, period_end date, net_amount numeric(18, 4), interval_unit text, interval_count integer, "
        "is_proration boolean, note text)"
    )
    with database.cursor() as cursor:
        cursor.executemany(
            f"insert into shop.{name} values (%(line_id)s, %(customer_id)s, %(product_id)s, %(issued_on)s, "
            "%(period_start)s, %(period_end)s, %(net_amount)s, %(interval_unit)s, %(interval_count)s, false, "
            "E'a \"note\",\\nof two lines')",
            rows,
        )


def digest(file: Path) -> list[str]:
    """Return what identifies the inputs of a study."""
    with looking() as con:
        inputs = find_inputs(con, load_config(file))
    return [found.result().sha256 for found in fingerprints(inputs)]


def test_a_table_gives_what_a_file_gives(database: psycopg.Connection[Any], firm: Firm) -> None:
    fill(database, firm.lines(price))
    truth = firm(billing=firm.lines(price), offers=firm.offers(), customers=firm.customers())
    answer = firm.analyse(study(firm))
    assert answer.code == 0, answer.err
    assert answer.document["findings"] == truth.document["findings"]
    assert answer.document["support"] == truth.document["support"]
    assert answer.document["reconciliation"]["rows_in"] == 60
    kept = b"".join(path.read_bytes() for path in firm.folder.rglob("*") if path.is_file())
    assert f"{VARIABLE}: shop.lines".encode() in kept
    assert b"s3cret" not in kept


def test_equal_rows_are_one_input_wherever_they_are_stored(database: psycopg.Connection[Any], firm: Firm) -> None:
    rows = firm.lines(price)
    fill(database, rows)
    file = study(firm)
    before = digest(file)
    database.execute("drop table shop.lines")
    fill(database, rows[::-1])
    assert digest(file) == before
    database.execute("update shop.lines set net_amount = net_amount + 0.0001 where line_id = 'L-K0-0'")
    assert digest(file) != before


def test_tables_of_the_database_are_joined_by_a_query(database: psycopg.Connection[Any], firm: Firm) -> None:
    rows = firm.lines(price)
    fill(database, rows)
    database.execute("create table shop.live (id text primary key, is_live boolean)")
    database.execute("insert into shop.live select line_id, line_id <> 'L-K0-0' from shop.lines")
    file = study(firm)
    text = file.read_text(encoding="utf-8")
    origin = f"postgres = '{VARIABLE}'\nquery = '''shop.lines'''"
    tables = "".join(
        f"[[table]]\nname = '{name}'\npostgres = '{VARIABLE}'\nquery = 'table shop.{name}'\n"
        for name in ("lines", "live")
    )
    join = "select lines.*, live.is_live from lines join live on lines.line_id = live.id"
    source = f"sql = '{join}'\nwhen = \"is_live = 'true'\""
    file.write_text(text.replace(origin, source) + tables, encoding="utf-8")
    billing = check_input(load_config(file)).files[0]
    assert (billing.n_rows, billing.n_read, billing.n_filtered) == (60, 59, 1)
    assert billing.path == f"{VARIABLE}: table shop.lines + {VARIABLE}: table shop.live"


def test_what_the_reading_leaves_behind_is_nothing(
    database: psycopg.Connection[Any], firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, firm.lines(price))
    file = study(firm, 'select *, 1 as "Two words" from shop.lines -- the rows')
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    assert check_input(load_config(file)).files[0].n_read == 60
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("shop.line", 'relation "shop.line" does not exist'),
        ("select 1; drop table shop.lines", 'syntax error at or near ";"'),
        (
            "select 1) as x; drop table shop.lines; select * from (select 1",
            "cannot insert multiple commands into a prepared statement",
        ),
        ("delete from shop.lines returning *", "syntax error"),
        ("with gone as (delete from shop.lines returning *) table gone", "must be at the top level"),
        ("select nextval('shop.numbers') as line_id", "cannot execute nextval() in a read-only transaction"),
    ],
)
def test_a_query_that_is_none_is_refused_and_changes_nothing(
    database: psycopg.Connection[Any], firm: Firm, call_cli: Callable[..., Any], query: str, said: str
) -> None:
    fill(database, firm.lines(price)[:1])
    done = call_cli("build", study(firm, query), "--dry-run")
    assert (done.code, done.out) == (1, "")
    assert "the database refuses the query: " in done.err
    assert said in done.err
    assert "s3cret" not in done.err
    assert database.execute("select count(*) from shop.lines").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", (2, "the environment variable is not set")),
        ("s3cret without any form", (2, f"what {VARIABLE} holds is no connection string")),
        ("postgresql://me:s3cret@127.0.0.1:1/nowhere", (1, "the database cannot be reached")),
    ],
)
def test_a_database_that_cannot_be_reached_is_named_without_its_password(
    firm: Firm, call_cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, value: str, said: tuple[int, str]
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    done = call_cli("build", study(firm), "--dry-run")
    assert (done.code, done.out) == (said[0], "")
    assert said[1] in done.err
    assert f'where: postgres = "{VARIABLE}"' in done.err
    assert "s3cret" not in done.err


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('postgres = "postgresql://me:pw@host/db"\nquery = "t"', "must be the name of an environment variable"),
        ('postgres = "DB"', "required with postgres, but missing"),
        ('query = "t"\npath = "a.csv"', "is for databases"),
        ('postgres = "DB"\nquery = "t"\npath = "a.csv"', "a source has a path or postgres, not both"),
        ('postgres = "DB"\nquery = "t"\nskip_rows = 2', "skip_rows says how files are written"),
    ],
)
def test_a_config_names_a_variable_and_a_query(
    firm: Firm, call_cli: Callable[..., Any], section: str, said: str
) -> None:
    file = firm.write(billing=firm.lines(price)[:1])
    file.write_text(file.read_text(encoding="utf-8").replace('path = "billing.csv"', section), encoding="utf-8")
    done = call_cli("build", file, "--dry-run")
    assert done.code == 2
    assert said in done.err
