"""Rules with known failures, on the days on which they turn: fixtures F12, F16, F26, F28, and a firm's own."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fairness.causes.rule_catalogue import CATALOGUE
from tests.oracle.bills import Bills

FEBRUARY = date(2025, 2, 1)
RENEWED = "2015-01-01"


def checked(call_cli: Any, config: Path, rule: str, *, head: str = "", code: int = 3) -> dict[str, Any]:
    """Return the one rule of a study, checked; ``rule`` is TOML below [[promises.rule]]."""
    text = config.read_text(encoding="utf-8")
    text = f"{text.split('[promises]')[0]}[promises]\n{head}\n[[promises.rule]]\n{rule}\n"
    config.write_text(text, encoding="utf-8")
    done = call_cli("check", config, "--format", "json")
    assert done.code == code, done.err
    (found,) = json.loads(done.out)["rules"]
    found["all"] = json.loads(done.out)
    return dict(found)


def outcomes(rule: dict[str, Any]) -> tuple[int, int, int]:
    return rule["pass"], rule["fail"], rule["not_assessable"]


class TestParity:
    @pytest.fixture
    def book(self, tmp_path: Path) -> Path:
        """F16: 110/100, nothing/100, 120/nothing, 100/100."""
        rows = ["A,110,100", "B,,100", "C,120,", "D,100,100"]
        lines = ["customer_id,price,offer_price,tenure_months", *(f"{row},60" for row in rows)]
        (tmp_path / "book.csv").write_text("\n".join(lines), encoding="utf-8")
        text = '[study]\nname = "F"\ncurrency = "GBP"\nas_of = "2025-12"\n'
        text += '[[source]]\nrole = "book"\npath = "book.csv"\n'
        (tmp_path / "fairness.toml").write_text(text + "[privacy]\npseudonyms = false\n", encoding="utf-8")
        return tmp_path / "fairness.toml"

    def test_what_is_missing_is_never_compliant(self, call_cli: Any, book: Path) -> None:
        rule = checked(call_cli, book, 'id = "uk_gi_enbp"')
        assert outcomes(rule) == (1, 1, 2)
        assert rule["fail_rate"] == 0.5
        assert rule["coverage"] == 0.5
        assert rule["reasons"] == {"no_offer": 1, "no_price": 1}
        assert rule["excess_a_year"] == "120.00"
        assert rule["all"]["kept"]["share"] is None

    def test_breach_is_said_only_where_the_rule_is_law(self, call_cli: Any, book: Path) -> None:
        for head, word in (
            ('jurisdiction = "UK"\nsector = "insurance"', "breach"),
            ('jurisdiction = "UK"\nsector = "telecoms"', "indicator"),
            ('jurisdiction = "IE"\nsector = "insurance"', "indicator"),
            ("", "indicator"),
        ):
            assert checked(call_cli, book, 'id = "uk_gi_enbp"', head=head)["wording"] == word
            assert ("breach" in call_cli("check", book).out) == (word == "breach")
        own = checked(call_cli, book, 'id = "own_parity"', head='jurisdiction = "UK"\nsector = "insurance"')
        assert own["wording"] == "indicator"

    def test_a_tolerance_forgives_and_x_is_part_of_the_promise(self, call_cli: Any, book: Path) -> None:
        assert outcomes(checked(call_cli, book, 'id = "own_parity"\nx = 0.10', code=1)) == (2, 0, 2)
        assert outcomes(checked(call_cli, book, 'id = "own_parity"\nx = 0.09'))[1] == 1
        assert outcomes(checked(call_cli, book, 'id = "own_parity"\ntolerance = 10.0', code=1)) == (2, 0, 2)

    def test_coverage_below_the_floor_is_no_pass(self, call_cli: Any, book: Path) -> None:
        rule = checked(call_cli, book, 'id = "own_parity"\nx = 0.10', code=1)
        assert rule["result"] == "not_assessable"
        rule = checked(call_cli, book, 'id = "own_parity"\nx = 0.10', head="coverage = 0.5", code=0)
        assert rule["result"] == "pass"
        kept = rule["all"]["kept"]
        assert (kept["share"], kept["kept"], kept["policies"]) == (1.0, 2, 4)

    def test_the_evidence_lists_every_policy_and_no_formula(self, call_cli: Any, book: Path) -> None:
        rows = (book.parent / "book.csv").read_text(encoding="utf-8").replace("A,", "=A1,")
        (book.parent / "book.csv").write_text(rows, encoding="utf-8")
        checked(call_cli, book, 'id = "uk_gi_enbp"')
        call_cli("check", book, "--evidence", book.parent / "evidence.csv")
        with (book.parent / "evidence.csv").open(encoding="utf-8", newline="") as stream:
            found = {row["customer_id"]: row["outcome"] for row in csv.DictReader(stream)}
        assert found == {"'=A1": "fail", "B": "not_assessable", "C": "not_assessable", "D": "pass"}

    def test_a_rule_that_is_not_tested_is_not_run(self, call_cli: Any, book: Path) -> None:
        rule = checked(call_cli, book, 'id = "no_tenure_slope"', code=0)
        assert rule["result"] == "not_run"
        assert "not run" in call_cli("check", book).out
        assert [name for name, known in CATALOGUE.items() if not known.is_run] != []


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a firm with a product for each rule."""
    bills = Bills()
    for product in ("net", "index", "lock", "step"):
        bills.offer(product, 30)
    # R5: told 1.80; charged 1.80, 2.50, and 2.50 with a right to leave; sold before the rule's day.
    for name, after, more in (
        ("as stated", "31.80", {}),
        ("dearer", "32.50", {}),
        ("may leave", "32.50", {"exit_right": True}),
        ("sold before", "32.50", {}),
    ):
        since = "2025-01-16" if name == "sold before" else "2025-01-17"
        bills.run(name, "stated", FEBRUARY, [30, 30, after, after], since=since)
        told = {"told_change": "1.80", "told_basis": "paid", "told_on": "2025-01-20", "effective_on": "2025-04-01"}
        bills.letter(name, **told, **more)
    # R6, F12: 2.5 % + 3.9 % on 30.00 is 31.92.
    for name, after in (("at the index", "31.92"), ("a coin above", "31.93")):
        bills.run(name, "index", FEBRUARY, [30, 30, after, after])
    for month, value in (("2024-12", "102.5"), ("2023-12", "100")):
        bills.cpi.append({"index_code": "CPI", "month": month, "value": value})
    # R7, F26: the contract ends on 31 March 2025.
    notices = {"41": "2025-02-18", "40": "2025-02-19", "10": "2025-03-21", "9": "2025-03-22", "none": None}
    for day, notice in notices.items():
        bills.run(f"days {day}", "contract", FEBRUARY, [30, 30, 30], contract_end="2025-03-31")
        if notice:
            bills.letter(f"days {day}", effective_on="2025-03-31", notice_on=notice, cause="contract_end")
    # R10, F28: rises of 1 July and of 30 June or 1 July of the next year, here a year earlier.
    for name, second in (("a day short", date(2025, 6, 30)), ("a year apart", date(2025, 7, 1))):
        bills.line(name, "energy", date(2024, 6, 1), 30)
        bills.run(name, "energy", date(2024, 7, 1), [31] * 11)
        bills.line(name, "energy", date(2025, 6, 1), 31, period_end=second)
        bills.line(name, "energy", second, 32)
    # R13a: told 31, 30, 7 and 6 days before a rise of 1 April, and never.
    for days, told in ((31, "2025-03-01"), (30, "2025-03-02"), (7, "2025-03-25"), (6, "2025-03-26")):
        bills.run(f"told {days}", "fee", FEBRUARY, [30, 30, 32])
        bills.letter(f"told {days}", told_price=32, told_basis="paid", told_on=told, effective_on="2025-04-01")
    bills.run("told never", "fee", FEBRUARY, [30, 30, 32])
    # R17: locked for three months from joining; a rise on the last day and on the first after it.
    for name, months in (("within the lock", 2), ("after the lock", 3)):
        bills.run(name, "lock", FEBRUARY, [*[30] * months, 31], since="2025-02-01")
    bills.run("joined before", "lock", FEBRUARY, [30, 30, 30], since="2024-12-01")
    # R17: a step of at most 10 %.
    for name, after in (("ten", "33.00"), ("a coin more", "33.01")):
        bills.run(name, "step", FEBRUARY, [30, 30, after])
    # R16: an offer for new customers only, and one for all.
    for product, audience in (("closed", "new_only"), ("open", "all")):
        bills.offer(product, 25, audience=audience)
        bills.run(f"{product} dear", product, date(2025, 4, 1), [30, 30, 30, 30])
        bills.run(f"{product} cheap", product, date(2025, 4, 1), [25, 25, 25, 25])
    return bills.write(tmp_path_factory.mktemp("firm"), "2025-07")


@pytest.mark.parametrize(
    ("rule", "expected", "code"),
    [
        ('id = "uk_tel_stated_rise"', (2, 1, 0), 3),
        ('id = "cpi_plus_x"\nindex = "CPI"\nindex_month = 12\nx = 0.039\nproducts = ["index"]', (1, 1, 0), 3),
        ('id = "cpi_plus_x"\nindex = "RPI"\nx = 0.039\nproducts = ["index"]', (0, 0, 2), 1),
        ('id = "uk_tel_end_notice"', (2, 2, 1), 3),
        ('id = "au_one_rise"\nsince = "2024-06-01"\nproducts = ["energy"]', (1, 1, 0), 3),
        ('id = "au_one_rise"\nproducts = ["energy"]', (0, 0, 2), 1),
        ('id = "ca_fee_change"\nsince = "2025-01-01"\nproducts = ["fee"]', (2, 2, 1), 3),
        ('id = "own_lock"\nmonths = 3\nproducts = ["lock"]', (1, 1, 1), 3),
        ('id = "own_lock"\nmonths = 5\nproducts = ["lock"]', (0, 2, 1), 3),
        ('id = "own_cap"\ncap = 0.10\nproducts = ["step"]', (1, 1, 0), 3),
        ('id = "new_price_access"\nproducts = ["closed", "open"]', (3, 1, 0), 3),
        ('id = "own_parity"\nproducts = ["closed", "open"]', (2, 2, 0), 3),
    ],
)
def test_known_failures_and_boundary_days(
    call_cli: Any, firm: Path, rule: str, expected: tuple[int, int, int], code: int
) -> None:
    assert outcomes(checked(call_cli, firm, rule, code=code)) == expected


def test_a_right_to_leave_has_its_own_wording(call_cli: Any, firm: Path) -> None:
    rule = checked(call_cli, firm, 'id = "uk_tel_stated_rise"')
    assert (rule["right_to_leave"], rule["customers_failed"]) == (1, 1)


def test_without_a_failure_the_bound_is_that_of_the_decisions(call_cli: Any, firm: Path) -> None:
    """Two policies of one plan on two offers would be two draws; here they stand or fall with one: no interval."""
    rule = checked(call_cli, firm, 'id = "own_parity"\nproducts = ["open"]\nx = 1.0', code=0)
    kept = rule["all"]["kept"]
    assert (kept["share"], kept["decisions"], kept["lower"]) == (1.0, 1, None)


def test_a_study_without_rules_and_a_rule_without_its_number_are_refused(call_cli: Any, firm: Path) -> None:
    text = firm.read_text(encoding="utf-8").split("[promises]")[0]
    firm.write_text(text, encoding="utf-8")
    done = call_cli("check", firm)
    assert (done.code, 'id = "own_parity"' in done.err) == (2, True)
    firm.write_text(f'{text}[[promises.rule]]\nid = "own_cap"\n', encoding="utf-8")
    done = call_cli("check", firm)
    assert (done.code, "cap = 0.10" in done.err) == (2, True)
