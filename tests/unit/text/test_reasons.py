"""Every code that the SQL models give for a row or a thing held has a record of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairness.analysis.support import NO_NEW, TOO_FEW
from fairness.findings.estimands import ESTIMANDS
from fairness.intake.layout_parts import REASON_ORDER
from fairness.intake.layouts import BILLING
from fairness.text import codes
from fairness.text.reasons import DUPLICATE, EXCLUDED, NOT_COMPARED, NOT_MATCHED, REJECTED, Reason

MODELS = Path(__file__).parents[3] / "sql" / "models"
KINDS = next({*column.words} for column in BILLING.columns if column.name == "line_kind")


def given(model: str, pattern: str = r"then '([a-z_]+)'") -> set[str]:
    """Return the codes that a model writes as texts."""
    return set(re.findall(pattern, (MODELS / f"{model}.sql").read_text(encoding="utf-8")))


def exclusions() -> set[str]:
    treated = given("1_rows/57_int_line_treatment", r"select (?:charge_)?row_id, '([a-z_]+)'")
    judged = given("1_rows/60_int_line_disposition") - {"month", "year", "week"}
    return judged | treated | (KINDS - {"recurring"}) | given("2_ledger/85_int_row_disposition", r"'(superseded)'")


def test_every_exclusion_has_a_record() -> None:
    assert exclusions() == set(EXCLUDED)


def test_every_reason_not_to_compare_has_a_record() -> None:
    ranked = given("2_ledger/58_int_unpriced_holding", r"then '\d([a-z_]+)'")
    billed = given("2_ledger/35_int_month_bill") - {"parts"}
    cancelled = given("2_ledger/42_int_cancelled_line")
    touched = exclusions() - given("2_ledger/45_int_unpriced_month", r"'([a-z_]+)'")
    priced = given("2_ledger/45_int_unpriced_month", r"line\.exclusion, '([a-z_]+)'")
    # Kinds that make nobody a customer touch no month.
    touched -= KINDS - {"trial", "proration", "discount", "summary"}
    touched -= {"superseded", "fully_discounted", "proration", "summary", "discount"}
    assert billed | ranked | cancelled | touched | priced | {"rejected"} == set(NOT_COMPARED)


def test_every_reject_reason_has_a_record() -> None:
    contradictions = given("2_ledger/85_int_row_disposition", r"'(DUP_[A-Z_]+)'")
    assert set(REASON_ORDER) | contradictions == set(REJECTED)
    assert given("2_ledger/85_int_row_disposition", r"'(IDENTICAL_[A-Z]+)'") == set(DUPLICATE)


@pytest.mark.parametrize("records", [NOT_COMPARED, NOT_MATCHED, EXCLUDED, DUPLICATE, REJECTED])
def test_a_record_reads_as_a_clause_a_sentence_and_a_way_out(records: dict[str, Reason]) -> None:
    for code, record in records.items():
        assert re.fullmatch(r"[a-z\d][^.]*", record.label), code
        # A sentence may begin with the name of a column.
        assert re.fullmatch(r"([A-Z]|[a-z]+_).*\.", record.sentence), code
        assert re.fullmatch(r"[A-Z].*\.", record.fix), code


def test_surfaces_say_the_labels() -> None:
    both = {**NOT_COMPARED, **NOT_MATCHED}
    assert {code: codes.reason(code) for code in both} == {code: record.label for code, record in both.items()}


def test_every_reason_not_to_match_has_a_record() -> None:
    """Beside the models' reasons stand those that the analysis gives where a question has no comparator."""
    assert given("3_offers/50_int_offer_match", r"(?:then|else) '([a-z_]+)'") <= set(NOT_MATCHED)
    missing = {comparator.missing for spec in ESTIMANDS for comparator in spec.comparators} - {""}
    assert missing | {TOO_FEW, NO_NEW} <= set(NOT_MATCHED)
