"""The commands: what stands on stdout, what on stderr, which exit code, and that a run is made once per input."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairness.findings.document import Document
from fairness.text import sentences

Data = dict[str, Any]
Run = Callable[..., Any]
Rows = list[dict[str, object]]

LEVELS = ("pooled", "lens", "cell")

# The findings contract: every key that the design names, by the object that carries it.
DOCUMENT = """schema_version study build reconciliation reconciliation_by_role support headline findings promises"""
STUDY = "name as_of currency margin confidence_level primary comparator_basis"
BUILD = "id engine software_version inputs"
INPUT = "role path sha256 rows"
RECONCILIATION = """rows_in rows_accepted rows_excluded rows_rejected rows_duplicate amount_in amount_accepted
    amount_excluded amount_rejected amount_duplicate ties_out"""
SUPPORT = """tenured_customers assessable_customers assessable_share assessable_money_share left_censored_customers
    other_currencies"""
FINDING = """estimand comparator basis level scope tenure_band fact estimate unit ci_lower ci_upper confidence_level
    interval test statistic p_value p_value_adjusted family effect_size effect_size_name companions n_tenured n_new
    n_cells support_share minimum_detectable_gap verdict verdict_reason warnings"""
COMPANION = "name estimate ci_lower ci_upper statistic p_value"


def missing(names: str, found: Data) -> set[str]:
    return set(names.split()) - set(found)


def book() -> Rows:
    """Return two plans in two regions with every reference; a bad amount and a row in another currency."""
    rows: Rows = [
        {
            "product_id": f"plan {plan}",
            "region": region,
            "currency": "GBP",
            "tenure_months": tenure,
            "price": f"{100 + 10 * (tenure > 12) + copy % 4}",
            "prior_price": 100 + copy % 3,
            "offer_price": 100 + copy % 4,
            "market_price": 105 + copy % 2,
            "expected_cost": 80 + copy % 5,
        }
        for plan in range(3)
        for region in ("north", "south")
        for tenure in (3, 30, 72)
        for copy in range(12)
    ]
    return [*rows, {**rows[0], "price": "free"}, {**rows[-1], "currency": "EUR"}]


@pytest.fixture(scope="module")
def config(shared_study: Any) -> Path:
    path: Path = shared_study.write(
        book(), study={"as_of": "2025-12"}, like_for_like={"cell": ["region"]}, lenses={"by": ["region"]}
    )
    return path


@pytest.fixture(scope="module")
def printed(config: Path, run_cli: Run) -> str:
    """Return what `analyze --format json` prints, as a process of its own."""
    done = run_cli("analyze", config, "--format", "json")
    assert (done.code, done.err) == (0, "")
    text: str = done.out
    return text


@pytest.fixture(scope="module")
def document(printed: str) -> Data:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    parsed: Data = json.loads(printed, parse_constant=refuse)
    return parsed


@pytest.mark.xdist_group("commands")
class TestJson:
    def test_it_is_the_published_file(self, config: Path, printed: str, document: Data) -> None:
        file = config.parent / "out" / "runs" / document["build"]["id"] / "findings.json"
        assert file.read_bytes() == printed.encode("utf-8")

    def test_keys_are_sorted(self, printed: str, document: Data) -> None:
        assert json.dumps(document, sort_keys=True, ensure_ascii=False, indent=2) + "\n" == printed

    def test_every_key_of_the_contract_is_there(self, document: Data) -> None:
        assert missing(DOCUMENT, document) == set()
        assert document["schema_version"] == 1
        assert missing(STUDY, document["study"]) == set()
        assert missing(BUILD, document["build"]) == set()
        assert [missing(INPUT, source) for source in document["build"]["inputs"]] == [set()]
        assert missing(RECONCILIATION, document["reconciliation"]) == set()
        assert missing(SUPPORT, document["support"]) == set()
        assert document["promises"] == []
        for finding in document["findings"]:
            assert missing(FINDING, finding) == set()
            assert [missing(COMPANION, other) for other in finding["companions"] if missing(COMPANION, other)] == []

    def test_the_headline_comes_first_and_levels_in_order(self, document: Data) -> None:
        findings = document["findings"]
        assert findings[0] == document["headline"]
        assert (findings[0]["estimand"], findings[0]["level"], findings[0]["scope"]) == ("offer_gap", "pooled", {})
        first: dict[str, tuple[str, str]] = {}
        kinds = [(finding["comparator"], finding["basis"]) for finding in findings]
        others = [
            kind != first.setdefault(finding["estimand"], kind) for finding, kind in zip(findings, kinds, strict=True)
        ]
        # Every question under its own comparator, then the same questions under others; the whole book first in both.
        assert others == sorted(others)
        for other in (False, True):
            places = [
                LEVELS.index(finding["level"])
                for finding, is_other in zip(findings, others, strict=True)
                if is_other == other
            ]
            assert places == sorted(places)
        assert {finding["level"] for finding in findings} == set(LEVELS)
        assert {tuple(finding["scope"]) for finding in findings if finding["level"] == "lens"} == {("region",)}
        assert {len(finding["scope"]) for finding in findings if finding["level"] == "cell"} == {3}
        estimands = [finding["estimand"] for finding in findings if finding["level"] == "pooled"]
        assert {
            "offer_gap",
            "like_for_like_gap",
            "raw_gap",
            "market_gap",
            "cost_gap",
            "change_gap",
            "overpayment",
        } <= set(estimands)

    def test_ratios_are_numbers_and_money_is_text(self, document: Data) -> None:
        money = re.compile(r"-?\d+\.\d{2,4}")
        for finding in document["findings"]:
            if finding["unit"] == "GBP/year":
                assert finding["estimate"] is None or money.fullmatch(finding["estimate"])
            else:
                assert finding["unit"] in ("fraction", "fraction/year", "odds ratio", "GBP/unit and billing period")
                assert finding["estimate"] is None or isinstance(finding["estimate"], float)
            assert finding["verdict"] in {
                "penalty",
                "favourable",
                "equivalent",
                "inconclusive",
                "not_assessable",
                None,
            }
        amounts = [
            amount
            for name, block in document["reconciliation"].items()
            if name.startswith("amount_")
            for amount in block.values()
        ]
        assert len(amounts) >= 4
        assert all(money.fullmatch(amount) for amount in amounts)

    def test_the_build_names_what_it_read(self, config: Path, document: Data) -> None:
        digest = hashlib.sha256((config.parent / "book.csv").read_bytes()).hexdigest()
        assert document["build"]["inputs"] == [{"role": "book", "path": "book.csv", "rows": 218, "sha256": digest}]
        assert document["study"]["as_of"] == "2025-12"

    def test_intervals_hold_their_estimates(self, document: Data) -> None:
        judged = [finding for finding in document["findings"] if finding["ci_lower"] is not None]
        assert judged
        assert all(f["ci_lower"] <= f["estimate"] <= f["ci_upper"] for f in judged)


@pytest.mark.xdist_group("commands")
class TestCsv:
    def test_one_row_per_finding(self, config: Path, document: Data, call_cli: Run) -> None:
        done = call_cli("analyze", config, "--format", "csv")
        assert (done.code, done.err) == (0, "")
        rows = list(csv.DictReader(io.StringIO(done.out)))
        assert len(rows) == len(document["findings"])
        for row, finding in zip(rows, document["findings"], strict=True):
            assert row["estimand"] == finding["estimand"]
            assert json.loads(row["scope"]) == finding["scope"]
            assert row["estimate"] == ("" if finding["estimate"] is None else str(finding["estimate"]))
            assert row["verdict"] == (finding["verdict"] or "")
            assert row["warnings"] == ", ".join(finding["warnings"])


def flat(*levels: tuple[int, float]) -> Rows:
    """Return 60 customers of each (tenure, price), prices varying by a penny."""
    return [
        {"tenure_months": tenure, "price": f"{price + copy % 3 / 100:.2f}"}
        for tenure, price in levels
        for copy in range(60)
    ]


@pytest.mark.xdist_group("commands")
class TestTable:
    """What a person reads first: the answer in one sentence, then gap, interval, support and warnings."""

    @pytest.fixture(scope="module")
    @staticmethod
    def table(config: Path, call_cli: Run) -> list[str]:
        done = call_cli("analyze", config)
        assert (done.code, done.err) == (0, "")
        lines: list[str] = done.out.splitlines()
        return lines

    def test_the_answer_comes_first(self, table: list[str], document: Data) -> None:
        share = document["headline"]["estimate"] * 100
        assert table[0] == f"Tenured customers pay {share:.1f} % more than a new customer is offered"
        assert table[0] == sentences.headline(Document.load(document))

    def test_gap_interval_money_and_support_follow(self, table: list[str], document: Data) -> None:
        headline = document["headline"]
        figures = [f"{headline[name] * 100:.1f}" for name in ("estimate", "ci_lower", "ci_upper")]
        assert table[1].startswith("{} % ({} to {}) · 144 tenured customers".format(*figures))
        money = next(finding for finding in document["findings"] if finding["estimand"] == "overpayment")
        assert f"£{float(money['estimate']):,.0f} a year" in table[1]
        assert "100.0 % of 144 tenured customers could be compared" in table[1]
        assert table[1].endswith("Dec 2025")

    def test_each_question_and_band_has_its_line(self, table: list[str]) -> None:
        starts = [re.split(r"  +", line)[0] for line in table]
        for name in (
            "Against the new-customer offer",
            "Like for like",
            "Raw, plans mixed",
            "Against the market price",
            "Against expected cost",
            "Price change over the year, against new customers",
            "Paid above the offer",
            "first year",
            "third year",
            "5–9 years",
            "north",
            "south",
        ):
            assert name in starts

    def test_rows_are_reconciled(self, table: list[str], document: Data) -> None:
        text = "\n".join(table)
        assert "218 rows in: 217 accepted, 0 excluded, 1 rejected, 0 duplicates; rows and amounts tie out." in text
        assert document["build"]["id"] in text
        assert "AMOUNT_UNPARSED 1" in text
        assert re.search(r"1 customers? in EUR, €", text)

    def test_no_names_of_code_on_screen(self, table: list[str]) -> None:
        text = "\n".join(table)
        assert re.findall(r"\b[a-z]+_[a-z_]+\b", text) == []
        assert re.findall(r"\d[eE][-+]\d|\bnan\b|\bNone\b|\bnull\b", text) == []

    @pytest.mark.parametrize(
        ("rows", "first"),
        [
            pytest.param(
                flat((0, 100), (60, 90)),
                r"Tenured customers pay 10\.0 % less than new customers for the same",
                id="favourable",
            ),
            pytest.param(
                flat((0, 100), (60, 100)), r".*[Ee]qual within 1 %.*", id="equivalent", marks=pytest.mark.slow
            ),
            pytest.param(
                flat((0, 50), (0, 150), (60, 50), (60, 150)),
                r"Cannot tell yet.*: about [\d,]+ more customers would .*",
                id="inconclusive",
                marks=pytest.mark.slow,
            ),
            pytest.param(flat((0, 100)), r"Cannot be assessed: .*", id="not assessable", marks=pytest.mark.slow),
        ],
    )
    def test_each_verdict_has_its_sentence(self, study: Any, rows: Rows, first: str) -> None:
        document = study(rows, inference={"primary": "like_for_like_gap"})
        assert re.fullmatch(first, sentences.headline(Document.load(document)))

    def test_warnings_stand_under_the_answer(self, study: Any, call_cli: Run) -> None:
        rows = [{**row, "product_id": "open"} for row in flat((0, 100), (60, 110))]
        rows += [{**row, "product_id": "closed"} for row in flat((60, 110), (60, 110))]
        lines = call_cli("analyze", study.write(rows)).out.splitlines()
        warned = [line for line in lines if line.startswith("! ")]
        assert lines[2 : 2 + len(warned)] == warned
        assert [line for line in warned if "33.3 % of tenured customers" in line]
        assert [line for line in warned if "No new-customer offer exists" in line]


@pytest.mark.xdist_group("commands")
class TestSql:
    @pytest.fixture
    def query(self, config: Path, printed: str, call_cli: Run) -> Run:
        """Return a function that runs a query on the study."""
        assert printed
        return lambda text, *options: call_cli("sql", text, "--config", config, *options)

    def test_findings_are_those_of_the_document(self, query: Run, document: Data) -> None:
        done = query("select estimand, estimate, amount, verdict from findings order by finding_id", "--format", "json")
        assert (done.code, done.err) == (0, "")
        rows = json.loads(done.out)
        assert len(rows) == len(document["findings"])
        for row, finding in zip(rows, document["findings"], strict=True):
            assert (row["estimand"], row["verdict"]) == (finding["estimand"], finding["verdict"])
            if finding["unit"] != "GBP/year":
                assert (row["estimate"], row["amount"]) == (finding["estimate"], None)
            else:
                assert row["estimate"] is None
                assert row["amount"] == finding["estimate"] or float(row["amount"]) == float(finding["estimate"])

    def test_columns_in_each_form(self, query: Run) -> None:
        text = "select 1 as whole, 1.50::decimal(9, 2) as money, null as missing, date '2025-12-01' as day"
        assert query(text, "--format", "csv").out == "whole,money,missing,day\n1,1.50,,2025-12-01\n"
        assert json.loads(query(text, "--format", "json").out) == [
            {"whole": 1, "money": "1.50", "missing": None, "day": "2025-12-01"}
        ]
        lines = query(text).out.splitlines()
        assert [line.split() for line in lines] == [["whole", "money", "missing", "day"], ["1", "1.50", "2025-12-01"]]

    def test_a_timestamp_can_be_printed(self, query: Run) -> None:
        done = query("select timestamptz '2025-12-01 12:00:00+00' as at", "--format", "csv")
        assert (done.code, done.err) == (0, "")
        assert "2025-12-01" in done.out

    @pytest.mark.parametrize("text", ["from findngs", "select", "", "selct 1", "select no_such_column from findings"])
    def test_an_error_says_what_and_where(self, query: Run, text: str) -> None:
        done = query(text)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("error: ")
        assert f"\n  where: {text or '(empty query)'}\n  fix:   " in done.err

    @pytest.mark.parametrize(
        "statement",
        [
            "insert into params select * from params",
            "update params set currency = 'EUR'",
            "delete from findings",
            "create table mine as select 1",
            "drop table findings",
        ],
    )
    def test_nothing_can_be_written(self, query: Run, config: Path, statement: str) -> None:
        files = sorted((config.parent / "out").rglob("*.duckdb"))
        before = [file.read_bytes() for file in files]
        done = query(statement)
        assert (done.code, done.out) == (1, "")
        assert "read-only" in done.err
        assert [file.read_bytes() for file in files] == before

    def test_without_a_run_it_says_what_to_do(self, study: Any, call_cli: Run) -> None:
        done = call_cli("sql", "from findings", "--config", study.write(book()))
        assert done.code == 1
        assert "no published run" in done.err
        assert "fairness build" in done.err

    def test_the_config_of_the_current_folder_is_found(self, config: Path, printed: str, call_cli: Run) -> None:
        assert printed
        done = call_cli("sql", "select study_name from params", "--format", "csv", cwd=config.parent)
        assert done.out == "study_name\nTest\n"


@pytest.fixture(scope="module")
def flat_study(shared_study: Any) -> Path:
    """Return the config of a small study that is built."""
    config: Path = shared_study.write(flat((0, 100), (60, 110)))
    shared_study.build(config)
    return config


@pytest.fixture
def copied(flat_study: Path, tmp_path: Path) -> Path:
    """Return the config of a copy of that study with its run, which may be changed."""
    shutil.copytree(flat_study.parent, tmp_path / "copy")
    return tmp_path / "copy" / flat_study.name


class TestRuns:
    def test_build_prints_the_run_folder(self, study: Any, run_cli: Run) -> None:
        config = study.write(flat((0, 100), (60, 110)))
        done = run_cli("build", config)
        assert (done.code, done.err) == (0, "")
        folder = Path(done.out.strip())
        assert done.out == f"{folder}\n"
        assert folder.parent == config.parent / "out" / "runs"
        assert re.fullmatch("[0-9a-f]{12}", folder.name)
        files = sorted(file.name for file in folder.iterdir())
        assert files == ["analyst.duckdb", "findings.json", "run.json", "settings.json", "share.duckdb"]
        assert (config.parent / "out" / "current").read_text(encoding="utf-8").strip() == folder.name

    def test_the_folder_of_the_config_will_do(self, config: Path, document: Data, call_cli: Run) -> None:
        for arguments, cwd in (([config.parent], None), ([], config.parent)):
            done = call_cli("build", *arguments, cwd=cwd)
            assert (done.code, Path(done.out.strip()).name) == (0, document["build"]["id"])

    def test_the_same_inputs_are_built_once(self, config: Path, printed: str, document: Data, call_cli: Run) -> None:
        folder = config.parent / "out" / "runs" / document["build"]["id"]
        before = [(file.name, file.stat().st_mtime_ns, file.stat().st_ino) for file in sorted(folder.iterdir())]
        assert call_cli("analyze", config, "--format", "json").out == printed
        after = [(file.name, file.stat().st_mtime_ns, file.stat().st_ino) for file in sorted(folder.iterdir())]
        assert after == before
        assert [run.name for run in folder.parent.iterdir()] == [folder.name]

    def test_a_changed_input_or_config_makes_a_new_run(self, study: Any, copied: Path) -> None:
        config = copied
        ids = [study.build(config)["build"]["id"]]
        with (config.parent / "book.csv").open("a", encoding="utf-8") as stream:
            stream.write("60,120\n")
        ids.append(study.build(config)["build"]["id"])
        settings = config.read_text(encoding="utf-8")
        config.write_text(f"{settings}[inference]\nmargin = 0.02\n", encoding="utf-8")
        ids.append(study.build(config)["build"]["id"])
        assert len(set(ids)) == 3
        assert sorted(run.name for run in (config.parent / "out" / "runs").iterdir()) == sorted(ids)
        assert (config.parent / "out" / "current").read_text(encoding="utf-8").strip() == ids[-1]
        # Back to the former config: its run is still there and is used again.
        config.write_text(settings, encoding="utf-8")
        file = config.parent / "out" / "runs" / ids[1] / "findings.json"
        made = file.stat().st_mtime_ns
        assert study.build(config)["build"]["id"] == ids[1]
        assert file.stat().st_mtime_ns == made
        assert (config.parent / "out" / "current").read_text(encoding="utf-8").strip() == ids[1]

    def test_a_comment_or_another_engine_setting_is_the_same_study(self, study: Any, copied: Path) -> None:
        config = copied
        first = study.build(config)["build"]["id"]
        text = config.read_text(encoding="utf-8")
        config.write_text(f"# a comment\n{text}[engine]\nthreads = 1\n", encoding="utf-8")
        assert study.build(config)["build"]["id"] == first

    def test_a_failed_build_leaves_the_old_run(self, study: Any, copied: Path, call_cli: Run) -> None:
        config = copied
        first = study.build(config)["build"]["id"]
        (config.parent / "book.csv").write_text("", encoding="utf-8")
        assert call_cli("analyze", config).code == 1
        assert [run.name for run in (config.parent / "out" / "runs").iterdir()] == [first]
        assert (config.parent / "out" / "current").read_text(encoding="utf-8").strip() == first


class TestExitCodes:
    def test_a_penalty_fails_where_asked(self, config: Path, document: Data, call_cli: Run, run_cli: Run) -> None:
        assert document["headline"]["verdict"] == "penalty"
        assert call_cli("analyze", config).code == 0
        done = run_cli("analyze", config, "--fail-on", "penalty")
        assert done.code == 3
        assert done.out.startswith("Tenured customers pay ")

    def test_anything_else_does_not(self, study: Any, call_cli: Run) -> None:
        config = study.write(flat((0, 100), (60, 90)), inference={"primary": "like_for_like_gap"})
        assert call_cli("analyze", config, "--fail-on", "penalty").code == 0

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["analyse"], "analyze"),
            (["analyze", "--format", "yaml"], "yaml"),
            (["analyze", "--fail-on", "rain"], "rain"),
            (["analyze", "nowhere.toml"], "'nowhere.toml' does not exist"),
            (["analyze"], "fairness.toml"),
            (["sql"], "query"),
        ],
    )
    def test_usage_errors(self, call_cli: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
        done = call_cli(*arguments, cwd=tmp_path)
        assert (done.code, done.out) == (2, "")
        assert said.lower() in done.err.lower()
        assert "Traceback" not in done.err


def test_help_as_a_process_of_its_own(run_cli: Run) -> None:
    done = run_cli("--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Usage: ")


@pytest.mark.parametrize("command", ["", "demo", "build", "analyze", "snapshot", "diff", "sql", "runs"])
def test_help(call_cli: Run, command: str) -> None:
    done = call_cli(*command.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Usage: ")
    assert "--help" in done.out
    if not command:
        assert re.findall(r"^  (\w+) +[A-Z]", done.out, re.MULTILINE) == [
            "demo",
            "init",
            "build",
            "analyze",
            "app",
            "sql",
            "changes",
            "told",
            "check",
            "remedy",
            "calendar",
            "who",
            "bills",
            "power",
            "snapshot",
            "diff",
            "range",
            "runs",
        ]
