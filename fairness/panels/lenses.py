"""The panels of the groups of each lens on the page *Where*."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fairness.charts.chart_spec import IntervalRows, Row
from fairness.findings.document import Finding
from fairness.panels import queries
from fairness.panels.panel import (
    Panel,
    findings_table,
    in_words,
    plot_row,
    published,
    published_sql,
    source_line,
)
from fairness.panels.view import View
from fairness.panels.where_panels import ends_of
from fairness.text import labels, screen, sentences, titles


def lenses(view: View) -> list[Panel]:
    """Return a panel per lens: the gap of each of its groups."""
    found = []
    for lens in view.study.config.lenses.names:
        groups = list(view.document.groups(lens))
        shown = [finding for finding in groups if finding.estimate is not None and finding.verdict != "not_assessable"]
        if len(groups) > 1 and shown:
            found.append(_lens_panel(view, lens, groups, shown))
    return found


def _lens_panel(view: View, lens: str, groups: list[Finding], shown: list[Finding]) -> Panel:
    names = labels.values(finding.scope[lens] for finding in groups)

    def name(finding: Finding) -> str:
        return names[finding.scope[lens]]

    def row(finding: Finding) -> Row:
        return plot_row(finding, name(finding), view, note=sentences.gap(finding), height=46)

    by_size = sorted(shown, key=lambda finding: -finding.gap)
    missing = [finding for finding in groups if finding not in shown]
    absent = [finding for finding in missing if not _in_view(view, lens, finding)]
    here = [finding for finding in missing if finding not in absent]
    listed = [*by_size, *here]
    looks = view.document.looked_at(groups[0].family)
    return Panel(
        key=f"lens-{lens}",
        title=titles.lens_title(lens, shown, others=len(here)),
        subtitle=f"{labels.gap_name(view.head)}, with {screen.intervals(view.document, shown)}",
        chart=IntervalRows(
            ends_of(by_size, row, "group"),
            margin=view.document.margin,
            band_name="",
            left=148,
            most_ticks=6,
        ),
        table=findings_table(view, listed, name, labels.column(lens), adjusted=True),
        sql=published_sql(view, listed) if not view.chosen else queries.counts_query(view.chosen),
        foot=(
            screen.correction(view.study.config.inference.correction, looks),
            *_left_out(view, lens, here, absent, name),
            source_line(view),
        ),
        alt=in_words(by_size, name),
        findings=() if view.chosen else published(view, listed),
    )


def _in_view(view: View, lens: str, finding: Finding) -> bool:
    """Return whether the filters leave a group: none on its column chooses another value, and somebody is in it."""
    value = finding.scope[lens]
    if not all(rule.takes(value) for rule in view.chosen if rule.column == lens):
        return False
    return not view.chosen or bool(finding.n_tenured or finding.n_not_compared)


def _left_out(
    view: View, lens: str, here: Sequence[Finding], absent: Sequence[Finding], name: Callable[[Finding], str]
) -> list[str]:
    """Return the groups that are not drawn, by the reason."""
    nobody = [finding for finding in here if not finding.n_tenured and not finding.n_not_compared]
    rest = [finding for finding in here if finding not in nobody]
    kinds = (
        (screen.not_assessed, rest),
        (screen.no_tenured, nobody),
        (screen.not_in_view, absent),
    )
    return [say([name(finding) for finding in findings]) for say, findings in kinds if findings]
