"""The findings as a text to paste: Markdown for wikis and tickets, LaTeX for papers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fairness import captions, caveats, prose, words
from fairness.escape import terminal_text

Data = Mapping[str, Any]
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


def to_markdown(document: Data, settings: Data) -> str:
    """Return the findings as Markdown, tables in the form of GitHub.

    Args:
        document: A findings document.
        settings: The study's settings, as the run keeps them.
    """
    lines = [f"# {_md(words.headline(document))}", "", _md(_about(document, settings)), ""]
    lines += [f"> {_md(text)}\n" for text in prose.warning_lines(document, settings)]
    for title, (head, *rows) in _tables(document, settings):
        lines += [f"## {_md(title)}", "", _md_row(head), "|---" + "|---:" * (len(head) - 1) + "|"]
        lines += [*map(_md_row, rows), ""]
    lines += [f"- {_md(text)}" for text in _left_out(document)]
    return "\n".join(lines).rstrip() + "\n"


def to_tex(document: Data, settings: Data) -> str:
    r"""Return the findings as LaTeX, to be read by ``\input``; it needs no package."""
    lines = [f"\\section*{{{_tex(words.headline(document))}}}", f"{_tex(_about(document, settings))}", ""]
    lines += [f"\\emph{{{_tex(text)}}}\n" for text in prose.warning_lines(document, settings)]
    for title, (head, *rows) in _tables(document, settings):
        lines += [f"\\subsection*{{{_tex(title)}}}", f"\\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}", "\\hline"]
        lines += [_tex_row(head), "\\hline", *map(_tex_row, rows), "\\hline", "\\end{tabular}", ""]
    lines += [f"\\par {_tex(text)}" for text in _left_out(document)]
    return "\n".join(lines).rstrip() + "\n"


def _about(document: Data, settings: Data) -> str:
    study = document["study"]
    parts = [study["name"], words.month(study["as_of"]), prose.comparator(document, settings)]
    return f"{' · '.join(parts)}. {prose.filters(settings)}. {prose.build(document)}. {prose.certainty(document)}"


def _tables(document: Data, settings: Data) -> Iterator[Table]:
    head = document["headline"]
    order = [*settings["like_for_like"]["cell"], *settings["lenses"]["by"]]
    whole = [item for item in document["findings"] if item["level"] == "pooled" and item["tenure_band"] is None]
    yield caveats.table_title(), _rows(document, whole, words.estimand)
    kind = [head[name] for name in ("estimand", "comparator", "basis")]
    same = [item for item in document["findings"] if [item[n] for n in ("estimand", "comparator", "basis")] == kind]
    bands = [item for item in same if item["tenure_band"] is not None]
    if len(bands) > 1:
        labels = [str(item["tenure_band"]) for item in bands]
        title = caveats.by_tenure(captions.band_unit(labels))
        yield title, _rows(document, bands, lambda item: captions.band_label(item["tenure_band"]))
    cells = [item for item in same if item["level"] == "cell" and item["verdict"] == "penalty"]
    if cells:
        worst = sorted(cells, key=lambda item: -item["estimate"])[:_WORST_CELLS]
        yield caveats.worst_title(len(worst)), _rows(document, worst, lambda item: captions.scope(item, order))


def _rows(document: Data, findings: Sequence[Data], name: Callable[[Data], str]) -> list[tuple[str, ...]]:
    margin, currency = document["study"]["margin"], document["study"]["currency"]
    rows: list[tuple[str, ...]] = [caveats.TABLE_COLUMNS]
    for finding in findings:
        is_money = isinstance(finding["estimate"], str)
        gap = prose.a_year(finding["estimate"], currency) if is_money else words.gap(finding)
        verdict, chance = words.verdict(finding, margin=margin) or "–", captions.p_value(finding["p_value"])
        rows.append((name(finding), gap, verdict, chance, words.count(finding["n_tenured"])))
    return rows


def _left_out(document: Data) -> list[str]:
    currency = document["study"]["currency"]
    return [prose.left_out(item, currency) for item in document["support"]["not_assessable"]]


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", terminal_text(text))


def _md_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_md, cells))} |"


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in terminal_text(text))


def _tex_row(cells: Sequence[str]) -> str:
    return f"{' & '.join(map(_tex, cells))} \\\\"
