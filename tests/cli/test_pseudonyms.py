"""No real id in anything published or printed, the same numbers as with real ids, and the way back on record."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build import identity as build_identity
from fairness.build.pipeline import build
from fairness.config import load_config
from fairness.engine import models
from fairness.errors import DataError, SqlError
from fairness.intake.rejected_values import shape
from fairness.runs import pseudonyms
from fairness.runs.documents import read_findings
from tests.oracle.files import unpacked, values

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pseudonyms")]

Run = Callable[..., Any]

LINES = "line_id,invoice_id,customer_id,subscription_id,issued_on,period_start,period_end,product_id,region,net_amount"
CONFIG = """
[study]
name = "Small firm"
currency = "GBP"
as_of = "2025-03"
[like_for_like]
cell = ["region"]
min_per_group = 2
[inference]
bootstrap_replicates = 0
[[source]]
role = "billing"
path = "lines.csv"
[[source]]
role = "customers"
path = "customers.csv"
[[source]]
role = "offers"
path = "offers.csv"
[[source]]
role = "price_events"
path = "events.csv"
"""


def names(customer: int) -> dict[str, str]:
    """Return every id of a customer: long and unlike anything else in a file."""
    return {kind: f"{kind}-qz{customer:03d}x" for kind in ("cust", "party", "subs", "line", "invo")}


def write_firm(folder: Path, *, privacy: str = "") -> Path:
    """Write a firm whose export has everything that carries an id: good, rejected, repeated and unreadable rows."""
    lines, customers = [LINES], ["customer_id,party_id,tenure_start"]
    events = ["subscription_id,changed_on,new_price"]
    for n in range(40):
        who = names(n)
        # Two accounts of one party, of different tenure.
        party = names(n - n % 2)["party"]
        customers.append(f"{who['cust']},{party},{2015 if n % 3 else 2024}-06-15")
        for month in (1, 2, 3):
            ids = f"{who['line']}{month},{who['invo']}{month},{who['cust']},{who['subs']}"
            dates = f"2025-{month:02d}-01,2025-{month:02d}-01,2025-{month + 1:02d}-01"
            lines.append(f"{ids},{dates},fibre,{'north' if n % 4 else 'south'},{20 + n % 7}.50")
        events.append(f"{who['subs']},2025-01-20,21.00")
    bad = names(900)
    lines += [
        lines[-1],
        lines[-1].replace("2025-03-01,2025-03-01", "2025-03-02,2025-03-01"),
        f"{bad['line']},{bad['invo']},{bad['cust']},{bad['subs']},2025-03-01,2025-03-01,2025-04-01,fibre,north,abc",
        f"{bad['line']},{bad['invo']},{bad['cust']},{bad['subs']},{bad['cust']},x,y,fibre,north,20",
        f"{bad['line']},{bad['invo']},{bad['cust']}",
        f"{bad['line']},{bad['invo']},{bad['cust']},,2025-03-01,2025-03-01,2025-04-01,fibre,north,20,{bad['cust']}",
    ]
    customers.append(f"{bad['cust']},{bad['party']},not a date {bad['cust']}")
    offers = ["offer_id,audience,product_id,customer_id,valid_from,list_unit_price"]
    offers += ["O1,new_only,fibre,,2024-01-01,20.00", f"O2,new_only,fibre,{names(3)['cust']},2024-01-01,19.00"]
    files = {"lines": lines, "customers": customers, "events": events, "offers": offers}
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        (folder / f"{name}.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    config = folder / "fairness.toml"
    config.write_text(f"{CONFIG}\n{privacy}", encoding="utf-8")
    return config


REAL = [name for n in (*range(40), 900) for name in names(n).values()]


def found_in(folder: Path) -> set[tuple[str, str]]:
    """Return (file, id) of every real id in a folder: in bytes, values of databases, and whatever is compressed."""
    found = set()
    for file in (path for path in folder.rglob("*") if path.is_file()):
        contents = "\n".join(unpacked(file))
        found |= {(file.name, name) for name in REAL if name in contents}
    return found


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_firm(tmp_path_factory.mktemp("firm"))


@pytest.fixture(scope="module")
def built(firm: Path, run_cli: Run) -> Any:
    return run_cli("build", firm)


@pytest.fixture(scope="module")
def with_ids(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_firm(tmp_path_factory.mktemp("open"), privacy="[privacy]\npseudonyms = false\n")


class TestNoRealId:
    def test_nowhere_in_what_a_build_writes_and_prints(self, firm: Path, built: Any, run_cli: Run) -> None:
        assert built.code == 0, built.err
        assert found_in(firm.parent / "out") == set()
        printed = [built.out, built.err]
        for arguments in (["analyze", firm], ["sql", "from quarantine", "-c", firm], ["runs", "-c", firm]):
            done = run_cli(*arguments)
            assert done.code == 0, done.err
            printed += [done.out, done.err]
        assert [name for name in REAL if name in "".join(printed)] == []

    def test_nowhere_in_a_snapshot(self, firm: Path, built: Any, run_cli: Run, tmp_path: Path) -> None:
        assert built.code == 0, built.err
        done = run_cli("snapshot", firm, "--to", tmp_path / "snapshot", "--note", "Seen")
        assert done.code == 0, done.err
        kinds = {path.suffix for path in (tmp_path / "snapshot").rglob("*")}
        assert {".html", ".pdf", ".xlsx", ".pptx", ".csv", ".json"} <= kinds
        assert found_in(tmp_path / "snapshot") == set()
        assert [name for name in REAL if name in done.out + done.err] == []

    def test_the_search_sees_into_every_format(self, firm: Path, built: Any, run_cli: Run, tmp_path: Path) -> None:
        """A sign-off note is the one text of a person's that a snapshot repeats: put an id there, and it is found."""
        assert built.code == 0, built.err
        who = REAL[0]
        done = run_cli("snapshot", firm, "--to", tmp_path / "snapshot", "--note", who)
        assert done.code == 0, done.err
        files = {file for file, name in found_in(tmp_path / "snapshot") if name == who}
        assert files >= {"snapshot.html", "snapshot.pdf", "manifest.json"}

    def test_the_search_finds_ids_where_they_are_kept(self, with_ids: Path) -> None:
        build(load_config(with_ids))
        found = found_in(with_ids.parent / "out")
        kinds = {name.partition("-")[0] for file, name in found if file == "analyst.duckdb"}
        assert kinds == {"cust", "party", "subs", "line", "invo"}
        assert {file for file, _ in found} == {"analyst.duckdb"}

    def test_rejected_rows_keep_their_place_and_lose_their_content(self, firm: Path, run_cli: Run, built: Any) -> None:
        assert built.code == 0
        done = run_cli("sql", "from quarantine", "-c", firm, "--format", "json")
        rows = json.loads(done.out)
        assert len(rows) >= 5
        assert all(row["raw_row"] is None and row["source_row"] > 1 and row["reason"] for row in rows)

    def test_the_key_is_announced_once_and_lies_outside(self, firm: Path, built: Any, run_cli: Run) -> None:
        assert "A new key was made in out.key" in built.err
        assert stat.S_IMODE((firm.parent / "out.key").stat().st_mode) == 0o600
        assert run_cli("build", firm).err == ""

    @pytest.mark.parametrize(
        ("change", "column"),
        [
            ('cell = ["region"]', 'cell = ["customer_id"]'),
            ('cell = ["region"]', 'cell = ["account"]'),
            ('path = "lines.csv"', 'path = "lines.csv"\nkeep = ["note"]\n[source.columns]\nnote = "invoice_id"'),
        ],
        ids=["its own name", "another name", "passed through"],
    )
    def test_no_cell_and_no_column_is_made_of_ids(self, tmp_path: Path, run_cli: Run, change: str, column: str) -> None:
        config = write_firm(tmp_path)
        text = config.read_text(encoding="utf-8").replace(change, column)
        if "account" in column:
            text = text.replace(
                'path = "lines.csv"', 'path = "lines.csv"\n[source.columns]\naccount = "subscription_id"'
            )
        config.write_text(text, encoding="utf-8")
        done = run_cli("build", config)
        assert done.code == 2
        assert "holds ids of people" in done.err
        assert not list((tmp_path / "out" / "runs").glob("*"))

    def test_a_failing_check_shows_no_id(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        config = load_config(write_firm(tmp_path))
        check = tmp_path / "never_healthy.sql"
        check.write_text("select customer_id, month_number from price_ledger order by all", encoding="utf-8")
        monkeypatch.setattr(models, "check_files", lambda: [check])
        monkeypatch.setattr(build_identity, "sql_hashes", dict)
        with pytest.raises(DataError, match="the check never_healthy failed") as told:
            build(config)
        assert "customer_id=(not shown), month_number=24300" in str(told.value)
        assert [name for name in REAL if name in str(told.value)] == []
        assert not list((tmp_path / "out" / "runs").glob("*"))

    def test_a_failing_model_shows_no_value(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        config = load_config(write_firm(tmp_path))
        model = next(path for path in models.model_files() if path.stem.endswith("int_plan_start"))
        broken = tmp_path / "20_broken.sql"
        broken.write_text("select cast(customer_id as integer) from int_customer", encoding="utf-8")
        files = [broken if path == model else path for path in models.model_files()]
        monkeypatch.setattr(models, "model_files", lambda: files)
        monkeypatch.setattr(models, "sql_root", lambda: tmp_path / "sql")
        monkeypatch.setattr(build_identity, "sql_hashes", dict)
        with pytest.raises(SqlError, match="Could not convert string") as told:
            build(config)
        assert [name for name in REAL if name in str(told.value)] == []


class TestSameNumbers:
    def test_no_finding_depends_on_the_pseudonyms(self, firm: Path, with_ids: Path, built: Any) -> None:
        assert built.code == 0
        documents = [read_findings(build(load_config(config))) for config in (firm, with_ids)]
        ids = [document["build"].pop("id") for document in documents]
        # Where ids become pseudonyms, only the shapes of what could not be read are told.
        for row in (row for document in documents for row in document["rejected"]):
            row["values"] = sorted({shape(value) for value in row["values"]})
        assert documents[0] == documents[1]
        assert len(documents[0]["findings"]) > 5
        assert ids[0] != ids[1]

    def test_tables_join_as_they_did(self, firm: Path, with_ids: Path, built: Any) -> None:
        assert built.code == 0
        query = (
            "select month, paid_price, count(*), count(distinct customer_id), count(distinct price_ledger.party_id) "
            "from price_ledger inner join int_customer using (customer_id) group by all order by all"
        )
        answers = []
        for config in (firm, with_ids):
            with duckdb.connect(str(build(load_config(config)).warehouse), read_only=True) as con:
                answers.append(con.execute(query).fetchall())
        assert answers[0] == answers[1]

    @pytest.mark.parametrize("least_rows", [1, 10**9])
    def test_every_view_shows_the_rows_that_it_showed_before(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least_rows: int
    ) -> None:
        """Rows of a copy lie elsewhere, also where the engine may turn a join around."""
        monkeypatch.setattr(pseudonyms, "_JOINED_FROM", least_rows)
        shown = []
        for kind, privacy in (("without", ""), ("with", "[privacy]\npseudonyms = false\n")):
            run = build(load_config(write_firm(tmp_path / kind, privacy=privacy)))
            with duckdb.connect(str(run.warehouse), read_only=True) as con:
                views = con.execute("select view_name from duckdb_views() where not internal order by 1").fetchall()
                counts = {str(name): con.execute(f"select count(*) from {name}").fetchone() for (name,) in views}
                money = con.execute("select line_kind, count(*), sum(net_amount) from int_billing_line group by all")
                shown.append((counts, sorted(money.fetchall())))
        assert shown[0] == shown[1]
        assert shown[0][0]["int_billing_line"] > (0,)

    def test_looking_pseudonyms_up_gives_the_same_as_computing_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAIRNESS_KEY", "a" * 32)
        contents = []
        for least_rows in (1, 10**9):
            monkeypatch.setattr(pseudonyms, "_JOINED_FROM", least_rows)
            config = load_config(write_firm(tmp_path / str(least_rows)))
            # Where a row lies in its table is up to the engine.
            told = (re.sub(r"'(charge_)?row_?id': \d+", "", text) for text in values(build(config).warehouse))
            contents.append(sorted(told))
        assert contents[0] == contents[1]

    def test_another_key_makes_another_run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        config = load_config(write_firm(tmp_path))
        runs = {}
        for key in ("a" * 32, "b" * 32, "a" * 32):
            monkeypatch.setenv("FAIRNESS_KEY", key)
            runs.setdefault(key, []).append(build(config).id)
        assert runs["a" * 32][0] == runs["a" * 32][1]
        assert runs["a" * 32] != runs["b" * 32]


class TestTheWayBack:
    def test_a_pseudonym_is_named_and_the_question_recorded(self, firm: Path, built: Any, run_cli: Run) -> None:
        assert built.code == 0
        query = "select min(customer_id) as p from price_ledger where tenure_months > 100"
        pseudonym = json.loads(run_cli("sql", query, "-c", firm, "-f", "json").out)[0]["p"]
        done = run_cli("runs", "reidentify", pseudonym, "--reason", "complaint 17", "-c", firm)
        assert done.code == 0, done.err
        found, identity = done.out.split()
        assert found == pseudonym
        assert identity in {names(n)["cust"] for n in range(40)}
        line = (firm.parent / "out" / "reidentifications.jsonl").read_text(encoding="utf-8").splitlines()[-1]
        record = json.loads(line)
        assert (record["pseudonyms"], record["reason"], record["found"]) == ([pseudonym], "complaint 17", 1)
        assert identity not in line

    def test_a_reason_is_needed(self, firm: Path, run_cli: Run) -> None:
        assert run_cli("runs", "reidentify", "00", "--reason", " ", "-c", firm).code == 2

    def test_a_customer_is_erased_from_all_runs(self, tmp_path: Path, run_cli: Run) -> None:
        config = write_firm(tmp_path)
        first = build(load_config(config))
        config.write_text(config.read_text(encoding="utf-8").replace("Small firm", "Same firm"), encoding="utf-8")
        second = build(load_config(config))
        before = [run.findings.read_bytes() + run.share.read_bytes() for run in (first, second)]
        who = names(3)["cust"]
        done = run_cli("runs", "erase", who, "-c", config)
        assert done.code == 0, done.err
        assert {line.split()[0] for line in done.out.splitlines()} == {first.id, second.id}
        for run in (first, second):
            with duckdb.connect(str(run.warehouse), read_only=True) as con:
                n = con.execute("select count(distinct customer_id), count(*) from price_ledger").fetchone()
                assert n == (39, 117)
                assert con.execute("select count(*) from duckdb_tables() where comment is null").fetchone() == (0,)
                assert con.execute("select count(*) from stg_price_event_row").fetchone() == (39,)
                assert con.execute("select count(*) from offers").fetchone() == (1,)
            assert stat.S_IMODE(run.warehouse.stat().st_mode) == 0o444
        assert [run.findings.read_bytes() + run.share.read_bytes() for run in (first, second)] == before
        records = (tmp_path / "out" / "erasures.jsonl").read_text(encoding="utf-8")
        assert who not in records
        assert {json.loads(line)["receipt"] in done.err for line in records.splitlines()} == {True}
        assert build(load_config(config)).id == second.id
        again = run_cli("runs", "erase", who, "-c", config)
        assert (again.code, again.out) == (1, "")

    def test_runs_of_another_key_are_named_not_passed_over(self, tmp_path: Path, run_cli: Run) -> None:
        config = write_firm(tmp_path)
        run = build(load_config(config))
        (tmp_path / "out.key").unlink()
        (tmp_path / "out.key").touch(mode=0o600)
        (tmp_path / "out.key").write_text("f" * 40, encoding="utf-8")
        done = run_cli("runs", "erase", names(3)["cust"], "-c", config)
        assert (done.code, done.out) == (1, "")
        assert f"Not safely searched: {run.id}: made with another key" in done.err

    def test_real_ids_are_erased_too(self, tmp_path: Path, run_cli: Run) -> None:
        config = write_firm(tmp_path, privacy="[privacy]\npseudonyms = false\n")
        run = build(load_config(config))
        who = names(900)["cust"]
        assert run_cli("runs", "erase", who, "-c", config).code == 0
        assert who not in "\n".join(values(run.warehouse))
        assert who.encode() not in run.warehouse.read_bytes()
