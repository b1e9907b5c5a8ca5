"""The findings as text to paste: Markdown for wikis and tickets, LaTeX for papers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from fairness.findings.document import Data, Document, Finding
from fairness.text import labels, method_page, numbers, sentences, snapshot
from fairness.text.escape import terminal_text
from fairness.text.rejections import rejected_lines

Table = tuple[str, list[tuple[str, ...]]]

_WORST_CELLS = 5
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")
_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "−": "$-$",
    "–": "--",
    "£": r"\pounds{}",
    "€": r"\texteuro{}",
    "’": "'",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def to_markdown(document: Document, settings: Data) -> str:
    """Return the findings as Markdown, with tables in GitHub's form.

    Args:
        document: A findings document.
        settings: The study's settings, as the run keeps them.
    """
    lines = [f"> {_md(text)}\n" for text in rejected_lines(document)]
    lines += [f"# {_md(sentences.headline(document))}", "", _md(_about(document, settings)), ""]
    lines += [f"> {_md(text)}\n" for text in snapshot.warning_lines(document, settings)]
    for title, (head, *rows) in _tables(document, settings):
        lines += [f"## {_md(title)}", "", _md_row(head), "|---" + "|---:" * (len(head) - 1) + "|"]
        lines += [*map(_md_row, rows), ""]
    lines += [f"- {_md(text)}" for text in _left_out(document)]
    return "\n".join(lines).rstrip() + "\n"


def to_tex(document: Document, settings: Data) -> str:
    r"""Return the findings as LaTeX, to be read by ``\input``; it needs no package."""
    lines = [f"\\emph{{{_tex(text)}}}\n" for text in rejected_lines(document)]
    lines += [f"\\section*{{{_tex(sentences.headline(document))}}}", f"{_tex(_about(document, settings))}", ""]
    lines += [f"\\emph{{{_tex(text)}}}\n" for text in snapshot.warning_lines(document, settings)]
    for title, (head, *rows) in _tables(document, settings):
        lines += [f"\\subsection*{{{_tex(title)}}}", f"\\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}", "\\hline"]
        lines += [_tex_row(head), "\\hline", *map(_tex_row, rows), "\\hline", "\\end{tabular}", ""]
    lines += [f"\\par {_tex(text)}" for text in _left_out(document)]
    return "\n".join(lines).rstrip() + "\n"


def _about(document: Document, settings: Data) -> str:
    parts = [document.name, numbers.month(document.as_of), snapshot.comparator(document, settings)]
    return (
        f"{' · '.join(parts)}. {snapshot.filters(settings)}. {snapshot.build(document)}. {snapshot.certainty(document)}"
    )


def _tables(document: Document, settings: Data) -> Iterator[Table]:
    order = [*settings["like_for_like"]["cell"], *settings["lenses"]["by"]]
    yield method_page.table_title(), _rows(document, document.whole(), sentences.estimand)
    bands = document.bands()
    if len(bands) > 1:
        yield method_page.BY_TENURE, _rows(document, bands, lambda item: labels.band_name(str(item.tenure_band)))
    cells = [item for item in document.cells() if item.verdict == "penalty"]
    if cells:
        worst = sorted(cells, key=lambda item: -item.gap)[:_WORST_CELLS]
        yield method_page.worst_title(len(worst)), _rows(document, worst, lambda item: labels.scope(item, order))


def _rows(document: Document, findings: Sequence[Finding], name: Callable[[Finding], str]) -> list[tuple[str, ...]]:
    margin, currency = document.margin, document.currency
    rows: list[tuple[str, ...]] = [method_page.TABLE_COLUMNS]
    for finding in findings:
        gap = sentences.gap(finding) if finding.amount is None else snapshot.a_year(finding.amount, currency)
        verdict, chance = sentences.verdict(finding, margin=margin) or "–", numbers.p_value(finding.p_value)
        rows.append((name(finding), gap, verdict, chance, numbers.count(finding.n_tenured)))
    return rows


def _left_out(document: Document) -> list[str]:
    currency = document.currency
    return [snapshot.left_out(item, currency) for item in document.support["not_compared"]]


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", terminal_text(text))


def _md_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_md, cells))} |"


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in terminal_text(text))


def _tex_row(cells: Sequence[str]) -> str:
    return f"{' & '.join(map(_tex, cells))} \\\\"
