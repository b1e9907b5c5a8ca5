"""Write a config file for exports: which preset they fit, and what their values show about how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairness.engine.base import Connection
from fairness.errors import ConfigError
from fairness.presets.preset_files import Part, Preset, load_presets
from fairness.presets.samples import Sample, find_samples
from fairness.presets.sections import Ask, Section
from fairness.presets.sources import Tables, Written, write_source

_SURE = 4
"""Number of columns of a preset that cannot occur in a file by chance."""

_OWN, _BESIDE = "canonical", ("offers", "customers")


@dataclass(frozen=True, slots=True)
class Draft:
    """A config file that has been drafted.

    Attributes:
        text: Its text.
        preset: The preset that the files fit best.
        reason: Why, in one sentence.
        used: The table of each file; files that fit none are left out.
        unused: Files that fit no table.
        asks: What the files do not decide.
    """

    text: str
    preset: Preset
    reason: str
    used: Mapping[str, str]
    unused: tuple[str, ...]
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    preset: Preset
    tables: Tables
    parts: tuple[Part, ...]
    known_by: int

    @property
    def rank(self) -> tuple[int, int, int]:
        priced = sum(part.role in ("billing", "book") for part in self.parts)
        return (min(priced, 1), self.known_by, sum(len(files) for files in self.tables.values()))


def draft_config(
    con: Connection,
    paths: Sequence[Path],
    base: Path,
    *,
    answers: Mapping[str, str],
    preset: str | None = None,
) -> Draft:
    """Draft the config file for exports.

    Args:
        con: A connection.
        paths: Files and folders.
        base: Folder of the config file.
        answers: What the user has decided, by key.
        preset: Name of the preset; None means the one that fits best.

    Raises:
        ConfigError: No preset fits.
        DataError: A file cannot be read.
    """
    samples = find_samples(con, paths, base)
    fits = sorted((_fit(candidate, samples) for candidate in load_presets()), key=lambda fit: fit.rank, reverse=True)
    if preset is not None:
        fits = [fit for fit in fits if fit.preset.name == preset] or _no_preset(preset)
    else:
        _refuse_known(fits, samples)
    best = _with_own_files(fits[0], samples)
    if not best.parts or not best.rank[0]:
        raise _no_fit(samples, best)
    written = _sources(best, answers)
    used = {sample.path: table for table, files in best.tables.items() for sample in files}
    study = _study(best, written, base, answers)
    asks = (*study[1], *(ask for source in written for ask in source.asks))
    sections = [study[0], *_tables(best, written), *(section for source in written for section in source.sections)]
    cell = _cell(best)
    text = "\n\n".join(section.text() for section in [*sections, *cell]) + "\n"
    reason = _reason(best, fits[1:])
    unused = tuple(sample.path for sample in samples if sample.path not in used)
    return Draft(text, best.preset, reason, used, unused, asks)


def _refuse_known(fits: Sequence[_Fit], samples: Sequence[Sample]) -> None:
    """Refuse a file that is known better as one that cannot be used than as a table of the preset that fits best."""
    for sample in samples:
        _, used = fits[0].preset.table_of(sample.names) if fits[0].rank[0] else ("", 0)
        for preset in (fit.preset for fit in fits if fit.preset.refused):
            if preset.table_of(sample.names)[1] > used:
                raise ConfigError(preset.refused, where=f"{sample.path}: {preset.title}", fix=preset.fix)


def _fit(preset: Preset, samples: Sequence[Sample]) -> _Fit:
    tables: dict[str, list[Sample]] = {}
    known_by = 0
    for sample in samples:
        table, known = preset.table_of(sample.names)
        if table:
            known_by += known if table not in tables else 0
            tables.setdefault(table, []).append(sample)
    tables = {table: _of_one_form(files) for table, files in tables.items()}
    parts: list[Part] = []
    for part in preset.parts:
        fits = part.first in tables and all(table in tables for table in part.needs)
        if fits and part.role not in {other.role for other in parts}:
            parts.append(part)
    return _Fit(preset, tables, tuple(parts), known_by)


def _of_one_form(files: Sequence[Sample]) -> list[Sample]:
    """Return the files with the columns that most of them have, such as those of each month."""
    forms = [tuple(file.rows) for file in files]
    usual = max(forms, key=forms.count)
    return [file for file, form in zip(files, forms, strict=True) if form == usual]


def _with_own_files(fit: _Fit, samples: Sequence[Sample]) -> _Fit:
    """Add offers and customers in the software's own form, beside the export of a system that lacks them."""
    own = next(preset for preset in load_presets() if preset.name == _OWN)
    tables = {table: list(files) for table, files in fit.tables.items()}
    used = {sample.path for files in tables.values() for sample in files}
    parts = list(fit.parts)
    for part in own.parts:
        files = [
            sample for sample in samples if sample.path not in used and own.table_of(sample.names)[0] == part.first
        ]
        if files and part.first not in tables and part.role in _BESIDE and part.role not in {p.role for p in parts}:
            tables[part.first] = files
            parts.append(part)
    return _Fit(fit.preset, tables, tuple(parts), fit.known_by)


def _no_preset(name: str) -> list[_Fit]:
    names = ", ".join(preset.name for preset in load_presets() if not preset.refused)
    raise ConfigError(f"there is no preset '{name}'", where="--preset", fix=f"the presets are {names}")


def _no_fit(samples: Sequence[Sample], best: _Fit) -> ConfigError:
    names = "; ".join(f"{sample.path}: {', '.join(sample.rows)}" for sample in samples[:3])
    return ConfigError(
        "no preset knows these columns",
        where=names[:600],
        fix="give the file with bill lines, or one row for each customer with price and tenure; the smallest config is "
        "in docs/config.md. The files may need each other: name all tables of the export at once",
    )


def _sources(fit: _Fit, answers: Mapping[str, str]) -> list[Written]:
    return [write_source(part, fit.tables, number, answers) for number, part in enumerate(fit.parts, start=1)]


def _study(fit: _Fit, written: Sequence[Written], base: Path, answers: Mapping[str, str]) -> tuple[Section, list[Ask]]:
    section = Section("[study]")
    section.comments = [
        f"Written by `fairness init`; preset {fit.preset.name}: {fit.preset.title}.",
        "Check the lines below against what you know of the export: they are proposals.",
        "",
        "What this export cannot show, and what is therefore not claimed:",
        *(f"- {line}" for line in fit.preset.fidelity),
    ]
    section.add("name", answers.get("study.name", base.resolve().name or "Study"))
    asks = []
    currencies = next((source.currencies for source in written if source.currencies), [])
    if (given := answers.get("study.currency")) is not None:
        section.add("currency", given)
    elif currencies:
        others = (
            f"others in the file: {', '.join(currencies[1:4])}" if len(currencies) > 1 else "the only one in the file"
        )
        section.add("currency", currencies[0], others)
    else:
        ask = Ask("study.currency", "the export names no currency; which one are its amounts in, such as GBP?")
        asks.append(ask)
        section.ask("currency", ask)
    if (given := answers.get("study.as_of")) is not None:
        section.add("as_of", given)
    elif any(source.needs_as_of for source in written):
        ask = Ask("study.as_of", "to which day is tenure counted? The day of the extract, as 2025-12-31")
        asks.append(ask)
        section.ask("as_of", ask)
    if (zone := answers.get("study.time_zone")) is not None:
        section.add("time_zone", zone)
    else:
        _add_zone(section, [zones for source in written for zones in source.zones])
    return section, asks


def _add_zone(section: Section, found: Sequence[Sequence[str]]) -> None:
    """Propose the zone whose days the files write as moments, where all that do so show the same one."""
    common = [zone for zone in found[0] if all(zone in zones for zones in found)] if found else []
    if len(common) == 1 and common[0] != "UTC":
        section.add("time_zone", common[0], "nearly all moments are midnight there, or in a zone with the same clock")
    else:
        section.lines.append('# time_zone = "Europe/London"    # the zone whose days the bills show; UTC without it')


def _tables(fit: _Fit, written: Sequence[Written]) -> list[Section]:
    sections = []
    for table in dict.fromkeys(name for source in written for name in source.tables):
        section = Section("[[table]]")
        section.add("name", table)
        files = fit.tables[table]
        section.add("path", [file.path for file in files] if len(files) > 1 else files[0].path)
        for key, value in files[0].keys.items():
            section.add(key, value)
        sections.append(section)
    return sections


def _cell(fit: _Fit) -> list[Section]:
    names = fit.tables[fit.parts[0].first][0].names
    found = [name for alternatives in fit.preset.cell if (name := names.find(alternatives)) is not None]
    if not found:
        return []
    section = Section(
        "[like_for_like]", ["Who may be compared with whom: customers equal in these columns, beside product and plan."]
    )
    section.add("cell", found)
    return [section]


def _reason(best: _Fit, others: Sequence[_Fit]) -> str:
    files = sum(len(found) for found in best.tables.values())
    rival = next((fit for fit in others if fit.rank[0]), None)
    sure = best.known_by >= _SURE and (rival is None or best.known_by >= rival.known_by + 2)
    beside = f"; next best: {rival.preset.name} with {rival.known_by}" if rival is not None else ""
    known = ", ".join(f"{found[0].path} is {table}" for table, found in best.tables.items())
    return (
        f"{'certain' if sure else 'likely'}: {best.known_by} columns by which it is known stand in {files} "
        f"file{'s' if files > 1 else ''} ({known}){beside}"
    )
