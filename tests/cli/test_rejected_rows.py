"""Many rejected rows stand above the answer with column, reason and values; too many forbid a verdict."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("rejected")

NEW, CLEAN, SIGNED = 800, 320, 2880
CONFIG = """[study]
name = "Gas"
currency = "GBP"
[inference]
primary = "like_for_like_gap"
[privacy]
pseudonyms = {pseudonyms}
[[source]]
role = "book"
path = "book.csv"
"""
HEADER = "customer_id,product_id,price,tenure_months"
LINE = (
    "! 2,880 of 4,000 book rows (72.0 %) were rejected and left out of the figures below: price, an amount that is no "
    "number (AMOUNT_UNPARSED), 2,880 rows such as {values}, money unknown. They are too many for a verdict."
)

Output = Any


def rows(n_bad: int, *, bad: str = "£{price}") -> list[str]:
    """Return 4,000 customers: 800 new at 20.00 on average, 320 tenured at 22.38, and 2,880 at 20.01, the last n bad.

    Tenured prices are 20.247 on average, 1.23 % more than new ones; the 320 alone are 11.9 % above them.
    """
    spread = random.Random(14)

    def price(mean: float) -> str:
        return f"{mean + spread.choice((-0.4, -0.2, 0.0, 0.2, 0.4)):.2f}"

    new = [f"N{number:05},gas,{price(20.00)},3" for number in range(NEW)]
    dear = [f"D{number:05},gas,{price(22.38)},60" for number in range(CLEAN)]
    cheap = []
    for number in range(SIGNED):
        written = price(20.01) if number < SIGNED - n_bad else bad.format(price=price(20.01), number=number)
        cheap.append(f"C{number:05},gas,{written},60")
    return new + dear + cheap


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that writes a study of such a book and returns its config; equal ones are written once."""
    known: dict[tuple[Any, ...], Path] = {}

    def write(n_bad: int, *, bad: str = "£{price}", pseudonyms: bool = False) -> Path:
        key = n_bad, bad, pseudonyms
        if key not in known:
            folder = tmp_path_factory.mktemp("rejected")
            (folder / "book.csv").write_text("\n".join([HEADER, *rows(n_bad, bad=bad)]) + "\n", encoding="utf-8")
            config = folder / "fairness.toml"
            config.write_text(CONFIG.format(pseudonyms=str(pseudonyms).lower()), encoding="utf-8")
            known[key] = config
        return known[key]

    return write


def document(call_cli: Callable[..., Output], config: Path) -> dict[str, Any]:
    done = call_cli("analyze", config, "--format", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


class TestTooMany:
    def test_no_verdict_and_the_rows_above_the_headline(
        self, study: Callable[..., Path], call_cli: Callable[..., Output]
    ) -> None:
        done = call_cli("analyze", study(SIGNED))
        assert done.code == 0, done.err
        first, second, *_ = done.out.splitlines()
        # The most frequent first: 598, 586 and 579 rows of the 2,880.
        assert first == LINE.format(values="'£20.21', '£19.81', '£20.01'")
        reason = "too many rows were rejected, mainly: a row that could not be read (2,880 customers)"
        assert second == f"Cannot be assessed: {reason}"

    def test_the_document_says_the_same(self, study: Callable[..., Path], call_cli: Callable[..., Output]) -> None:
        found = document(call_cli, study(SIGNED))
        (item,) = found["rejected"]
        assert item == {
            "role": "book",
            "reason": "AMOUNT_UNPARSED",
            "column": "price",
            "values": ["£20.21", "£19.81", "£20.01"],
            "rows": 2880,
            "rows_in": 4000,
            "money": None,
        }
        head = found["headline"]
        assert (head["verdict"], head["verdict_reason"], head["warnings"]) == (
            "not_assessable",
            "rows_rejected",
            ["rows_rejected"],
        )
        verdicts = {finding["verdict"] for finding in found["findings"]}
        assert verdicts <= {None, "not_assessable"}

    def test_without_the_sign_the_answer_is_the_truth(
        self, study: Callable[..., Path], call_cli: Callable[..., Output]
    ) -> None:
        found = document(call_cli, study(0))
        assert found["rejected"] == []
        assert found["headline"]["estimate"] == pytest.approx(0.0123, abs=0.001)
        assert found["headline"]["verdict"] in ("penalty", "inconclusive")

    def test_with_pseudonyms_values_are_shapes(
        self, study: Callable[..., Path], call_cli: Callable[..., Output]
    ) -> None:
        config = study(SIGNED, pseudonyms=True)
        done = call_cli("analyze", config)
        assert done.out.splitlines()[0] == LINE.format(values="'£99.99'")
        assert document(call_cli, config)["rejected"][0]["values"] == ["£99.99"]
        listed = call_cli("sql", "--config", config, "--format", "csv", "select value from rejected_value")
        assert listed.out.splitlines() == ["value", "£99.99"]


class TestMany:
    """From 1 % they are named; the verdict stays below 20 %."""

    @pytest.mark.parametrize(("n_bad", "named"), [(39, False), (40, True), (799, True)])
    def test_from_one_in_a_hundred_they_are_named(
        self, study: Callable[..., Path], call_cli: Callable[..., Output], n_bad: int, *, named: bool
    ) -> None:
        found = document(call_cli, study(n_bad))
        assert [item["rows"] for item in found["rejected"]] == [n_bad] * named
        assert ("rows_rejected" in found["headline"]["warnings"]) == named
        assert found["headline"]["verdict"] != "not_assessable"

    def test_a_fifth_forbids_a_verdict(self, study: Callable[..., Path], call_cli: Callable[..., Output]) -> None:
        assert document(call_cli, study(800))["headline"]["verdict_reason"] == "rows_rejected"

    def test_money_that_could_be_read_is_named(
        self, study: Callable[..., Path], call_cli: Callable[..., Output]
    ) -> None:
        # A price below 0 is rejected, and is a number.
        config = study(50, bad="-1.50")
        assert [item["money"] for item in document(call_cli, config)["rejected"]] == ["-75.00"]
        first = call_cli("analyze", config).out.splitlines()[0]
        assert first.endswith("price, a price of 0 or less (BAD_PRICE), 50 rows such as '-1.50', −£75.")


class TestNoIds:
    def test_an_id_where_a_price_belongs_is_not_told(
        self, study: Callable[..., Path], call_cli: Callable[..., Output]
    ) -> None:
        config = study(60, bad="C{number:05}")
        (item,) = document(call_cli, config)["rejected"]
        assert (item["column"], item["rows"], item["values"]) == ("price", 60, [])

    def test_snapshot_and_markdown(
        self, study: Callable[..., Path], call_cli: Callable[..., Output], tmp_path: Path
    ) -> None:
        config = study(SIGNED)
        done = call_cli("snapshot", config, "--to", tmp_path / "shot")
        assert done.code == 0, done.err
        pages = [path for path in (tmp_path / "shot").rglob("*") if path.suffix in (".html", ".json", ".csv")]
        text = next(path for path in pages if path.suffix == ".html").read_text(encoding="utf-8")
        said = (
            "2,880 of 4,000 book rows (72.0 %) were rejected and left out of the figures below: price, an amount "
            "that is no number (AMOUNT_UNPARSED), 2,880 rows, values and money withheld."
        )
        assert text.index(said) < text.index("<h1>Cannot be assessed: too many rows were rejected")
        assert [path.name for path in pages if "£2" in path.read_text(encoding="utf-8")] == []
        printed = call_cli("analyze", config, "--format", "md").out
        assert printed.index("> 2,880 of 4,000 book rows") < printed.index("# Cannot be assessed")
