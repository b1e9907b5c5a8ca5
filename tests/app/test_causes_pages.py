"""The pages on causes: what they show is what the commands print, and what their SQL finds."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fairness.causes.one_customer import customer, furthest
from fairness.causes.price_rises import rises
from fairness.causes.promise_check import EVIDENCE, check
from fairness.causes.remedies import LIST, Remedy, remedy
from fairness.causes.rise_calendar import calendar
from fairness.causes.told import told
from fairness.charts.chart_spec import MonthlySteps
from fairness.charts.interactive import THEMES, draw
from fairness.config import Config, load_config
from fairness.config.promises import Promises
from fairness.dashboard import causes
from fairness.dashboard.pages.remedies_page import KINDS
from fairness.dashboard.session import open_study, view_of
from fairness.panels import customer_panels as one
from fairness.panels import price_change_panels as changes
from fairness.panels import promises_panels as promises
from fairness.panels import remedies_panels as remedies
from fairness.panels import since_panels as since
from fairness.panels.panel import Panel
from fairness.panels.view import View, query
from fairness.runs.store import Run
from fairness.text import customer_words, labels, numbers, price_drivers, promise_words, remedy_words, told_outcomes
from tests.app.conftest import Demo

pytestmark = pytest.mark.xdist_group("dashboard")

Document = dict[str, Any]
Show = Callable[..., AppTest]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, demo: Demo) -> Show:
    def shown(page: str, **address: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["app.py", str(demo.config)])
        app = AppTest.from_string(
            f"from fairness.dashboard.pages.{page}_page import page\npage()\n", default_timeout=60
        )
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return shown


@pytest.fixture(scope="module")
def risen(demo: Demo) -> Document:
    return rises(demo.run)


@pytest.fixture(scope="module")
def letters(demo: Demo) -> Document:
    return told(demo.run)


Checked = tuple[Document, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def checked(demo: Demo) -> Checked:
    return check(demo.run, load_config(demo.config))


def said(app: AppTest) -> str:
    """Return what a page says, without its SQL."""
    text = "\n".join(element.proto.body for element in app.get("html"))
    return " ".join(re.sub(r"<pre>.*?</pre>|<[^>]+>", " ", text, flags=re.DOTALL).split())


def rows(panel: Panel | None) -> list[tuple[str, ...]]:
    assert panel is not None
    assert panel.table is not None
    return list(panel.table.rows)


def test_drivers_on_the_page_are_those_of_the_command(risen: Document) -> None:
    expected = [
        (
            price_drivers.DRIVERS[row["driver"]],
            numbers.money(row["money"], "GBP"),
            f"{row['customers']:,}",
        )
        for row in risen["drivers"]
    ]
    assert rows(changes.drivers(risen)) == expected


def test_exposure_of_each_decision_stands_by_tenure(risen: Document) -> None:
    panel = changes.decisions(risen)
    first = risen["decisions"][0]
    shares = {labels.band_name(band["band"]).capitalize(): band for band in first["bands"]}
    assert panel is not None
    assert panel.table is not None
    shown = dict(zip(panel.table.head, panel.table.rows[0], strict=True))
    assert shown["Raised"] == f"{first['raised']:,} of {first['held']:,}"
    for band in risen["exposure"]:
        name = labels.band_name(band["band"]).capitalize() if band["band"] else "Unknown"
        expected = numbers.percent(shares[name]["share_raised"]) if name in shares else "–"
        assert shown[name] == expected


def test_owners_add_up_to_the_drivers_without_a_reason(risen: Document) -> None:
    money = {row["driver"]: Decimal(row["money"]) for row in risen["drivers"]}
    for panel in changes.unreasoned(risen):
        assert panel.table is not None
        for driver in ("back_book_rise", "unexplained"):
            found = sum(Decimal(str(row[3])) for row in panel.table.csv_rows if row[1] == driver)
            # Each row is rounded to the penny by itself.
            assert abs(found - money[driver]) <= Decimal("0.005") * len(panel.table.csv_rows)


def test_letters_on_the_page_are_those_of_the_command(letters: Document) -> None:
    found = {row[0]: row[1:] for row in rows(changes.outcomes(letters))}
    for row in letters["outcomes"]:
        shown = found[told_outcomes.OUTCOMES[row["outcome"]]]
        assert shown[:2] == (f"{row['letters']:,}", f"{row['customers']:,}")
        assert shown[2:] == tuple(numbers.money(row[name], "GBP", decimals=2) for name in ("over", "under"))


@pytest.mark.parametrize("make", [changes.by_tenure, changes.by_run])
def test_letters_by_tenure_and_run_add_up(letters: Document, make: Callable[[Document], Panel | None]) -> None:
    panel = make(letters)
    assert panel is not None
    assert panel.table is not None
    judged, kept = (sum(int(str(row[place])) for row in panel.table.csv_rows) for place in (1, 2))
    assert (judged, kept) == (letters["kept"]["letters"], letters["kept"]["kept"])
    broken = [int(str(row[1])) - int(str(row[2])) for row in panel.table.csv_rows]
    assert make is not changes.by_run or broken == sorted(broken, reverse=True)


def test_tenure_stands_in_its_order(letters: Document) -> None:
    names = [row[0] for row in rows(changes.by_tenure(letters))]
    assert names == ["First year", "Second year", "Third year", "3–4 years", "5–9 years", "10+ years"]


def test_the_sql_of_every_panel_finds_its_rows(demo: Demo, risen: Document, letters: Document) -> None:
    simple = [changes.drivers(risen), changes.exposure(risen), *changes.unreasoned(risen), changes.untold(letters)]
    for panel in [*simple, changes.outcomes(letters)]:
        assert panel is not None
        assert panel.table is not None
        names, found = query(demo.run, panel.sql)
        assert len(found) == len(panel.table.csv_rows)
        if "money" in names:
            amounts = [row[names.index("money")] for row in found]
            place = panel.table.csv_head.index("money")
            shown = [float(str(row[place])) for row in panel.table.csv_rows]
            assert sorted(map(float, amounts)) == pytest.approx(sorted(shown), abs=0.006)
    for other in (changes.decisions(risen), changes.by_tenure(letters), changes.by_run(letters)):
        assert other is not None
        assert query(demo.run, other.sql)[1]


def test_the_page_tells_the_demos_stories(show: Show, risen: Document, letters: Document) -> None:
    text = said(show("price_changes"))
    total = numbers.money(risen["rises"]["money"], "GBP")
    assert f"Rises of 12 months cost {risen['rises']['customers']:,} customers {total} a year" in text
    broken = letters["kept"]["letters"] - letters["kept"]["kept"]
    assert f"{broken} of {letters['kept']['letters']} letters were not kept" in text
    for outcome in told_outcomes.OUTCOMES.values():
        assert outcome in text
    assert not re.search(r"\b(?:nan|None|null|back_book_rise|broken_lock)\b", text)


def test_a_study_in_which_nothing_rose_says_so(letters: Document) -> None:
    quiet = {**letters, "outcomes": [], "campaigns": [], "tenure": [], "untold": None}
    assert changes.outcomes(quiet) is None
    assert changes.by_tenure(quiet) is None
    assert changes.by_run(quiet) is None
    assert "cannot be assessed" in changes.untold(quiet).title


def test_rules_on_the_page_are_those_of_the_command(checked: Checked) -> None:
    document, _ = checked
    found = {row[0]: row[1:] for row in rows(promises.rules(document))}
    for rule in document["rules"]:
        outcome, rate, coverage, excess = found[rule["name"]]
        assert (outcome, rate) == (promise_words.outcome(rule), promise_words.rate(rule))
        assert coverage == numbers.percent(rule["coverage"])
        assert excess == numbers.money(rule["excess_a_year"], "GBP")


def test_failures_and_what_cannot_be_judged_add_up_to_the_rules(checked: Checked) -> None:
    document, evidence = checked
    failed, unjudged = promises.where(document, evidence), promises.unjudged(document)
    assert failed is not None
    assert failed.table is not None
    assert unjudged.table is not None
    assert sum(int(str(row[2])) for row in failed.table.csv_rows) == sum(rule["fail"] for rule in document["rules"])
    n_unknown = sum(rule["not_assessable"] for rule in document["rules"])
    assert sum(int(str(row[2])) for row in unjudged.table.csv_rows) == n_unknown
    money = {row[0]: row[5] for row in failed.table.csv_rows}
    for rule in document["rules"]:
        if rule["excess_a_year"] is not None:
            assert abs(Decimal(str(money[rule["name"]])) - Decimal(rule["excess_a_year"])) < Decimal("0.01")


def test_evidence_is_what_the_command_writes_and_no_formula(checked: Checked) -> None:
    text = promises.evidence_csv(checked[1])
    assert text.splitlines()[0] == ",".join(EVIDENCE)
    assert len(text.splitlines()) == len(checked[1]) + 1 == sum(rule["in_scope"] for rule in checked[0]["rules"]) + 1
    hostile = tuple("=1+1" if name == "customer_id" else None for name in EVIDENCE)
    assert promises.evidence_csv([hostile]).splitlines()[1].startswith(",'=1+1,")


def test_the_page_of_promises_tells_what_is_kept(show: Show, checked: Checked) -> None:
    kept = checked[0]["kept"]
    text = said(show("promises"))
    assert f"{kept['share'] * 100:.1f} % of {kept['kept'] + kept['failed']:,} policies keep every promise" in text
    assert "2 of 3 rules failed" in text
    assert "breach" not in text.replace("called a breach only of a law", "")


def test_without_a_rule_the_page_says_how_to_begin(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    without = {"promises": Promises()}
    monkeypatch.setattr(causes, "load_config", lambda path: load_config(path).model_copy(update=without))
    app = show("promises")
    assert promise_words.NO_RULES in said(app)
    assert app.code[0].value == promise_words.EXAMPLE


@pytest.fixture(scope="module", autouse=True)
def gaps() -> Iterator[None]:
    """Leave out the analysis at other prices, which has tests of its own and takes seconds."""

    def headline(run: Run, config: Config, prices: list[Any]) -> SimpleNamespace:
        low = 0.01 if prices else 0.04
        verdict = "inconclusive" if prices else "penalty"
        return SimpleNamespace(
            estimand="offer_gap", estimate=low + 0.01, ci_lower=low, ci_upper=low + 0.02, verdict=verdict
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fairness.causes.remedies.headline_with", headline)
        yield


@pytest.fixture(scope="module")
def matched(demo: Demo) -> Checked:
    return remedy(demo.run, load_config(demo.config), Remedy(kind="match"))


def test_cost_to_close_on_the_page_is_that_of_the_command_and_of_its_sql(demo: Demo, matched: Checked) -> None:
    document, _ = matched
    panel = remedies.curve(document)
    shown = [(float(row[0].removesuffix(" %")) / 100, row[1]) for row in rows(panel)]
    expected = [(point["x"], numbers.money(point["cost"], "GBP")) for point in document["curve"]]
    assert [(round(x, 6), cost) for x, cost in shown] == expected
    found = query(demo.run, panel.sql)[1]
    assert [float(row[1]) for row in found] == pytest.approx(
        [float(point["cost"]) for point in document["curve"]], abs=0.006
    )


@pytest.mark.parametrize("name", ["products", "channels"])
def test_costs_add_up_to_the_cost(matched: Checked, name: str) -> None:
    document, _ = matched
    panel = remedies.by(document, name)
    assert panel is not None
    assert panel.table is not None
    total = sum(Decimal(str(row[1])) for row in panel.table.csv_rows)
    assert abs(total - Decimal(document["cost"])) < Decimal("0.05")


def test_the_list_is_what_the_command_writes_and_no_formula(matched: Checked) -> None:
    document, listed = matched
    lines = remedies.list_csv(listed).splitlines()
    assert lines[0] == ",".join(LIST)
    assert len(lines) == len(listed) + 1
    hostile = tuple("@SUM(A1)" if name == "customer_id" else None for name in LIST)
    assert remedies.list_csv([hostile]).splitlines()[1].startswith("'@SUM(A1),")
    assert remedies.billing_list(document, listed).title == f"{len(listed):,} new prices"


def test_a_refund_has_no_gap_and_no_list(demo: Demo) -> None:
    document, listed = remedy(demo.run, load_config(demo.config), Remedy(kind="refund", months=6))
    assert remedies.billing_list(document, listed).title == remedy_words.NO_LIST
    assert remedy_words.headline(document)[0] == "What was paid above the offer in 6 months, paid back: "
    assert len(remedy_words.strip(document, margin=0.01)) == 2


def test_the_address_of_a_remedy_opens_it(show: Show, demo: Demo) -> None:
    """A cap at 10 % costs what the curve says of 10 %, but for the coin it is rounded down to."""
    app = show("remedies", remedy=next(name for name, kind in KINDS.items() if kind == "cap"), above="10")
    document, _ = remedy(demo.run, load_config(demo.config), Remedy(kind="cap", x=0.1))
    cost = numbers.money(document["cost"], "GBP")
    text = said(app)
    assert f"No more than the offer plus 10.0 %: {cost} a year for {document['customers_helped']:,} customers" in text
    assert "Gap before 5.0 % (4.0 to 6.0) pay more" in text
    assert "Gap after 2.0 % (1.0 to 3.0) cannot tell yet" in text
    assert app.number_input(key="above").value == 10


@pytest.fixture(scope="module")
def whole(demo: Demo) -> View:
    return view_of(open_study(demo.config), ())


def test_months_with_large_rises_are_marked_on_the_line(whole: View, risen: Document) -> None:
    """The firm raises its prices each April; the end of introductions in other months adds much less."""
    panel = since.with_events(whole, risen)
    assert panel is not None
    assert isinstance(panel.chart, MonthlySteps)
    marked = {panel.chart.months[mark.place].name: mark.hover for mark in panel.chart.marks}
    assert set(marked) == {"Apr 2023", "Apr 2024", "Apr 2025"}
    of_april = [row for row in risen["by_month"] if row["month"] == "2025-04"]
    for row in of_april:
        amount = numbers.money(row["money"], "GBP")
        assert f"{price_drivers.DRIVERS[row['driver']]}: {amount} a year" in marked["Apr 2025"]
    figure = draw(panel.chart, THEMES["light"])
    (trace,) = [trace for trace in figure.data if trace.mode == "markers"]
    assert list(trace.x) == [mark.place for mark in panel.chart.marks]
    assert "<b>Apr 2025</b>" in trace.customdata[-1]


def test_rises_by_month_add_up_to_those_of_the_year_and_are_found_by_sql(
    demo: Demo, whole: View, risen: Document
) -> None:
    panel = since.events(whole, risen)
    assert panel is not None
    year = [Decimal(row["money"]) for row in risen["by_month"] if row["month"] >= "2025-01"]
    assert abs(sum(year) - Decimal(risen["rises"]["money"])) < Decimal("0.5")
    found = [(row[0], row[1], row[2]) for row in query(demo.run, panel.sql)[1]]
    assert found == [(row["month"], row["driver"], row["customers"]) for row in risen["by_month"]]
    april = next(row for row in rows(panel) if row[0] == "Apr 2025")
    ((raised,),) = query(
        demo.run,
        "select count(distinct customer_id) from price_rise where changed_on between '2025-04-01' and '2025-04-30'",
    )[1]
    gaps = {month.month: month.estimate for month in whole.document.months}
    assert april[2:5] == (f"{raised:,}", numbers.percent(gaps["2025-03"]), numbers.percent(gaps["2025-04"]))


def test_the_calendar_on_the_page_is_that_of_the_command(demo: Demo) -> None:
    document = calendar(demo.run)
    found = rows(changes.ahead(document))
    assert len(found) == 12
    for row, month in zip(found, document["months"], strict=True):
        assert row[0] == numbers.month(month["month"])
        assert row[1:3] == (f"{month['raised']:,}", numbers.money(month["rises"], "GBP"))


def test_the_page_of_months_says_from_where_to_where(show: Show, whole: View) -> None:
    text = said(show("since_when"))
    last = [month for month in whole.document.months if month.month == "2025-12"]
    assert f"to {numbers.percent(last[0].estimate)} in Dec 2025" in text
    assert "Prices rose most in Apr 2025" in text


@pytest.fixture(scope="module")
def overcharged(demo: Demo) -> Document:
    """Return a customer of plain bills, one a month, who was charged more than a letter told."""
    ((name,),) = query(
        demo.run,
        "select min(customer_id) from told_outcome where outcome = 'more' and customer_id in (select customer_id "
        "from stg_billing group by customer_id having count(*) filter (where line_kind = 'recurring') = "
        "count(distinct period_start) filter (where line_kind = 'recurring') and count(distinct product_id) = 1 "
        "and count(*) filter (where line_kind in ('credit', 'discount', 'summary', 'proration')) = 0)",
    )[1]
    found = customer(demo.run, name)
    assert found is not None
    return found


def test_a_customers_path_is_that_of_the_bills_and_of_the_ledger(demo: Demo, overcharged: Document) -> None:
    name = overcharged["customer_id"]
    (thing,) = overcharged["things"]
    billed = query(
        demo.run,
        f"select strftime(period_start, '%Y-%m'), net_amount / quantity from stg_billing where customer_id = '{name}' "
        "and line_kind = 'recurring' and invoice_status = 'final' and reject_reason is null order by 1",
    )[1]
    path = {row["month"]: float(row["price"]) for row in thing["months"]}
    assert {month: float(price) for month, price in billed} == path
    assert len(path) == len(billed) > 24
    (panel,) = one.paths(overcharged)
    assert panel.table is not None
    assert [row[2] for row in panel.table.rows] == [f"£{price:.2f}" for price in path.values()]
    figure = draw(panel.chart, THEMES["dark"]) if panel.chart else None
    assert figure is not None
    assert list(figure.data[1].y) == list(path.values())


def test_a_customers_drivers_add_up_to_the_change(overcharged: Document) -> None:
    parts: dict[Any, Decimal] = {}
    for row in overcharged["changes"]:
        key = row["changed_on"], row["old"], row["new"]
        parts[key] = parts.get(key, Decimal(0)) + Decimal(str(row["part"]))
    assert parts
    for (_, old, new), part in parts.items():
        assert part == Decimal(str(new)) - Decimal(str(old))
    shown = [row[2:6:2] for row in rows(one.letters(overcharged))]
    assert any(outcome == told_outcomes.OUTCOMES["more"] for _, outcome in shown)
    assert len(rows(one.lines(overcharged))) == len(overcharged["lines"])


def test_the_page_of_a_customer_opens_by_its_address(show: Show, demo: Demo, overcharged: Document) -> None:
    text = said(show("one_customer", customer=overcharged["customer_id"]))
    last = overcharged["things"][0]["months"][-1]
    gap = abs(float(last["price"]) / float(last["offer"]) - 1)
    assert f"This customer pays {numbers.percent(gap)}" in text
    assert "Charged more than told" in text
    nobody = said(show("one_customer", customer="<b>nobody"))
    assert customer_words.unknown("&lt;b&gt;nobody") in nobody
    first, excess = furthest(demo.run)[0]
    assert first in nobody
    assert numbers.money(excess, "GBP") in nobody
