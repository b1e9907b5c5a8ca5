"""The panels of the page *Snapshots*: what moved between two, and the snapshots that the study keeps."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from decimal import Decimal

from fairness import report
from fairness.charts.chart_spec import IntervalRows, Row
from fairness.dashboard.snapshot_list import Comparison, Data, Entry, beside, split_query
from fairness.findings.document import Finding
from fairness.panels import html
from fairness.panels.panel import Panel
from fairness.panels.view import Study
from fairness.text import changes, numbers, sentences
from fairness.text.about import About
from fairness.text.escape import Html

_MARK, _BAR = 44, 30
"""Pixels of a row with an estimate, and of one with a part."""
FILES = (
    ("snapshot.html", "Page (HTML)", "text/html"),
    ("snapshot.pdf", "Page (PDF)", "application/pdf"),
    ("tables.xlsx", "Tables (Excel)", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("slides.pptx", "Slides", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
"""Files of a snapshot that the page hands out: name, label and media type."""


def change_strip(change: Data, heads: tuple[Finding, Finding]) -> list[tuple[str, str, str, str, str]]:
    """Return the items of the metric strip: both gaps, the change, and the money."""
    items = []
    for side, head in zip((change["first"], change["second"]), heads, strict=True):
        figure, _, interval = sentences.gap(head).partition(" (")
        n = numbers.many(side["customers"], "tenured customer")
        items.append(("", f"Gap, {numbers.month(side['as_of'])}", figure, f"({interval}" if interval else "", n))
    size, interval = changes.change_with_interval(change)
    items.append(("", "Change", size, interval, changes.change_test(change)))
    if change["parts"] is not None:
        first, second = (numbers.money(change[name]["money"], change["currency"]) for name in ("first", "second"))
        items.append(("", changes.NET, second, "a year", f"{first} a year before"))
    return items


def about_change(study: Study, change: Data, compared: Comparison) -> About:
    """Return where the numbers of a change come from: both months and both builds."""
    sides = change["first"], change["second"]
    return About(
        study=study.document["study"]["name"],
        as_of="_to_".join(side["as_of"] or "undated" for side in sides),
        month=" to ".join(numbers.month(side["as_of"]) for side in sides),
        compared_with=compared.against,
        filters=sentences.view_name([]),
        build=" and ".join(side["build"] for side in sides),
    )


def file_of(item: Entry, file: str) -> str:
    """Return the name under which a file of a snapshot leaves the page."""
    name, _, ending = file.rpartition(".")
    document = item.document
    about = About(
        study=document["study"]["name"],
        as_of=document["study"]["as_of"] or "",
        month=numbers.month(document["study"]["as_of"]),
        compared_with=str((item.manifest or {})["compared_with"]).partition(": ")[2],
        filters=sentences.view_name([]),
        build=item.folder.name.removeprefix(f"{document['study']['as_of']}-"),
    )
    return about.file(name, ending)


def before_and_after(study: Study, change: Data, heads: tuple[Finding, Finding]) -> Panel:
    """Return table and command behind the strip; it has no figure."""
    first, second = change["first"], change["second"]
    points, money_known = " ".join(changes.change_with_interval(change)), change["parts"] is not None
    moved = Decimal(second["money"]) - Decimal(first["money"]) if money_known else None
    currency, margin = change["currency"], study.document["study"]["margin"]
    rows = [
        ("As of", numbers.month(first["as_of"]), numbers.month(second["as_of"]), ""),
        ("Gap", sentences.gap(heads[0]), sentences.gap(heads[1]), points),
        ("Verdict", *(sentences.verdict(head, margin=margin) or "–" for head in heads), ""),
        ("Tenured customers", *_counts(first["customers"], second["customers"])),
        (changes.NET_A_YEAR, *(numbers.money(side["money"], currency) for side in (first, second))),
        ("Build", first["build"], second["build"], ""),
    ]
    rows[4] = (*rows[4], numbers.money(None if moved is None else str(moved), currency))
    values = [
        ("gap", first["gap"], second["gap"], change["estimate"]),
        ("lower", first["ci_lower"], second["ci_lower"], change["ci_lower"]),
        ("upper", first["ci_upper"], second["ci_upper"], change["ci_upper"]),
        ("p", None, None, change["p_value"]),
        ("customers", first["customers"], second["customers"], second["customers"] - first["customers"]),
        ("money a year", first["money"], second["money"], moved),
    ]
    head = ("", "First", "Second", "Change")
    return Panel(
        "change", "", "", table=html.Table(head, tuple(rows), head, tuple(values)), foot=(changes.sides(change),)
    )


def _counts(first: int, second: int) -> tuple[str, str, str]:
    moved = f"{second - first:+,}".replace("-", "−") if second != first else "0"
    return numbers.count(first), numbers.count(second), moved


def split_panel(study: Study, pair: tuple[Entry, Entry], compared: Comparison) -> Panel | None:
    """Return the parts of a change as bars from the first gap to the second; None where there is no split."""
    change = compared.change
    if change is None or change["parts"] is None:
        return None
    parts, sides, currency = change["parts"], (change["first"], change["second"]), change["currency"]
    ends = [_end(side, head, currency) for side, head in zip(sides, compared.heads, strict=True)]
    rows, reached = [ends[0]], sides[0]["gap"]
    for part in parts:
        rows.append(_step(part, reached, currency))
        reached += part["gap"]
    margin = study.document["study"]["margin"]
    total = sum((Decimal(part["money"]) for part in parts), Decimal(0))
    names = ("", *(changes.SPLIT_COLUMNS[place] for place in (2, 1, 3)))
    texts = [_texts(part, currency) for part in parts]
    table = html.Table(
        names,
        (
            *((changes.PARTS[part["part"]], *text) for part, text in zip(parts, texts, strict=True)),
            (changes.TOTAL, changes.points(change["estimate"]), numbers.money(str(total), currency), ""),
        ),
        ("part", "gap (fraction)", "money a year", "customers"),
        tuple((part["part"], part["gap"], part["money"], part["customers"]) for part in parts),
    )
    return Panel(
        key="split",
        title=changes.largest_part(parts),
        subtitle=changes.split_subtitle(change, sentences.margin(study.document)),
        chart=IntervalRows(
            [*rows, ends[1]],
            margin=float(margin),
            band_name="",
            left=210,
            columns=(170, 80, 0),
            head=changes.SPLIT_HEAD,
        ),
        table=table,
        sql=split_query(study, *pair),
        sql_how=changes.sql_of_two(beside(study, pair[0].folder), beside(study, pair[1].folder)),
        foot=(changes.EXACT, f"{changes.sides(change)}. {changes.ROWS_OF_BOTH}"),
        alt="; ".join(f"{changes.PARTS[part['part']]}: {text[0]}" for part, text in zip(parts, texts, strict=True)),
    )


def _texts(part: Data, currency: str) -> tuple[str, str, str]:
    return changes.points(part["gap"]), numbers.money(part["money"], currency), numbers.count(part["customers"])


def _step(part: Data, start: float, currency: str) -> Row:
    texts = _texts(part, currency)
    name = changes.PARTS[part["part"]]
    hover = changes.hover(name, *texts, is_part=True)
    return Row(name, right=texts, bar=(start, start + part["gap"]), hover=hover, height=_BAR)


def _end(side: Data, head: Finding, currency: str) -> Row:
    texts = sentences.gap(head), numbers.money(side["money"], currency), numbers.count(side["customers"])
    label = f"Gap, {numbers.month(side['as_of'])}"
    return Row(
        label,
        right=texts,
        estimate=head.estimate,
        lower=head.ci_lower,
        upper=head.ci_upper,
        verdict=head.verdict,
        strong=True,
        hover=changes.hover(label, *texts, is_part=False),
        height=_MARK,
    )


def kept_panel(snapshots: Sequence[Entry]) -> Panel:
    """Return the list of the study's snapshots, latest first."""
    rows, values = [], []
    for item in snapshots:
        head, note = item.document["headline"], (item.manifest or {}).get("note", "")
        month = numbers.month(item.document["study"]["as_of"])
        said = (month, sentences.headline(item.document), sentences.gap(head), numbers.count(head.n_tenured))
        rows.append((*said, numbers.day(item.written), item.build, "yes" if note else "–"))
        figures = (head.estimate, head.ci_lower, head.ci_upper, head.n_tenured)
        values.append((item.document["study"]["as_of"], said[1], *figures, item.written, item.folder.name, note))
    names = changes.KEPT_COLUMNS
    file_head = (
        "As of",
        "Answer",
        "Gap (fraction)",
        "Lower",
        "Upper",
        "Tenured customers",
        "Written",
        "Folder",
        "Note",
    )
    return Panel(
        key="kept",
        title=changes.kept_title(len(snapshots)),
        subtitle=changes.KEPT_SUBTITLE,
        body=html.plain_table(names, rows, kind="kept"),
        table=html.Table(names, tuple(rows), file_head, tuple(values)),
        foot=(changes.ELSEWHERE,),
    )


def state_of(study: Study, item: Entry) -> tuple[str, str]:
    """Return whether the files of a snapshot are those that were written, and the command that computes it again."""
    manifest = report.read_manifest(item.folder)
    changed = list(report.tampered(item.folder, manifest))
    text = changes.files_changed(changed) if changed else changes.files_as_written(len(manifest["files"]))
    return text, f"fairness snapshot --verify {beside(study, item.folder)}"


def page_of(item: Entry) -> str:
    """Return the page of a snapshot as an overlay that shows it without its scripts, if any; empty where it is gone."""
    path = item.folder / "snapshot.html"
    if not path.is_file():
        return ""
    return html.framed("page-of-snapshot", base64.b64encode(path.read_bytes()).decode("ascii"), label=changes.OPEN_PAGE)


def refusal(reasons: Sequence[str]) -> Html:
    """Return why two cannot be compared, and what to do."""
    lines = Html().join(Html("<li>{}</li>").format(reason[:1].upper() + reason[1:]) for reason in reasons)
    return Html('<ul class="why">{}</ul>{}').format(lines, html.note(changes.FIX_LIKE))
