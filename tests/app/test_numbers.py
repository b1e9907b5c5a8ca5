"""The same figure on the page, in the JSON and by SQL: every number of both pages is looked up in the other two."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from scipy.stats import false_discovery_control

from fairness.charts.interactive import THEMES, draw
from fairness.dashboard.pages.overview_page import rows_of
from fairness.dashboard.session import open_study, view_of
from fairness.panels.cell import open_cell
from fairness.panels.coverage_panels import left_out, rows_accounted
from fairness.panels.lenses import lenses
from fairness.panels.panel import Panel
from fairness.panels.strip import headline_panel, metric_strip
from fairness.panels.view import Filter, View
from fairness.panels.where_panels import forest, heat, looked_at, verdict_strip
from fairness.report import compose
from fairness.text import labels, titles
from fairness.text.verdict_words import DECIDED, VERDICTS
from tests.app.conftest import Demo

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dashboard")]

THEME = THEMES["light"]
NUMBER = re.compile(r"(?<![\w.])[−]?\d[\d,]*(?:\.\d+)?")
Query = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def view(demo: Demo) -> View:
    return view_of(open_study(demo.config), ())


@pytest.fixture(scope="module")
def query(demo: Demo) -> Iterable[Query]:
    with duckdb.connect(str(demo.run.warehouse), read_only=True) as con:

        def run(sql: str) -> list[dict[str, Any]]:
            result = con.execute(sql)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

        yield run


@pytest.fixture(scope="module")
def panels(view: View) -> list[Panel]:
    """Every panel of both pages, with each cell opened."""
    overview = [panel for row in rows_of(view) for column in row for panel in column]
    where = [heat(view, None), forest(view, None, narrow=True), *lenses(view)]
    return [*overview, *(panel for panel in where if panel is not None)]


def percent(value: float | None) -> set[str]:
    """Return how a fraction may stand on the page."""
    if value is None:
        return set()
    text = f"{value * 100:,.1f}".replace("-", "−")
    text = "0.0" if text == "−0.0" else text
    return {text, text.removeprefix("−")}


def money(value: object) -> set[str]:
    return set() if value is None else {f"{abs(Decimal(str(value))):,.0f}", f"{abs(Decimal(str(value))):,.2f}"}


def count(value: object) -> set[str]:
    return set() if value is None else {f"{int(str(value)):,}"}


def probability(value: float | None) -> set[str]:
    return set() if value is None else {f"{value:.2f}", f"{value:.3f}", "0.001"}


def of_rows(rows: Iterable[dict[str, Any]], money_of: str) -> set[str]:
    """Return how the numbers of findings may stand on the page, whether they come from JSON or from SQL."""
    found: set[str] = set()
    for row in rows:
        amount = row[money_of] if str(row["unit"]).endswith("/year") else None
        found |= money(amount)
        if amount is None:
            for name in ("estimate", "ci_lower", "ci_upper"):
                found |= percent(row[name])
        for name in ("support_share", "support_money_share", "minimum_detectable_gap"):
            found |= percent(row[name])
        for name in ("n_tenured", "n_new", "n_cells"):
            found |= count(row[name])
        for name in ("p_value", "p_value_adjusted"):
            found |= probability(row[name])
    return found


@pytest.fixture(scope="module")
def in_json(demo: Demo) -> set[str]:
    document = demo.document
    found = of_rows(document["findings"], "estimate")
    for finding in document["findings"]:
        for other in finding["companions"]:
            value = other["estimate"]
            found |= (
                money(value) if isinstance(value, str) else count(value) if isinstance(value, int) else percent(value)
            )
    for month in document["monthly"]:
        found |= percent(month["estimate"]) | percent(month["ci_lower"]) | percent(month["ci_upper"])
        found |= count(month["n_tenured"])
    support, block = document["support"], document["reconciliation"]
    found |= count(support["tenured_customers"]) | count(support["assessable_customers"])
    found |= percent(support["assessable_share"]) | percent(1 - support["assessable_share"])
    found |= percent(support["assessable_money_share"])
    found |= count(support["tenured_customers"] - support["assessable_customers"])
    for item in support["not_compared"]:
        found |= count(item["customers"]) | money(item["money"])
    found |= money(sum(Decimal(item["money"]) for item in support["not_compared"] if item["money"] is not None))
    found |= count(block["rows_in"]) | count(block["rows_accepted"]) | count(block["rows_duplicate"])
    found |= count(sum(block["rows_excluded"].values())) | count(sum(block["rows_rejected"].values()))
    return found | count(block["rows_in"] - block["rows_accepted"])


@pytest.fixture(scope="module")
def by_sql(query: Query) -> set[str]:
    findings = query("from findings")
    found = of_rows(findings, "amount")
    for row in query("from findings_companions"):
        found |= money(row["amount"]) | percent(row["estimate"])
        if row["name"] == "customers_affected":
            found |= count(round(row["estimate"]))
    for row in query("from findings_monthly"):
        found |= (
            percent(row["estimate"]) | percent(row["ci_lower"]) | percent(row["ci_upper"]) | count(row["n_tenured"])
        )
    (row,) = query("""
        with rows as (
            select customer_id, coalesce(offer_ticks > 0, false) as compared
            from price_ledger inner join params on price_ledger.currency = params.currency
            where loyalty_group = 'tenured' and month = as_of_month
            union all
            select customer_id, false from not_compared where loyalty_group = 'tenured'
        ),
        people as (select customer_id, bool_or(compared) as compared from rows group by customer_id)
        select count(*) as n, count(*) filter (where compared) as compared from people""")
    found |= count(row["n"]) | count(row["compared"]) | count(row["n"] - row["compared"])
    found |= percent(row["compared"] / row["n"]) | percent(1 - row["compared"] / row["n"])
    (row,) = query(
        "select sum(paid_offered_ticks) / sum(paid_ticks) as share from cell_coverage where loyalty_group = 'tenured'"
    )
    found |= percent(row["share"])
    (row,) = (
        query("""select (select count(distinct customer_id) from not_compared where loyalty_group = 'tenured') as n,
        sum(amount) as money from findings_support where name = 'not_compared'""")
    )
    found |= count(row["n"]) | money(row["money"])
    for row in query("select value, amount from findings_support where name = 'not_compared'"):
        found |= count(round(row["value"])) | money(row["amount"])
    rows = query("select disposition, sum(n_rows) as n from reconciliation where role = 'billing' group by all")
    sizes = {item["disposition"]: int(item["n"]) for item in rows}
    for n in (*sizes.values(), sum(sizes.values()), sum(sizes.values()) - sizes["accepted"]):
        found |= count(n)
    return found


def texts(panel: Panel) -> list[str]:
    """Return what a panel says: head, figure, table and footer."""
    found = [panel.title, panel.subtitle, *panel.foot]
    if panel.chart is not None:
        found += [annotation.text for annotation in draw(panel.chart, THEME).layout.annotations]
    if panel.table is not None:
        found += [text for row in panel.table.rows for text in row]
    plain = (re.sub(r"<[^>]*>", " ", text) for text in found)
    # Months and levels of confidence are no figures of the study; "of 24 cells" and the like are counted below.
    return [
        re.sub(
            r"\b[A-Z][a-z]{2} 20\d\d\b|\d+(?:\.\d)? % (?:for those|interval)|95 %|within 1 %|3–4|5–9|10\+", " ", text
        )
        for text in plain
    ]


def counted(panel: Panel, view: View) -> set[str]:
    """Return numbers of things that the panel itself lists: cells, groups, months, rows."""
    document = view.document
    cells = view.cell_findings
    decided = [cell for cell in cells if cell["verdict"] in DECIDED]
    tested = [cell for cell in cells if cell["p_value"] is not None]
    sizes = [len(cells), len(decided), len(tested), len(document["monthly"]), *range(7)]
    sizes += [sum(cell["verdict"] == verdict for cell in cells) for verdict in {cell["verdict"] for cell in cells}]
    bands = [item for item in view.primary if item["tenure_band"]]
    sizes.append(sum(item["n_tenured"] for item in bands))
    if panel.key == "worst":
        sizes.append(sum(cell["n_tenured"] for cell in sorted(decided, key=lambda cell: -cell["estimate"])[:5]))
    return {f"{size:,}" for size in sizes}


def test_every_number_of_both_pages_is_in_json_and_sql(
    view: View, panels: list[Panel], in_json: set[str], by_sql: set[str]
) -> None:
    missing = []
    looked_up = 0
    for panel in panels:
        own = counted(panel, view)
        for text in texts(panel):
            for number in NUMBER.findall(text):
                looked_up += 1
                bare = number.removeprefix("−")
                if bare in own or (re.search(r"about|more (?:price|customers)", text) and "." not in bare):
                    continue
                for name, known in (("JSON", in_json), ("SQL", by_sql)):
                    if number not in known:
                        missing.append((panel.key, number, name, text))
    assert not missing, missing
    assert looked_up > 500


def test_every_surface_names_the_number_of_tests_that_p_values_are_corrected_for(
    demo: Demo, view: View, panels: list[Panel], run_cli: Callable[..., Any]
) -> None:
    cells = view.cell_findings
    tested = [cell for cell in cells if cell["p_value"] is not None]
    by_scipy = false_discovery_control([cell["p_value"] for cell in tested], method="bh")
    assert [cell["p_value_adjusted"] for cell in tested] == pytest.approx(list(by_scipy), rel=1e-12)
    assert len(tested) < len(cells), "a cell that cannot be tested must not be counted"
    shown = {panel.key: " ".join((panel.subtitle, *panel.foot)) for panel in panels}
    opened = open_cell(view, labels.scope(tested[0], view.study.order))
    surfaces = {
        "overview": shown["worst"],
        "forest": shown["forest"],
        "where": titles.where_summary(cells, looked_at(view)),
        "cell": " ".join(text for _, text in opened.notes),
        "command line": run_cli("analyze", demo.config).out,
        "snapshot": compose(demo.run).files["snapshot.html"].decode("utf-8"),
    }
    counts = {name: set(re.findall(r"[Aa]djusted for (\d+) test", text)) for name, text in surfaces.items()}
    assert counts == {name: {str(len(tested))} for name in surfaces}


def test_strips_say_what_json_and_sql_say(view: View, in_json: set[str], by_sql: set[str]) -> None:
    for item in [*metric_strip(view), *verdict_strip(view)]:
        numbers = NUMBER.findall(" ".join(item[2:]).replace("Equal within 1 %", ""))
        assert numbers
        for number in numbers:
            if item[0]:
                continue
            assert number in in_json & by_sql, item
    facts = headline_panel(view)
    assert facts.table is not None


def test_cells_by_verdict_are_those_of_json_and_sql(view: View, demo: Demo, query: Query) -> None:
    rows = query("""
        with cells as (
            select cell_key, string_agg(concat(column_name, '=', coalesce(value, 'None')), '|') as name
            from cell_value group by cell_key
        )
        select name, customer_id
        from price_ledger inner join cells using (cell_key)
        where loyalty_group = 'tenured' and offer_ticks > 0 and month = (select as_of_month from params)""")
    holders: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        holders[row["name"]].add(row["customer_id"])
    by_verdict: dict[str, tuple[int, int]] = {}
    for verdict in VERDICTS:
        scopes = query(f"""
            select scope from findings
            where level = 'cell' and estimand = 'offer_gap' and comparator = 'offer' and verdict = '{verdict}'""")
        names = [sorted(f"{name}={value}" for name, value in json.loads(row["scope"]).items()) for row in scopes]
        people = [held for name, held in holders.items() if any(set(parts) <= set(name.split("|")) for parts in names)]
        by_verdict[verdict] = len(scopes), len(set().union(*people))
    (left,) = query("""
        with cells as (
            select cell_key from cell_coverage
            where loyalty_group = 'tenured' group by cell_key having sum(n_offered) = 0
        )
        select count(distinct customer_id) as n from not_compared inner join cells using (cell_key)
        where loyalty_group = 'tenured'""")
    for verdict, _, cells, _, customers in verdict_strip(view):
        n_cells, n_customers = by_verdict.get(verdict, (0, 0))
        if verdict == "not_assessable":
            n_customers = left["n"]
        listed = [f for f in demo.document["findings"] if f["level"] == "cell" and f["estimand"] == "offer_gap"]
        assert n_cells == sum(f["verdict"] == verdict for f in listed)
        assert (cells, customers.split()[0]) == (f"{n_cells:,}", f"{n_customers:,}")


def test_the_sql_of_a_panel_gives_its_table(panels: list[Panel], demo: Demo, query: Query) -> None:
    checked = 0
    for panel in panels:
        if not panel.findings:
            assert query(panel.sql), panel.key
            continue
        rows = {row["finding_id"]: row for row in query(panel.sql)}
        assert panel.table is not None
        for number, text, saved in zip(panel.findings, panel.table.rows, panel.table.csv_rows, strict=True):
            row, finding = rows[number], demo.document["findings"][number - 1]
            assert json.loads(row["scope"]) == finding["scope"]
            for name in ("estimate", "ci_lower", "ci_upper", "n_tenured", "verdict"):
                assert row[name] == finding[name], (panel.key, name)
            if finding["verdict"] == "not_assessable":
                assert text[1] == "–"
                assert saved[1] is None
                continue
            shown = [percent(row[name]) for name in ("estimate", "ci_lower", "ci_upper")]
            numbers = NUMBER.findall(text[1])
            assert all(number in known for number, known in zip(numbers, shown, strict=True)), text
            assert saved[1:4] == (row["estimate"], row["ci_lower"], row["ci_upper"])
            checked += 1
    assert checked > 60


@pytest.mark.parametrize("name", ["Broadband, South, phone", "Mobile, North, online", "Home insurance, North, phone"])
def test_a_cell_shows_the_ledger(view: View, query: Query, name: str) -> None:
    product, region, channel = name.lower().replace("home insurance", "home_insurance").split(", ")
    rows = query(f"""
        select loyalty_group, interval_unit, count(*) as n, median(paid_ticks / quantity) / 10000 as median,
            cast(sum(paid_ticks) as double) / cast(sum(quantity) as double) / 10000 as mean
        from price_ledger, params
        where product_id = '{product}' and lower(region) = '{region}' and lower(channel) = '{channel}'
            and month = as_of_month and loyalty_group in ('new', 'tenured') group by loyalty_group, interval_unit""")
    by_group = {row["loyalty_group"]: row for row in rows}
    table = {row[0]: row[1:] for row in open_cell(view, name).table.rows}
    for position, group in enumerate(("new", "tenured")):
        row = by_group[group]
        assert table["Customers"][position] == f"{row['n']:,}"
        assert table[f"Mean a {row['interval_unit']}"][position] == f"£{row['mean']:,.2f}"
        assert table["Median"][position] == f"£{row['median']:,.2f}"


def test_a_filtered_view_is_the_analysis_of_its_cells(view: View, demo: Demo, query: Query) -> None:
    """A filter by product gives what the lens on that product says, and its SQL the same estimate."""
    product = view_of(view.study, (Filter("product_id", ("broadband",)),))
    lens = next(item for item in demo.document["findings"] if item["scope"] == {"product_id": "broadband"})
    assert (product.head["estimate"], product.head["n_tenured"]) == (lens["estimate"], lens["n_tenured"])
    (row,) = query(headline_panel(product).sql)
    assert row["estimate"] == pytest.approx(product.head["estimate"], rel=1e-12)
    assert row["n_observations"] == product.head["n_observations"]
    (row,) = query("""
        select count(distinct customer_id) as n from price_ledger, params
        where product_id = 'broadband' and month = as_of_month and loyalty_group = 'tenured' and offer_ticks > 0""")
    assert row["n"] == product.head["n_tenured"]
    published = {id(cell) for cell in view.cell_findings}
    assert all(id(cell) in published for cell in product.cell_findings)
    left = left_out(product)
    (row,) = query("""
        select count(distinct customer_id) as n
        from not_compared inner join cell_value using (cell_key)
        where loyalty_group = 'tenured' and column_name = 'product_id' and value = 'broadband'""")
    assert left.title == f"{row['n']} customers could not be compared"
    assert rows_accounted(product).table == rows_accounted(view).table


def test_without_a_filter_the_view_is_the_published_document(view: View, demo: Demo) -> None:
    assert view.document.data == demo.document
