"""The panels of the page *Where*: cells as a heat map and as a forest plot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from fairness.charts.chart_spec import MOST_ROOMY, HeatMap, IntervalRows, Row, Tile
from fairness.findings.document import Finding
from fairness.panels import html, people, queries
from fairness.panels.panel import (
    Panel,
    findings_table,
    hover,
    in_words,
    plot_row,
    published,
    published_sql,
    source_line,
)
from fairness.panels.view import View, query
from fairness.text import codes, labels, numbers, panel_words, screen, sentences, titles
from fairness.text.escape import NOTHING, Html
from fairness.text.verdict_words import DECIDED, VERDICTS

MOST_ROWS = 40
_MOST_TILES = 8
_MOST_DOWN, _MOST_DOWN_ROWS, _MOST_TALL = 2, 16, 10
_LINE = 38
"""Characters of a cell's name per line of the forest plot."""


def verdict_strip(view: View) -> list[tuple[str, str, str, str, str]]:
    """Return cells and tenured customers by verdict."""
    left_out = uncompared(view)
    items = []
    for verdict in VERDICTS:
        name = sentences.verdict_label(verdict, margin=view.document.margin)
        cells = [cell for cell in view.cell_findings if cell.verdict == verdict]
        if verdict == "not_assessable":
            n = sum(cell.n_not_compared or left_out[_key(cell)][0] for cell in cells)
        else:
            n = people.compared(view, cells)
        items.append(
            (
                verdict,
                f"{name[:1].upper()}{name[1:]}",
                numbers.count(len(cells)),
                "cell" if len(cells) == 1 else "cells",
                numbers.many(n, "customer"),
            )
        )
    return items


def _people(view: View, cells: list[Finding]) -> str:
    """Return how many tenured customers are compared in cells."""
    return numbers.many(people.compared(view, cells), "tenured customer")


Left = dict[frozenset[tuple[str, str | None]], tuple[int, str]]
"""For each cell's scope, its tenured customers and why most of them cannot be compared."""


def uncompared(view: View) -> Left:
    """Return who is in the cells that cannot be assessed, and why."""
    cells = [cell for cell in view.cell_findings if cell.verdict == "not_assessable" or cell.estimate is None]
    if not cells:
        return {}
    by_key = {
        str(key): (int(n or 0), int(n_new or 0)) for key, n, n_new in query(view.study.run, queries.CELL_SIZES)[1]
    }
    reasons: dict[str, str] = {}
    if cells[0].estimand == "offer_gap":
        for key, reason, _ in query(view.study.run, queries.CELL_REASONS)[1]:
            reasons.setdefault(str(key), str(reason))
    found = {}
    for cell in cells:
        key = cell_key(view, cell)
        customers, n_new = by_key.get(key, (0, 0))
        missing = "too_few_customers" if n_new else "no_new_customers"
        known = cell.verdict_reason if cell.verdict_reason != "no_comparable_cell" else missing
        found[_key(cell)] = customers, reasons.get(key, known)
    return found


def why_not(view: View, cell: Finding) -> str:
    """Return the code of the reason why a cell cannot be assessed."""
    return uncompared(view).get(_key(cell), (0, cell.verdict_reason))[1]


def cell_key(view: View, cell: Finding) -> str:
    """Return the key of the cell that a finding is about."""
    scope = cell.scope
    return next(
        key
        for key, values in view.study.cells.items()
        if all(values.get(name) == value for name, value in scope.items())
    )


def _key(cell: Finding) -> frozenset[tuple[str, str | None]]:
    return frozenset(cell.scope.items())


def heat(view: View, chosen: str | None) -> Panel | None:
    """Return the heat map: one cell column across, the others down."""
    cells = view.cell_findings
    columns = [name for name in view.study.columns if any(name in cell.scope for cell in cells)]
    varying = [name for name in columns if len({cell.scope[name] for cell in cells}) > 1]
    if len(cells) < 2 or not varying:
        return None
    across = _across(cells, varying)
    down = [name for name in varying if name != across]
    groups: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for cell in cells:
        row = labels.parts({name: cell.scope[name] for name in down}, columns)
        groups[tuple(row)].append(cell)
    listed, rest = _rows_of(groups)
    # With more columns, the labels would take more room than the map.
    if len(down) > _MOST_DOWN or not listed:
        return None
    values = _in_order(view, across, [cell for _, members in listed for cell in members])
    reasons = uncompared(view)
    tiles = [
        _tile(view, cell, (number, values.index(cell.scope[across])), chosen, reasons)
        for number, (_, members) in enumerate(listed)
        for cell in members
    ]
    order = view.study.order
    shown = [cell for _, members in listed for cell in members]
    names = labels.values(values)
    heads = [(group[0], ", ".join(group[1:])) if group else ("All", "") for group, _ in listed]
    # About as tall as the forest plot beside it.
    drawn = sum(cell.verdict != "not_assessable" for cell in shown)
    height = 44 if len(listed) > _MOST_TALL else max(46, min(84, (24 * drawn + 90) // len(listed)))
    left = min(190, max(80, int(6.2 * max(len(line) for label in heads for line in label)) + 10))
    return Panel(
        key="heat",
        title=titles.heat_title(shown, columns, order),
        subtitle=f"{labels.gap_name(view.study.document['headline'])} by "
        f"{numbers.listed(labels.column(name).lower() for name in [*down, across])}, "
        f"%{' with interval' if len(values) <= MOST_ROOMY else ''}{rest}",
        chart=HeatMap(tiles, heads, [names[value] for value in values], left=left, tile_height=height),
        body=_legend(shown),
        table=findings_table(view, cells, lambda cell: labels.scope(cell, order), "Cell"),
        sql=published_sql(view, cells),
        foot=(
            panel_words.click_to_open(_people(view, shown), sum(bool(cell.n_tenured) for cell in shown)),
            source_line(view),
        ),
        alt=in_words(shown, lambda cell: labels.scope(cell, order)),
        findings=published(view, cells),
    )


def _rows_of(groups: dict[tuple[str, ...], list[Finding]]) -> tuple[list[tuple[tuple[str, ...], list[Finding]]], str]:
    """Return the rows that have anything to show, the largest where there are many, and a note on those left out."""
    telling = [item for item in groups.items() if any(cell.verdict != "not_assessable" for cell in item[1])]
    # Where rows are few, all are shown: what cannot be assessed has its place in the picture.
    if len(groups) <= _MOST_DOWN_ROWS:
        telling = list(groups.items())
    largest = sorted(telling, key=lambda item: -sum(cell.n_tenured or 0 for cell in item[1]))[:_MOST_DOWN_ROWS]
    listed = [item for item in telling if item in largest]
    if len(listed) == len(groups):
        return listed, ""
    return listed, panel_words.most_customers(len(listed), len(groups))


def _across(cells: Sequence[Finding], columns: Sequence[str]) -> str:
    """Return the column that goes across: the one with the most values that fit."""
    sizes = {name: len({cell.scope[name] for cell in cells}) for name in columns}
    fitting = [name for name in columns if sizes[name] <= _MOST_TILES] or [min(columns, key=lambda name: sizes[name])]
    # Among equals, prefer a later one: the product reads best down the side.
    return max(fitting, key=lambda name: (sizes[name], name != columns[0], -columns.index(name)))


def _in_order(view: View, column: str, cells: Sequence[Finding]) -> list[str | None]:
    present = {cell.scope[column] for cell in cells}
    return [value for value in view.study.options(column) if value in present]


def _tile(view: View, cell: Finding, place: tuple[int, int], chosen: str | None, reasons: Left) -> Tile:
    name = labels.scope(cell, view.study.order)
    known = cell.verdict != "not_assessable" and cell.estimate is not None and cell.ci_lower is not None
    if known:
        gap = sentences.gap(cell)
        figure, _, interval = gap.partition(" % (")
        lines: tuple[str, ...] = (figure, interval.removesuffix(")"))
    else:
        lines = (codes.short_reason(reasons[_key(cell)][1] if _key(cell) in reasons else cell.verdict_reason),)
    return Tile(
        *place,
        cell.estimate if known else None,
        cell.verdict or "",
        lines,
        name,
        hover(cell, name, view),
        chosen=name == chosen,
    )


def _legend(cells: Sequence[Finding]) -> Html:
    """Return the key of the heat map: the ends of its scale, and what hatching means where there is any."""
    known = [abs(cell.estimate) for cell in cells if cell.estimate is not None]
    largest = numbers.percent(max(known, default=0.0))
    verdicts = {cell.verdict for cell in cells}
    hatched = [
        Html('<span><i class="mark {}"></i>{}</span>').format(kind, text)
        for verdict, kind, text in (
            ("inconclusive", "undecided", "cannot tell yet"),
            ("not_assessable", "not_assessable", "cannot be assessed"),
        )
        if verdict in verdicts
    ]
    return Html('<div class="scalebar"><span>−{largest}<i class="ramp"></i>{largest}</span>{hatched}</div>').format(
        largest=largest, hatched=Html().join(hatched)
    )


def forest(view: View, chosen: str | None, *, narrow: bool) -> Panel | None:
    """Return the cells as a forest plot: the decided by size, the undecided below, the others with their reasons.

    Args:
        view: What the filters leave.
        chosen: Name of the open cell.
        narrow: Whether the plot has half the page, beside the heat map.
    """
    cells = view.cell_findings
    if not cells:
        return None
    order = view.study.order

    def name(cell: Finding) -> str:
        return labels.scope(cell, order)

    decided, undecided, left_out = in_order(cells)
    drawn = [*decided, *undecided]
    line = _LINE if narrow else 88

    def row(cell: Finding) -> Row:
        return _forest_row(view, cell, name(cell), chosen, line)

    rows = ends_of(decided, row, "cell")
    if undecided:
        rows.append(Row(panel_words.OPEN, height=26, section=True))
        rows += ends_of(undecided, row, "cell")
    longest = max((len(part) for row in rows if not row.section for part in row.label.split("\n")), default=10)
    return Panel(
        key="forest",
        title=titles.forest_title(cells),
        subtitle=f"{labels.gap_name(view.study.document['headline'])}, with {screen.intervals(view.document, drawn)}. "
        f"Grey band: {sentences.margin(view.document)}",
        chart=IntervalRows(
            rows,
            margin=float(view.document["study"]["margin"]),
            band_name="",
            left=min(240 if narrow else 560, max(110, int(longest * 6.1))),
            columns=(54, 0),
            head=(_cell_head(view), "Gap (interval)", "Adj. p"),
            gap=12,
            most_ticks=4,
        )
        if rows
        else None,
        body=_not_assessed(view, left_out),
        table=findings_table(view, [*decided, *undecided, *left_out], name, "Cell", adjusted=True),
        sql=published_sql(view, cells),
        foot=(
            f"Adj. p: {_corrected(view)}",
            f"{_people(view, drawn)}. {source_line(view)}",
        ),
        alt=in_words([*decided, *undecided], name),
        findings=published(view, [*decided, *undecided, *left_out]),
    )


def in_order(cells: Sequence[Finding]) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """Return the decided cells by size, the undecided by size, and those that cannot be assessed."""
    drawn = [cell for cell in cells if cell.estimate is not None and cell.verdict != "not_assessable"]
    by_size = sorted(drawn, key=lambda cell: -cell.gap)
    decided = [cell for cell in by_size if cell.verdict in DECIDED]
    undecided = [cell for cell in by_size if cell.verdict not in DECIDED]
    return (
        decided,
        undecided,
        [cell for cell in cells if cell.verdict == "not_assessable" or cell.estimate is None],
    )


def _corrected(view: View) -> str:
    text = screen.correction(view.study.config.inference.correction, looked_at(view))
    return text[:1].lower() + text[1:]


def ends_of(findings: Sequence[Finding], row: Callable[[Finding], Row], what: str) -> list[Row]:
    """Return the rows of findings in order; of many, those at both ends, with a note on those between."""
    if len(findings) <= MOST_ROWS:
        return [row(finding) for finding in findings]
    half = MOST_ROWS // 2
    left_out = Row(screen.between(len(findings) - 2 * half, what), height=26, section=True)
    return [*map(row, findings[:half]), left_out, *map(row, findings[-half:])]


def looked_at(view: View) -> int:
    """Return for how many cells the verdicts of cells are adjusted: all tested ones in the study, shown or not."""
    cells = view.cell_findings
    return view.study.document.looked_at(cells[0].family) if cells else 0


def _cell_head(view: View) -> str:
    names = [labels.column(name) for name in view.study.columns]
    return ", ".join(names) if len(names) <= 3 else "Cell"


def needs_width(view: View) -> bool:
    """Return whether names of cells are too long for half a page."""
    return any(len(labels.scope(cell, view.study.order)) > 2 * _LINE for cell in view.cell_findings)


def _forest_row(view: View, cell: Finding, name: str, chosen: str | None, line: int) -> Row:
    decides = sentences.still_needed(cell) if cell.verdict == "inconclusive" else ""
    return plot_row(
        cell,
        name,
        view,
        width=line,
        height=38 if decides else 24,
        key=name,
        strong=name == chosen,
        right=(sentences.gap(cell), numbers.p_value(cell.p_value_adjusted)),
        under=decides,
    )


def _not_assessed(view: View, cells: Sequence[Finding]) -> Html:
    """Return the cells that cannot be assessed with their reasons, grouped by reason where there are many."""
    if not cells:
        return NOTHING
    left_out = uncompared(view)
    if len(cells) <= _MOST_TILES:
        lines = [
            (labels.scope(cell, view.study.order), _why(left_out[_key(cell)][1], left_out[_key(cell)][0]))
            for cell in cells
        ]
    else:
        by_reason: dict[str, list[int]] = defaultdict(list)
        for cell in cells:
            n, code = left_out[_key(cell)]
            by_reason[code].append(n)
        lines = [
            (numbers.many(len(sizes), "cell"), _why(code, sum(sizes))) for code, sizes in sorted(by_reason.items())
        ]
    return html.plain_table(("Cannot be assessed", "Why"), lines)


def _why(code: str, customers: int) -> str:
    return f"{codes.reason(code)} ({numbers.many(customers, 'customer')})"
