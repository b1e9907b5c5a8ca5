"""HTML of the page's texts, one small helper each; everything that comes from data is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairness.text import screen
from fairness.text.about import About
from fairness.text.escape import NOTHING, Html, csv_line, html_carried


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
    r"""Return a table as CSV; the last columns say in every row what it is about.

    Text that a spreadsheet would take for a formula is marked as text.

    Example:
        >>> about = About("Larkspur", "2025-12", "Dec 2025", "offer", "whole book", "0123456789ab")
        >>> print(csv_text(Table((), (), ("Cell", "Gap"), (("=1+1", 0.034),)), about).replace("\r\n", ";"))
        Cell,Gap,study,as_of,compared_with,filters,build;'=1+1,0.034,Larkspur,2025-12,offer,whole book,0123456789ab;
    """
    said = about.columns()
    lines = [(*table.csv_head, *said), *((*row, *said.values()) for row in table.csv_rows)]
    return "".join(f"{csv_line(line)}\r\n" for line in lines)


def headline(page: str, right: str, before: str, stress: str, after: str, *, tone: str) -> Html:
    """Return the line above and the headline, its figure in the colour of the verdict."""
    figure = Html('<em class="{}">{}</em>').format(tone, stress) if stress else ""
    return Html('<div class="eye"><b>{page}</b><span>{right}</span></div><h1>{before}{figure}{after}</h1>').format(
        page=page, right=right, before=before, figure=figure, after=after
    )


def warning(text: str, meaning: str, number: str) -> Html:
    """Return a warning beside the headline with a link to what it means; ``number`` tells it from others."""
    return Html(
        '<div class="warn"><i class="sign" aria-hidden="true"></i><span>{text} {opener}</span></div>{popover}'
    ).format(
        text=text,
        opener=opener("What this means", f"meaning-{number}"),
        popover=popover(f"meaning-{number}", Html("<p>{}</p>").format(meaning), label="What this means"),
    )


def note(text: str) -> Html:
    """Return a plain line under the headline."""
    return Html('<div class="warn plain"><span>{}</span></div>').format(text)


def strip(items: Iterable[tuple[str, str, str, str, str]], *, kind: str = "") -> Html:
    """Return the metric strip: (symbol, name, figure, unit, second line) each."""
    cells = Html().join(
        Html(
            '<div><div class="k">{symbol}{name}</div><div class="v">{figure} <small>{unit}</small></div>'
            '<div class="s">{second}</div></div>'
        ).format(symbol=_symbol(symbol), name=name, figure=figure, unit=unit, second=second)
        for symbol, name, figure, unit, second in items
    )
    return Html('<div class="strip {}">{}</div>').format(kind, cells)


def _symbol(verdict: str) -> Html:
    return Html('<i class="mark {}" aria-hidden="true"></i>').format(verdict) if verdict else NOTHING


def panel_head(title: str, subtitle: str) -> Html:
    """Return title and subtitle of a panel."""
    return Html('<div class="ph"><h2>{}</h2><p class="sub">{}</p></div>').format(title, subtitle)


def panel_foot(
    key: str,
    lines: Sequence[str],
    table: Table | None,
    sql: str,
    about: About,
    *,
    image: bool,
    more: Html = NOTHING,
    sql_how: str = "",
    sentence: str = "",
) -> Html:
    """Return the footer of a panel: what it rests on, and links to table, SQL, image and its sentence."""
    links, overlays = list[Html](), list[Html]()
    if sentence:
        copy = Html('<button type="button" class="lk" data-copy="{}">{}</button>')
        links.append(copy.format(sentence, screen.COPY))
    if table is not None:
        links.append(opener("Table", f"table-{key}"))
        overlays.append(popover(f"table-{key}", table_html(table, about, name=key), label="Table"))
    if sql:
        links.append(opener("SQL", f"sql-{key}"))
        overlays.append(popover(f"sql-{key}", sql_html(sql, sql_how), label="SQL"))
    if image:
        links.append(
            Html(
                '<button type="button" class="lk" data-image="{key}" data-name="{name}" data-about="{line}">'
                "Image</button>"
            ).format(key=key, name=about.file(key, "png"), line=about.line())
        )
    text = Html("<br>").join(lines)
    return Html('<div class="pf"><span>{text}{more}</span><span class="l">{links}</span></div>{overlays}').format(
        text=text, more=more, links=Html().join(links), overlays=Html().join(overlays)
    )


def opener(text: str, target: str) -> Html:
    """Return a link that opens an overlay."""
    return Html('<button type="button" class="lk" popovertarget="{}">{}</button>').format(target, text)


def popover(name: str, content: Html, *, label: str) -> Html:
    """Return an overlay that the browser itself opens and closes: with Escape, or a click elsewhere."""
    return Html(
        '<div popover id="{name}" class="over" role="dialog" aria-label="{label}">'
        '<button type="button" class="lk close" popovertarget="{name}" popovertargetaction="hide">Close</button>'
        "{content}</div>"
    ).format(name=name, label=label, content=content)


def table_html(table: Table, about: About, *, name: str) -> Html:
    """Return a table with a link that saves it as CSV."""
    head = Html().join(Html("<th>{}</th>").format(text) for text in table.head)
    return Html(
        '<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        '<button type="button" class="lk" data-csv="{carried}" data-name="{file}">Download CSV</button>'
    ).format(
        head=head,
        body=Html().join(_row(row) for row in table.rows),
        carried=html_carried(csv_text(table, about)),
        file=about.file(name, "csv"),
    )


def _row(cells: Sequence[str], *, total: bool = False) -> Html:
    row = Html('<tr class="total">{}</tr>') if total else Html("<tr>{}</tr>")
    return row.format(Html().join(Html("<td>{}</td>").format(text) for text in cells))


def sql_html(sql: str, how: str = "") -> Html:
    """Return a query with how to run it, unless in the usual way, and a link that copies it."""
    usual = Html('Runs on the published tables: <code>fairness sql "…"</code>, or DuckDB on the file analyst.duckdb.')
    return Html(
        '<p>{how}</p><pre>{sql}</pre><button type="button" class="lk" data-copy="{carried}">Copy SQL</button>'
    ).format(how=how or usual, sql=sql, carried=html_carried(sql))


def bar(shares: Sequence[tuple[float, str, str]]) -> Html:
    """Return a divided bar: (share, class, label) of each part."""
    parts = Html().join(
        Html('<i class="{}" style="flex-grow:{:.6f}"></i>').format(kind, share) for share, kind, _ in shares
    )
    labels = Html().join(Html("<span>{}</span>").format(label) for _, _, label in shares)
    return Html('<div class="bar">{}</div><div class="barl">{}</div>').format(parts, labels)


def framed(name: str, page: str, *, label: str) -> Html:
    """Return a link that opens a separate page over this one.

    Args:
        name: Name of the overlay.
        page: The page in base64: as text it would not pass the cleaning of what goes into a page.
        label: What the link says.
    """
    frame = Html('<div class="framed" data-frame="{}"></div>').format(page)
    return opener(label, name) + popover(name, frame, label=label)


def plain_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, total: bool = False, kind: str = "") -> Html:
    """Return a small table that is part of a panel; the last row may be the total."""
    first = Html().join(Html("<th>{}</th>").format(text) for text in head)
    body = Html().join(_row(row, total=total and number == len(rows) - 1) for number, row in enumerate(rows))
    return Html('<table class="{kind}"><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table>').format(
        kind=f"in {kind}".strip(), first=first, body=body
    )


_MANY = 5
"""Columns beyond which a phone shows a table without its bars."""

BarRow = tuple[str, float, tuple[str, ...]] | tuple[str, float, tuple[str, ...], tuple[str, ...]]
"""A row of a table with bars: its name, the share that the bar fills, the texts after it, and those before it."""


def bar_numbers(
    head: Sequence[str], rows: Sequence[BarRow], csv_head: tuple[str, ...], csv_rows: Sequence[tuple[object, ...]]
) -> Table:
    """Return the table behind one with bars: the same texts without them, and the numbers for a file."""
    texts = tuple((row[0], *(row[3] if len(row) == 4 else ()), *row[2]) for row in rows)
    return Table(tuple(name for name in head if name), texts, csv_head, tuple(csv_rows))


def bar_table(head: Sequence[str], rows: Sequence[BarRow]) -> Html:
    """Return a table in which each row has a bar, under the heading that is empty."""
    first = Html().join(Html("<th>{}</th>").format(text) if text else Html('<th class="b"></th>') for text in head)
    body = Html().join(_bar_row(row) for row in rows)
    kind = "in bars many" if len(head) > _MANY else "in bars"
    table = Html('<table class="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>')
    return scrolled(table.format(kind, first, body))


def _bar_row(row: BarRow) -> Html:
    cell = Html("<td>{}</td>")
    before = Html().join(cell.format(text) for text in (row[3] if len(row) == 4 else ()))
    after = Html().join(cell.format(text) for text in row[2])
    return Html('<tr><td>{}</td>{}<td class="b"><i style="width:{:.1f}%"></i></td>{}</tr>').format(
        row[0], before, 100 * row[1], after
    )


def scrolled(table: Html) -> Html:
    """Return a table that scrolls by itself where it is wider than its place."""
    return Html('<div class="scroll">{}</div>').format(table)
