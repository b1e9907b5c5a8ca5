"""Builds the studies that are attacked, and lets the attacker of share files at them."""

from __future__ import annotations

import json
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from fairness.build.pipeline import build
from fairness.cli.demo import write_demo
from fairness.config import load_config
from fairness.runs.documents import read_findings
from fairness.runs.store import Run
from tests.conftest import StudyRunner
from tests.oracle.share_attack import (
    Guess,
    Row,
    ShareFile,
    Sums,
    differences_found,
    exact_doubles,
    fractions_found,
    month_pairs,
    own_ratios,
    place,
    read_share,
    statistics_solved,
    sums_solved,
)
from tests.oracle.share_price_lists import compositions_found, sizes_found
from tests.oracle.share_studies import BANDS, CHANNELS, REGIONS, SECTIONS, TENURED_FROM, Rows, small_firm

_BAND_EDGES = {"2": (24, 36), "3-4": (36, 60), "5-9": (60, 120), "10+": (120, 10_000)}


def attack_demo(folder: Path) -> tuple[list[Guess], int]:
    """Return what the attacker finds in the demo's share files of two months, and their exact figures."""
    found: list[Guess] = []
    files, truths, exact = [], [], 0
    for as_of in ("2025-11", "2025-12"):
        config = write_demo(folder / f"demo {as_of}")
        config.write_text(config.read_text(encoding="utf-8").replace('as_of = "2025-12"', f'as_of = "{as_of}"'))
        run = build(load_config(config))
        file, truth = read_share(run.share), _truth(run)
        found += [*fractions_found(file, truth), *statistics_solved(file, truth), *_medians_of(run, file)]
        months = read_findings(run)["monthly"]
        n_by_month = {row["month"]: row["n_tenured"] for row in months}
        for one, two in month_pairs(file):
            changed = n_by_month[two["month"]] - n_by_month[one["month"]]
            if 0 < abs(changed) < file.least:
                counts = ({"n": row["n_tenured"]} for row in (one, two))
                about = f"{as_of}: change of customers to {two['month']}"
                found += differences_found(about, *counts, lambda _, n=changed: n, step=file.step_of_counts)
        files.append(file)
        truths.append((truth, n_by_month))
        exact += exact_doubles(file)
    found += _successive(files, [truth for truth, _ in truths])
    # The count of a month in the later file, beside the headline's of that month in the file before.
    head = files[0].findings[0]
    counts = {row["month"]: row["n_tenured"] for row in files[1].months}
    change = truths[1][1]["2025-11"] - truths[0][0][place(head)]["n_tenured"]
    if 0 < abs(change) < files[0].least:
        found += differences_found(
            "customers of the month that are not the headline's,",
            {"2025-11": head["n_tenured"]},
            counts,
            lambda _: change,
            step=files[0].step_of_counts,
        )
    return found, exact


def _truth(run: Run) -> dict[tuple[Any, ...], Row]:
    return {place(finding): finding for finding in read_findings(run)["findings"]}


def _successive(files: list[ShareFile], truths: list[dict[tuple[Any, ...], Row]]) -> list[Guess]:
    """Guess how few customers came or went between two files, scope by scope."""
    found: list[Guess] = []
    for name in ("n_tenured", "n_new"):
        shown = [{key: row[name] for key, row in file.by_place.items()} for file in files]
        changed = {
            key: (truths[1][key][name] or 0) - (truths[0][key][name] or 0) for key in truths[0] if key in truths[1]
        }
        few = {key for key, n in changed.items() if 0 < abs(n) < files[0].least}
        first = {key: n for key, n in shown[0].items() if key in few}
        found += differences_found(
            f"change of {name} of", first, shown[1], lambda key, known=changed: known[key], step=files[0].step_of_counts
        )
    return found


def _medians_of(run: Run, file: ShareFile) -> list[Guess]:
    """Guess whose ratio the median of the whole book, a product, a region or a channel is."""
    query = """
        select
            cell_value.value, (paid_ticks - offered_ticks) / offered_ticks, sum(n_observations)
        from offer_counts inner join cell_value using (cell_key)
        where basis = 'primary' and loyalty_group = 'tenured' and cell_value.column_name = ?
        group by all
    """
    ratios: dict[str, list[float]] = {}
    with duckdb.connect(str(run.warehouse), read_only=True) as con:
        for column in ("product_id", "region", "channel"):
            for value, ratio, n in con.execute(query, [column]).fetchall():
                for key in (json.dumps({column: value}), *(["{}"] if column == "region" else [])):
                    ratios.setdefault(key, []).extend([float(ratio)] * int(n))
    head = file.findings[0]

    def about(finding: Row) -> str | None:
        alike = all(finding[name] == head[name] for name in ("estimand", "comparator", "basis", "tenure_band"))
        return finding["scope"] if alike and finding["scope"] in ratios else None

    return own_ratios(file, ratios, about)


# ---------------------------------------------------------------------------------------------------------- small firms


def attack_firm(seed: int, folder: Path) -> tuple[list[Guess], int]:
    """Return what the attacker finds in the share files of a small firm's two months, and their exact figures."""
    firm = small_firm(seed)
    home = folder / f"firm {seed}"
    home.mkdir()
    study = StudyRunner(home)
    found: list[Guess] = []
    files, truths, exact = [], [], 0
    for rows in firm.books:
        study.publish(rows, **SECTIONS)
        file, truth = read_share(study.run.share), _truth(study.run)
        compared = [row for row in rows if row["tenure_months"] >= TENURED_FROM and row["offer_price"]]
        found += [*fractions_found(file, truth), *statistics_solved(file, truth)]
        found += _of_price_lists(file, rows, compared, truth)
        found += _of_sums(file, compared)
        found += own_ratios(file, _ratios(compared), lambda row, file=file: _scope_of(file, row))
        files.append(file)
        truths.append(truth)
        exact += exact_doubles(file)
    return found + _successive(files, truths), exact


def _cents(text: str) -> int:
    return round(float(text) * 100)


def _of_price_lists(file: ShareFile, rows: Rows, compared: Rows, truth: dict[tuple[Any, ...], Row]) -> list[Guess]:
    here: dict[str, Counter[tuple[int, int]]] = {}
    for row in compared:
        pair = _cents(row["price"]), _cents(row["offer_price"])
        here.setdefault(row["region"], Counter())[pair] += 1
    # The list of a region names its offer and the uplifted prices, whether or not anybody pays them.
    pairs = {}
    for region, counted in here.items():
        offer = next(iter(counted))[1]
        listed = set(counted) | {(offer, offer)}
        pairs[region] = sorted(listed if len(listed) > 1 else listed | {(round(offer * 1.05), offer)})
    del rows
    return [*compositions_found(file, pairs, here), *sizes_found(file, pairs, truth)]


def _of_sums(file: ShareFile, compared: Rows) -> list[Guess]:
    kinds = list(product(REGIONS, CHANNELS, ("True", "False"), BANDS))
    dearer = [row for row in compared if _cents(row["price"]) > _cents(row["offer_price"])]
    n, above = (_by_kind(rows, kinds) for rows in (compared, dearer))
    head = file.findings[0]
    question = (head["estimand"], head["comparator"], head["basis"])
    sums = {}
    for level, names in (("pooled", ()), ("cell", ("region",)), ("lens", ("channel",)), ("lens", ("is_vulnerable",))):
        for value in {tuple(kind[_COLUMNS[name]] for name in names) for kind in kinds}:
            scope = dict(zip(names, value, strict=True))
            sums[(*question, level, None, json.dumps(scope))] = _inside(kinds, scope)
    for band in BANDS:
        sums[(*question, "pooled", band, "{}")] = np.array([float(kind[3] == band) for kind in kinds])
    return sums_solved(file, Sums(sums, n, above))


def _by_kind(rows: Rows, kinds: list[tuple[str, ...]]) -> Any:
    counted = Counter((row["region"], row["channel"], str(row["is_vulnerable"]), _band(row)) for row in rows)
    return np.array([float(counted[kind]) for kind in kinds])


_COLUMNS = {"region": 0, "channel": 1, "is_vulnerable": 2}


def _inside(kinds: list[tuple[str, ...]], scope: dict[str, str]) -> Any:
    return np.array([float(all(kind[_COLUMNS[n]] == v for n, v in scope.items())) for kind in kinds])


def _band(row: Row) -> str:
    return next(band for band, (low, high) in _BAND_EDGES.items() if low <= row["tenure_months"] < high)


def _ratios(compared: Rows) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for row in compared:
        ratio = float(row["price"]) / float(row["offer_price"]) - 1
        for key in ("{}", json.dumps({"region": row["region"]}), json.dumps({"channel": row["channel"]})):
            found.setdefault(key, []).append(ratio)
    return found


def _scope_of(file: ShareFile, finding: Row) -> str | None:
    alike = all(finding[name] == file.findings[0][name] for name in ("estimand", "comparator", "basis", "tenure_band"))
    named = finding["scope"] is not None and (finding["scope"] == "{}" or '"is_vulnerable"' not in finding["scope"])
    return finding["scope"] if alike and named else None
