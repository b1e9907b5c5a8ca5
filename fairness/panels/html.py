"""HTML of the page's texts, one small helper each; everything that comes from data is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairness.text import screen
from fairness.text.about import About
from fairness.text.escape import csv_line, html_carried, html_text


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a figure as text.

    Attributes:
        head: Column headings; the first column names the row.
        rows: Cells as they are read.
        csv_head, csv_rows: The same rows for a file: numbers at full precision.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    csv_head: tuple[str, ...]
    csv_rows: tuple[tuple[object, ...], ...]


def csv_text(table: Table, about: About) -> str:
    r"""Return a table as CSV; the last columns say in every row what it is of.

    Text that a spreadsheet would take for a formula is marked as text.

    Example:
        >>> about = About("Larkspur", "2025-12", "Dec 2025", "offer", "whole book", "0123456789ab")
        >>> print(csv_text(Table((), (), ("Cell", "Gap"), (("=1+1", 0.034),)), about).replace("\r\n", ";"))
        Cell,Gap,study,as_of,compared_with,filters,build;'=1+1,0.034,Larkspur,2025-12,offer,whole book,0123456789ab;
    """
    said = about.columns()
    lines = [(*table.csv_head, *said), *((*row, *said.values()) for row in table.csv_rows)]
    return "".join(f"{csv_line(line)}\r\n" for line in lines)


def headline(page: str, right: str, before: str, stress: str, after: str, *, tone: str) -> str:
    """Return the line above and the headline, its figure in the colour of the verdict."""
    figure = f'<em class="{tone}">{html_text(stress)}</em>' if stress else ""
    return (
        f'<div class="eye"><b>{html_text(page)}</b><span>{html_text(right)}</span></div>'
        f"<h1>{html_text(before)}{figure}{html_text(after)}</h1>"
    )


def warning(text: str, meaning: str, number: str) -> str:
    """Return a warning beside the headline with a link to what it means; ``number`` tells it from others."""
    return (
        f'<div class="warn"><i class="sign" aria-hidden="true"></i><span>{html_text(text)} '
        f"{opener('What this means', f'meaning-{number}')}</span></div>"
        f"{popover(f'meaning-{number}', f'<p>{html_text(meaning)}</p>', label='What this means')}"
    )


def note(text: str) -> str:
    """Return a plain line under the headline."""
    return f'<div class="warn plain"><span>{html_text(text)}</span></div>'


def strip(items: Iterable[tuple[str, str, str, str, str]], *, kind: str = "") -> str:
    """Return the metric strip: (symbol, name, figure, unit, second line) each."""
    cells = "".join(
        f'<div><div class="k">{_symbol(symbol)}{html_text(name)}</div>'
        f'<div class="v">{html_text(figure)} <small>{html_text(unit)}</small></div>'
        f'<div class="s">{html_text(second)}</div></div>'
        for symbol, name, figure, unit, second in items
    )
    return f'<div class="strip {kind}">{cells}</div>'


def _symbol(verdict: str) -> str:
    return f'<i class="mark {verdict}" aria-hidden="true"></i>' if verdict else ""


def panel_head(title: str, subtitle: str) -> str:
    """Return title and subtitle of a panel."""
    return f'<div class="ph"><h2>{html_text(title)}</h2><p class="sub">{html_text(subtitle)}</p></div>'


def panel_foot(
    key: str,
    lines: Sequence[str],
    table: Table | None,
    sql: str,
    about: About,
    *,
    image: bool,
    more: str = "",
    sql_how: str = "",
    sentence: str = "",
) -> str:
    """Return the footer of a panel: what it rests on, and links to table, SQL, image and its sentence."""
    links, overlays = [], []
    if sentence:
        text = html_text(screen.COPY)
        links.append(f'<button type="button" class="lk" data-copy="{html_text(sentence)}">{text}</button>')
    if table is not None:
        links.append(opener("Table", f"table-{key}"))
        overlays.append(popover(f"table-{key}", table_html(table, about, name=key), label="Table"))
    if sql:
        links.append(opener("SQL", f"sql-{key}"))
        overlays.append(popover(f"sql-{key}", sql_html(sql, sql_how), label="SQL"))
    if image:
        name, line = html_text(about.file(key, "png")), html_text(about.line())
        links.append(
            f'<button type="button" class="lk" data-image="{html_text(key)}" data-name="{name}" '
            f'data-about="{line}">Image</button>'
        )
    text = "<br>".join(html_text(line) for line in lines)
    return f'<div class="pf"><span>{text}{more}</span><span class="l">{"".join(links)}</span></div>{"".join(overlays)}'


def opener(text: str, target: str) -> str:
    """Return a link that opens an overlay."""
    return f'<button type="button" class="lk" popovertarget="{html_text(target)}">{html_text(text)}</button>'


def popover(name: str, content: str, *, label: str) -> str:
    """Return an overlay that the browser itself opens and closes: with Escape, or a click elsewhere."""
    name, label = html_text(name), html_text(label)
    hide = f'popovertarget="{name}" popovertargetaction="hide"'
    close = f'<button type="button" class="lk close" {hide}>Close</button>'
    return f'<div popover id="{name}" class="over" role="dialog" aria-label="{label}">{close}{content}</div>'


def table_html(table: Table, about: About, *, name: str) -> str:
    """Return a table with a link that saves it as CSV."""
    head = "".join(f"<th>{html_text(text)}</th>" for text in table.head)
    body = "".join("<tr>" + "".join(f"<td>{html_text(text)}</td>" for text in row) + "</tr>" for row in table.rows)
    file = f'data-csv="{html_carried(csv_text(table, about))}" data-name="{html_text(about.file(name, "csv"))}"'
    button = f'<button type="button" class="lk" {file}>Download CSV</button>'
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{button}'


def sql_html(sql: str, how: str = "") -> str:
    """Return a query with how it is run, unless as most are, and a link that copies it."""
    usual = 'Runs on the published tables: <code>fairness sql "…"</code>, or DuckDB on the file analyst.duckdb.'
    return (
        f"<p>{html_text(how) or usual}</p>"
        f'<pre>{html_text(sql)}</pre><button type="button" class="lk" data-copy="{html_carried(sql)}">Copy SQL</button>'
    )


def bar(shares: Sequence[tuple[float, str, str]]) -> str:
    """Return a divided bar: (share, class, label) of each part."""
    parts = "".join(f'<i class="{kind}" style="flex-grow:{share:.6f}"></i>' for share, kind, _ in shares)
    labels = "".join(f"<span>{html_text(label)}</span>" for _, _, label in shares)
    return f'<div class="bar">{parts}</div><div class="barl">{labels}</div>'


def framed(name: str, page: str, *, label: str) -> str:
    """Return a link that opens a page of its own over this one.

    Args:
        name: Of the overlay.
        page: The page in base64: as text it would not pass the cleaning of what goes into a page.
        label: What the link says.
    """
    return f'{opener(label, name)}{popover(name, f"""<div class="framed" data-frame="{page}"></div>""", label=label)}'


def plain_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, total: bool = False, kind: str = "") -> str:
    """Return a small table that is part of a panel; the last row may be the total."""
    first = "".join(f"<th>{html_text(text)}</th>" for text in head)
    body = ""
    for number, row in enumerate(rows):
        last = ' class="total"' if total and number == len(rows) - 1 else ""
        body += f"<tr{last}>" + "".join(f"<td>{html_text(text)}</td>" for text in row) + "</tr>"
    return f'<table class="{f"in {kind}".strip()}"><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table>'
