"""`fairness runs`: what is listed, kept and removed."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.config import load_config
from fairness.runs import erasure
from fairness.runs.erasure_record import read_erasures
from fairness.runs.integrity import Depth
from fairness.runs.key import key_path
from fairness.runs.share_file import largest_of, largest_payment
from fairness.runs.store import Run as Store
from fairness.runs.store import add_record
from fairness.text import changes

pytestmark = pytest.mark.xdist_group("runs")

Run = Callable[..., Any]

BOOK = [{"customer_id": f"c{n}", "price": 20 + n % 5, "tenure_months": 3 + 30 * (n % 2)} for n in range(40)]


@pytest.fixture(scope="module")
def built(shared_study: Any) -> tuple[Path, list[str]]:
    """Return a study that has been built under three names, and the ids of its runs."""
    config: Path = shared_study.write(BOOK, inference={"bootstrap_replicates": 0, "permutation_replicates": 99})
    text = config.read_text(encoding="utf-8")
    ids = []
    for number in range(3):
        config.write_text(text.replace('"Test"', f'"Test {number}"'), encoding="utf-8")
        ids.append(build(load_config(config)).id)
    return config, ids


@pytest.fixture
def three(built: tuple[Path, list[str]], tmp_path: Path) -> tuple[Path, list[str]]:
    """Return a copy of that study, which may be changed."""
    shutil.copytree(built[0].parent, tmp_path / "copy")
    return tmp_path / "copy" / built[0].name, built[1]


def listed(call_cli: Run, config: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(call_cli("runs", "-c", config, "-f", "csv").out.splitlines()))


def test_runs_are_listed_pinned_and_pruned(three: tuple[Path, list[str]], call_cli: Run) -> None:
    config, ids = three
    rows = listed(call_cli, config)
    assert [row["run"] for row in rows] == ids[::-1]
    assert [row["current"] for row in rows] == ["True", "False", "False"]
    assert {(row["pseudonyms"], row["erasures"], row["state"]) for row in rows} == {("False", "0", "whole")}
    assert call_cli("runs", "pin", ids[0][:6], "-c", config).out == f"{ids[0]}\n"
    assert [row["pinned"] for row in listed(call_cli, config)] == ["False", "False", "True"]
    for dry in (["--dry-run"], []):
        assert call_cli("runs", "prune", "--keep", "1", *dry, "-c", config).out == f"{ids[1]}\n"
    assert [row["run"] for row in listed(call_cli, config)] == [ids[2], ids[0]]
    assert call_cli("runs", "unpin", ids[0], "-c", config).code == 0
    assert call_cli("runs", "prune", "--keep", "1", "-c", config).out == f"{ids[0]}\n"


@pytest.mark.slow
def test_nothing_is_pruned_unless_it_is_said(three: tuple[Path, list[str]], call_cli: Run) -> None:
    config, ids = three
    done = call_cli("runs", "prune", "-c", config)
    assert (done.code, done.out) == (2, "")
    assert "it is not said how many runs to keep" in done.err
    assert len(listed(call_cli, config)) == 3
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("[privacy]", "[privacy]\nkeep_runs = 2").replace("Test 2", "Test 3"), encoding="utf-8"
    )
    latest = build(load_config(config)).id
    assert [row["run"] for row in listed(call_cli, config)] == [latest, ids[2]]


def test_an_empty_folder_lists_nothing(study: Any, call_cli: Run) -> None:
    config = study.write(BOOK)
    done = call_cli("runs", "-c", config, "-f", "csv")
    assert (done.code, done.out.splitlines()) == (
        0,
        ["run,published_at,current,pinned,pseudonyms,erasures,state,bytes"],
    )
    assert call_cli("runs", "pin", "a", "-c", config).code == 1


def change(file: Path, data: bytes) -> None:
    """Overwrite a file that a run has made read-only."""
    file.chmod(0o644)
    file.write_bytes(data)


class TestDamage:
    """Runs whose files are not those that were published."""

    def test_opening_says_so_and_build_makes_it_again(self, three: tuple[Path, list[str]], call_cli: Run) -> None:
        config, ids = three
        folder = config.parent / "out" / "runs" / ids[2]
        findings = (folder / "findings.json").read_bytes()
        change(folder / "findings.json", findings.replace(b"inconclusive", b"not_assessed"))
        for command in (("sql", "from findings", "-c", config), ("snapshot", folder), ("diff", folder, folder)):
            done = call_cli(*command)
            assert (done.code, done.out) == (1, "")
            assert f"run {ids[2]} is damaged: findings.json is not the file that was published" in done.err
            assert "`fairness build` makes it again" in done.err
        assert [row["state"].partition(":")[0] for row in listed(call_cli, config)] == [
            "findings.json is not the file that was published",
            "whole",
            "whole",
        ]
        checked = call_cli("runs", "verify", "-c", config)
        assert (checked.code, checked.out.count("\twhole\n")) == (1, 2)
        done = call_cli("build", config)
        assert (done.code, done.out) == (0, f"{folder}\n")
        assert done.err.startswith(f"Run {ids[2]} is damaged and is built again: ")
        assert (folder / "findings.json").read_bytes() == findings
        assert call_cli("runs", "verify", "-c", config).code == 0
        again = call_cli("build", config)
        assert (again.out, again.err) == (f"{folder}\n", "")

    def test_a_broken_record_stops_neither_listing_nor_pruning_nor_erasing(
        self, three: tuple[Path, list[str]], call_cli: Run
    ) -> None:
        config, ids = three
        change(config.parent / "out" / "runs" / ids[1] / "run.json", b"{")
        rows = {row["run"]: row for row in listed(call_cli, config)}
        assert [rows[run_id]["state"] for run_id in (ids[0], ids[2])] == ["whole", "whole"]
        assert rows[ids[1]]["state"].startswith("the file is no JSON")
        assert (rows[ids[1]]["published_at"], rows[ids[1]]["pseudonyms"]) == ("", "")
        done = call_cli("runs", "erase", "c3", "-c", config)
        assert done.code == 1
        # Its file is whole, so that the rows go; that no other name is in it cannot be known.
        assert {line.split()[0] for line in done.out.splitlines()} == {*ids}
        assert f"Not safely searched: {ids[1]}: its record is damaged" in done.err
        for run_id in ids:
            with duckdb.connect(str(config.parent / "out" / "runs" / run_id / "analyst.duckdb"), read_only=True) as con:
                assert con.execute("select count(*) from price_ledger").fetchone() == (39,)
        assert call_cli("runs", "prune", "--damaged", "--dry-run", "-c", config).out == f"{ids[1]}\n"
        assert call_cli("runs", "prune", "--damaged", "-c", config).out == f"{ids[1]}\n"
        assert call_cli("runs", "prune", "--damaged", "--keep", "1", "-c", config).code == 2

    def test_what_is_left_of_a_database_is_not_searched(self, three: tuple[Path, list[str]], call_cli: Run) -> None:
        config, ids = three
        change(config.parent / "out" / "runs" / ids[1] / "analyst.duckdb", b"no database at all" * 1000)
        done = call_cli("runs", "erase", "c3", "-c", config)
        assert done.code == 1
        assert {line.split()[0] for line in done.out.splitlines()} == {ids[0], ids[2]}
        assert f"Not safely searched: {ids[1]}: its file cannot be read" in done.err

    def test_current_that_names_nothing_is_set_by_the_next_build(
        self, three: tuple[Path, list[str]], call_cli: Run
    ) -> None:
        config, ids = three
        change(config.parent / "out" / "current", b"\xff../../x\0")
        assert call_cli("sql", "select 1", "-c", config).code == 1
        assert [row["current"] for row in listed(call_cli, config)] == ["False"] * 3
        assert call_cli("build", config).out.strip().endswith(ids[2])
        assert call_cli("sql", "select 1", "-c", config).code == 0


@pytest.mark.parametrize("content", [b"no run", b"\xff\xfe", b"0123456789ab\nnone\n"])
def test_a_damaged_list_of_pins_hides_no_run(three: tuple[Path, list[str]], call_cli: Run, content: bytes) -> None:
    config, ids = three
    (config.parent / "out" / "pinned").write_bytes(content)
    done = call_cli("runs", "-c", config, "-f", "json")
    assert done.code == 0
    assert done.err.startswith("Warning: the list of pinned runs is damaged\n  where: ")
    assert [(row["run"], row["pinned"]) for row in json.loads(done.out)] == [(run_id, None) for run_id in ids[::-1]]
    # A run that the list named could be lost: nothing is pruned.
    assert call_cli("runs", "prune", "--keep", "1", "-c", config).code == 1


def test_a_folder_that_cannot_be_read_hides_no_other(
    three: tuple[Path, list[str]], call_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, ids = three
    whole = Path.iterdir

    def denied(path: Path) -> Any:
        if path.name == ids[0]:
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(Path, "iterdir", denied)
    done = call_cli("runs", "-c", config, "-f", "json")
    assert done.code == 0
    assert {row["run"]: row["bytes"] is None for row in json.loads(done.out)} == {
        run_id: run_id == ids[0] for run_id in ids
    }


class TestErasure:
    """What an erasure does to later commands."""

    def test_blanks_at_the_ends_of_an_id_do_not_matter(self, three: tuple[Path, list[str]], call_cli: Run) -> None:
        config, ids = three
        # No-break space and ideographic space are blanks to the intake, too.
        done = call_cli("runs", "erase", " c3\u00a0\u3000", "-c", config)
        assert (done.code, len(done.out.splitlines())) == (0, 3)
        assert {row["erasures"] for row in listed(call_cli, config)} == {"1"}
        assert {row["state"] for row in listed(call_cli, config)} == {"whole"}
        assert call_cli("runs", "verify", "-c", config).out == "".join(f"{run_id}\twhole\n" for run_id in ids[::-1])

    @pytest.mark.parametrize("customer", ["c99", "C3", "c3x", "'c3'"])
    def test_nothing_found_is_no_success(self, three: tuple[Path, list[str]], call_cli: Run, customer: str) -> None:
        config, ids = three
        files = [config.parent / "out" / "runs" / run_id / "analyst.duckdb" for run_id in ids]
        before = [(file.stat().st_ino, file.stat().st_mtime_ns) for file in files]
        done = call_cli("runs", "erase", customer, "-c", config)
        assert (done.code, done.out) == (1, "")
        assert "Nothing was erased: no run that could be searched holds that customer" in done.err
        assert [(file.stat().st_ino, file.stat().st_mtime_ns) for file in files] == before

    @pytest.mark.parametrize("customer", ["", "  ", "\u00a0"])
    def test_an_empty_id_is_refused(self, three: tuple[Path, list[str]], call_cli: Run, customer: str) -> None:
        done = call_cli("runs", "erase", customer, "-c", three[0])
        assert (done.code, done.out) == (2, "")
        assert "the id is empty" in done.err

    def test_an_erased_run_is_not_used_as_if_nothing_had_happened(
        self, three: tuple[Path, list[str]], call_cli: Run
    ) -> None:
        config, ids = three
        assert call_cli("runs", "erase", "c3", "-c", config).code == 0
        for command in ("build", "analyze"):
            done = call_cli(command, config)
            assert done.code == 0
            assert f"rows of customers were erased from run {ids[2]}" in done.err
        assert "rows of customers were erased" in call_cli("sql", "select 1", "-c", config).err
        assert "no longer hold them" in call_cli("sql", "select 1", "-c", config, "--guard").err
        # Gone or damaged, or asked otherwise, nothing is built from the export that still holds the customer.
        folder = config.parent / "out" / "runs" / ids[2]
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("Test 2", "Test 9"), encoding="utf-8")
        new = call_cli("build", config)
        config.write_text(text, encoding="utf-8")
        change(folder / "share.duckdb", b"x")
        damaged = call_cli("build", config)
        shutil.rmtree(config.parent / "out" / "runs")
        gone = call_cli("build", config)
        for done in (new, damaged, gone):
            assert (done.code, done.out) == (1, "")
            assert "the exports still hold customers who were erased (receipt " in done.err
            assert "  where: book.csv\n  fix:   take those customers out of the exports" in done.err
        # The way out: the customer is taken out of the export.
        book = config.parent / "book.csv"
        book.write_text("".join(row for row in book.read_text().splitlines(keepends=True) if "c3," not in row))
        done = call_cli("build", config)
        assert (done.code, done.err) == (0, "")
        assert call_cli("sql", "select count(*) as n from price_ledger", "-c", config, "-f", "csv").out == "n\n39\n"

    def test_a_run_of_another_key_is_not_used_in_silence_either(self, study: Any, call_cli: Run) -> None:
        config = study.write(BOOK, inference={"bootstrap_replicates": 0}, privacy={"pseudonyms": True})
        key = key_path(load_config(config))
        study.build(config)
        first = key.read_bytes()
        key.unlink()
        other = call_cli("build", config)
        assert other.code == 0
        done = call_cli("runs", "erase", "c3", "-c", config)
        assert "made with another key" in done.err
        key.chmod(0o600)
        key.write_bytes(first)
        done = call_cli("build", config)
        assert done.code == 0
        assert "hold customers who were erased from other runs (receipt " in done.err
        assert "it may still hold their rows" in done.err

    def test_an_erasure_that_breaks_off_leaves_whole_runs_that_are_known_as_erased(
        self, three: tuple[Path, list[str]], call_cli: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config, ids = three
        folder = config.parent / "out" / "runs" / ids[2]
        steps = ("rewrite_record", "add_record", "sync", "rewrite_record")
        for number, step in enumerate(steps):
            whole = getattr(erasure, step)
            calls = iter(range(2))
            wanted = 1 if number == 3 else 0

            def broken(*arguments: Any, whole: Any = whole, calls: Any = calls, wanted: int = wanted) -> None:
                if next(calls) == wanted:
                    raise KeyboardInterrupt
                whole(*arguments)

            with monkeypatch.context() as patch:
                patch.setattr(erasure, step, broken)
                assert call_cli("runs", "erase", f"c{number}", "-c", config).code == 130
            assert Store(ids[2], folder).damages(Depth.WHOLE) == []
            assert not list(folder.glob(".new.*"))
            is_known = "rows of customers were erased" in call_cli("build", config).err
            with duckdb.connect(str(folder / "analyst.duckdb"), read_only=True) as con:
                left = con.execute("select count(*) from price_ledger where customer_id = ?", [f"c{number}"]).fetchone()
            # The second step records it, then the new file is put in place.
            assert left == (int(number < 2),)
            assert is_known == (number >= 2)
        # Repeated, each is finished.
        done = call_cli("runs", "erase", "c0", "-c", config)
        assert (done.code, len(done.out.splitlines())) == (0, 3)
        assert call_cli("runs", "verify", "-c", config).code == 0

    def test_the_bound_of_what_one_pays_is_kept(self, study: Any, call_cli: Run) -> None:
        rows = [*BOOK, {"customer_id": "rich", "price": 1234.56, "tenure_months": 99}]
        config = study.write(rows, inference={"bootstrap_replicates": 0, "permutation_replicates": 99})
        study.build(config)
        before = largest_payment(study.run)
        assert before == pytest.approx(12 * 1234.56)
        assert call_cli("runs", "erase", "c1", "-c", config).code == 0
        assert largest_payment(study.run) == before
        assert call_cli("runs", "erase", "rich", "-c", config).code == 0
        # Rounded up to two digits: a bound, and nobody's payment.
        assert largest_payment(study.run) == 15_000
        assert call_cli("runs", "erase", "c3", "-c", config).code == 0
        assert largest_payment(study.run) == 15_000
        assert largest_of(study.run.warehouse) < 12 * 30

    def test_rejected_rows_that_name_a_customer_are_emptied(self, study: Any, call_cli: Run) -> None:
        rows = [*BOOK, {"customer_id": "bad-customer", "price": "abc", "tenure_months": 3}]
        rows += [{"customer_id": "b7", "price": "abc", "tenure_months": 3}]
        config = study.write(rows, inference={"bootstrap_replicates": 0, "permutation_replicates": 99})
        study.build(config)
        for customer, rest in (("b7", 1), ("bad-customer", 0)):
            done = call_cli("runs", "erase", customer, "-c", config)
            assert (done.code, done.out.partition("\t")[0]) == (0, study.run.id), done.err
            assert study.query("select count(*), count(raw_row) from quarantine") == [(2, rest)]
        # A short id within a longer word is somebody else's.
        assert call_cli("runs", "erase", "b", "-c", config).code == 1

    def test_a_difference_between_erased_runs_is_not_split(self, study: Any, call_cli: Run) -> None:
        rows = [{**row, "offer_price": 18} for row in BOOK]
        config = study.write(rows, inference={"bootstrap_replicates": 0, "permutation_replicates": 99})
        study.build(config)
        first = study.run.folder
        config.write_text(config.read_text(encoding="utf-8").replace('"Test"', '"Other"'), encoding="utf-8")
        study.build(config)
        assert "exact sums" in call_cli("diff", first, study.run.folder).out
        assert call_cli("runs", "erase", "c3", "-c", config).code == 0
        done = call_cli("diff", first, study.run.folder)
        assert done.code == 0, done.err
        assert changes.NO_SPLIT_ERASED in done.out


def test_lines_of_a_broken_record_of_erasures_count_as_erased(tmp_path: Path) -> None:
    ids = [digit * 12 for digit in "abcdef"]
    lines = [
        json.dumps({"receipt": "1", "rows_removed": {ids[0]: 3}, "not_searched": [ids[5]]}),
        json.dumps({"receipt": "2", "replaces": {ids[0]: 1, ids[1]: 1}, "files": ["1" * 64]}),
        f'{{"receipt": "3", "rows_removed": {{"{ids[2]}',
        f'"{ids[3]}", "{"2" * 64}"',
        json.dumps([ids[4]]),
        "",
        "[" * 100_000,
    ]
    (tmp_path / "erasures.jsonl").write_bytes("\n".join(lines).encode() + b"\n\xff\n")
    erased = read_erasures(tmp_path)
    assert erased.runs == {ids[0]: ("1", "2"), ids[1]: ("2",), **dict.fromkeys(ids[2:5], ("unreadable",))}
    assert erased.files == {"1" * 64: ("2",), "2" * 64: ("unreadable",)}


def test_a_record_after_half_a_line_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "erasures.jsonl").write_text('{"receipt": "1", "rows_re', encoding="utf-8")
    for number in (2, 3):
        add_record(tmp_path, "erasures.jsonl", {"receipt": str(number)})
    lines = (tmp_path / "erasures.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["receipt"] for line in lines[1:]] == ["2", "3"]


def test_only_the_files_that_hold_the_customer_stand_in_the_way(study: Any, call_cli: Run) -> None:
    config = study.write(BOOK[:20], source={"path": "*.csv"}, inference={"bootstrap_replicates": 0})
    (config.parent / "more.csv").write_text("customer_id,price,tenure_months\nd1,20,3\nd2,21,40\n", encoding="utf-8")
    study.build(config)
    assert call_cli("runs", "erase", "d1", "-c", config).code == 0
    # Another month of the other file is no matter.
    (config.parent / "book.csv").write_text("customer_id,price,tenure_months\nc1,20,3\nc2,21,40\n", encoding="utf-8")
    done = call_cli("build", config)
    assert done.code == 1
    assert "  where: more.csv\n" in done.err
    (config.parent / "more.csv").write_text("customer_id,price,tenure_months\nd2,21,40\n", encoding="utf-8")
    assert call_cli("build", config).code == 0
