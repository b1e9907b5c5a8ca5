"""Calibration of intervals and verdicts on worlds with a known true gap, for the method of docs/method.md.

    python bench/calibration.py [--worlds N] [--seed S] [--jobs J] [--only TEXT ...] [--save [NAME]]

Each world goes through the product's own analysis, from the counts to the pooled verdict. Rates are printed with their
Monte-Carlo error. A target counts as met where the rate meets it, as open where it fails by less than two Monte-Carlo
errors, else as missed. The same seed and number of worlds give the same table, whatever the number of jobs.
"""

from __future__ import annotations

import argparse
import math
import os
import shlex
import sys
import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import measure
import numpy as np
import shared_worlds as s
import worlds as w
from worlds import Maker

from fairness.analysis.estimands import change_gap, joiners, new_customers, offer_gap
from fairness.analysis.scopes import POOLED, scopes
from fairness.analysis.verdicts import finish
from fairness.config import Config
from fairness.findings.estimands import BY_NAME
from fairness.findings.results import Finding

ALPHA, MARGIN = 0.05, 0.01
LIKE, COST, OFFER, CHANGE = "like_for_like_gap", "cost_gap", "offer_gap", "change_gap"
JOINERS, DATED = "offer_gap, derived", "change_gap, offers"
SEED = 20250101
CHUNK = 50
PILOT = 60
LEAST_SAMPLE, LEAST_CLUSTERS = 100, 20


@dataclass(frozen=True, slots=True)
class World:
    """A process that sets prices, and the estimand that looks at it: its name, and the comparator where it has two."""

    name: str
    estimand: str
    make: Maker


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a world at a true gap: how often ``event`` happens, and what is allowed."""

    topic: str
    world: World
    gap: float
    event: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How often each event happened in the worlds drawn, and their typical size.

    ``n_eff`` is the smaller of the tenured customers and the effective sample, ``clusters`` the effective number of
    price decisions, None where decisions are the draws in fewer than half of the worlds, ``se`` the standard error of
    the printed interval; all three are medians.
    """

    n: int
    rates: dict[str, float]
    n_eff: float
    clusters: float | None
    se: float
    detectable: float

    @property
    def has_evidence(self) -> bool:
        """Whether the sizes are those for which a coverage is promised."""
        return self.n_eff >= LEAST_SAMPLE and (self.clusters is None or self.clusters >= LEAST_CLUSTERS)


@cache
def settings() -> Config:
    """Return the defaults, without the bootstrap companion, which decides nothing and costs most of the time."""
    return Config.model_validate(
        {
            "study": {"name": "Calibration", "currency": "GBP"},
            "source": [{"role": "book", "path": "none.csv"}],
            "inference": {"bootstrap_replicates": 0, "confidence_level": 1.0 - ALPHA, "margin": MARGIN},
            "path": Path("/none/fairness.toml"),
        }
    )


def pooled(world: World, rng: np.random.Generator, gap: float) -> Finding:
    """Draw a world and return the pooled finding of its estimand, a family of one as the headline is."""
    marts, config = world.make(rng, gap), settings()
    if marts.bands or marts.lens_names:
        # The whole book is held against its bands and lens values, as a study does.
        listed = list(new_customers.gap_drafts(marts, config, BY_NAME[world.estimand], list(scopes(marts))))
        listed[0] = replace(listed[0], finding=replace(listed[0].finding, family="headline"))
        return finish(listed, settings().inference, tenured_bands=marts.bands)[0]
    if world.estimand == OFFER:
        drafts = offer_gap.gap_drafts(marts, config, [POOLED], offer_gap.readings(marts, config)[0])
    elif world.estimand == JOINERS:
        drafts = joiners.gap_drafts(marts, config, [POOLED], with_cells=False)
    elif world.estimand == CHANGE:
        drafts = change_gap.gap_drafts(marts, config, [POOLED])
    elif world.estimand == DATED:
        drafts = change_gap.offer_drafts(marts, config, [POOLED])
    else:
        drafts = new_customers.gap_drafts(marts, config, BY_NAME[world.estimand], [POOLED])
    return finish([next(drafts)], settings().inference)[0]


def events(finding: Finding, gap: float) -> dict[str, bool]:
    """Return what happened: the verdict, where the interval lies, the guards."""
    lower, upper = finding.ci_lower, finding.ci_upper
    known = lower is not None and upper is not None
    happened = {
        "covered": known and lower <= gap <= upper,
        "above": known and lower > gap,
        "below": known and upper < gap,
        "approximate": "approximate" in finding.warnings,
    }
    verdicts = ("penalty", "favourable", "equivalent", "inconclusive")
    reasons = ("offsetting_gaps", "small_effective_sample", "few_pricing_decisions", "estimators_disagree")
    happened |= {name: finding.verdict == name for name in verdicts}
    return happened | {name: finding.verdict_reason == name for name in reasons}


def draw(name: str, gap: float, seed: int, chunk: int, size: int) -> list[tuple[dict[str, bool], tuple]]:
    """Draw a world ``size`` times: events and sizes of each. Every world, gap and chunk has a generator of its own."""
    rng = np.random.default_rng([seed, zlib.crc32(f"{name} {gap:.5f}".encode()), chunk])
    found = []
    for _ in range(size):
        finding = pooled(WORLDS[name], rng, gap)
        known = finding.diagnostics
        n_eff = min(finding.n_tenured, known.n_eff or math.inf)
        sizes = (n_eff, known.pricing_decisions, known.standard_error, finding.minimum_detectable_gap)
        found.append((events(finding, gap), sizes))
    return found


def summarise(found: list[tuple[dict[str, bool], tuple]]) -> Answer:
    happened, sizes = zip(*found, strict=True)
    n_eff, clusters, se, detectable = (
        float(np.median([value for value in column if value is not None] or [math.nan]))
        for column in zip(*sizes, strict=True)
    )
    if sum(size[1] is not None for size in sizes) < len(found) / 2:
        clusters = math.nan
    rates = {name: sum(one[name] for one in happened) / len(happened) for name in happened[0]}
    return Answer(len(found), rates, n_eff, None if math.isnan(clusters) else clusters, se, detectable)


def ask(questions: Sequence[Question], n: int, seed: int, jobs: int) -> list[Answer]:
    """Answer every question from ``n`` draws of its world, in parallel; questions on one world share its draws."""
    started = time.perf_counter()
    sizes = [min(CHUNK, n - start) for start in range(0, n, CHUNK)]
    with ProcessPoolExecutor(jobs) as pool:
        drawn = {
            key: [pool.submit(draw, *key, seed, chunk, size) for chunk, size in enumerate(sizes)]
            for key in dict.fromkeys((question.world.name, question.gap) for question in questions)
        }
        answers = {}
        for key, chunks in drawn.items():
            answers[key] = summarise([world for chunk in chunks for world in chunk.result()])
            print(f"{time.perf_counter() - started:6.0f} s  {key[0]}, gap {key[1]:+.1%}", file=sys.stderr, flush=True)
    return [answers[question.world.name, question.gap] for question in questions]


NULL_WORLDS = (
    World("normal prices, 8 %", LIKE, w.like_for_like(20, 100, 25, w.normal(0.08))),
    World("normal prices, uneven cells", LIKE, w.like_for_like(20, 100, 25, w.normal(0.08), uneven=1.0)),
    World("price list, steps of 5 %", LIKE, w.like_for_like(20, 100, 25, w.price_list(0.05))),
    World("price list, n_eff 100", LIKE, w.like_for_like(5, 100, 20, w.price_list(0.05))),
    World("normal prices, n_eff 100", LIKE, w.like_for_like(5, 100, 20, w.normal(0.08))),
    World("heavy tails, t with 3 df", LIKE, w.like_for_like(20, 100, 25, w.student(0.05))),
    World("heavy tails, t with 3 df, n_eff 100", LIKE, w.like_for_like(5, 100, 20, w.student(0.05))),
    World("skewed, lognormal 0.6", LIKE, w.like_for_like(20, 100, 25, w.lognormal(0.6))),
    World("skewed, lognormal 0.6, n_eff 100", LIKE, w.like_for_like(5, 100, 20, w.lognormal(0.6))),
    World("normal prices, n_eff 30", LIKE, w.like_for_like(2, 100, 15, w.normal(0.08))),
    World("skewed, lognormal 0.6, n_eff 30", LIKE, w.like_for_like(2, 100, 15, w.lognormal(0.6))),
    World("households of 3 share 8 %", LIKE, w.like_for_like(20, 120, 30, w.normal(0.08), household=3)),
    World(
        "households of 3 anywhere share 8 %",
        LIKE,
        w.like_for_like(20, 120, 30, w.normal(0.08), household=3, apart=True),
    ),
    World("households of 3 share a price list", LIKE, w.like_for_like(20, 120, 30, w.price_list(0.05), household=3)),
    World("households of 3, t with 3 df", LIKE, w.like_for_like(20, 120, 30, w.student(0.05), household=3)),
    World(
        "households of 3 share price over cost, 10 %",
        COST,
        w.cost_plus(20, 120, 30, w.normal(0.10), cost=0.4, household=3),
    ),
    World("price over cost, noise 10 %", COST, w.cost_plus(20, 100, 25, w.normal(0.10), cost=0.4)),
    World("price over cost, lognormal 0.3", COST, w.cost_plus(20, 100, 25, w.lognormal(0.3), cost=0.4)),
    World("20 offers x 500, tariff noise 2 %", OFFER, w.offers(4, 5, 500, w.normal(0.02), w.none())),
    World("20 offers x 500, tariff noise 10 %", OFFER, w.offers(4, 5, 500, w.normal(0.10), w.none())),
    World("20 offers x 500, tariff t with 3 df", OFFER, w.offers(4, 5, 500, w.student(0.02), w.none())),
    World("20 offers x 500, tariff list 5 %", OFFER, w.offers(4, 5, 500, w.price_list(0.05), w.none())),
    World("24 offers x 400, tariff noise 5 %", OFFER, w.offers(4, 6, 400, w.normal(0.05), w.none())),
    World("100 offers x 100, tariff noise 5 %", OFFER, w.offers(10, 10, 100, w.normal(0.05), w.none())),
    World("60 uneven offers, tariff noise 5 %", OFFER, w.offers(6, 10, 100, w.normal(0.05), w.none(), uneven=0.9)),
    World("12 offers x 500, tariff noise 5 %", OFFER, w.offers(3, 4, 500, w.normal(0.05), w.none())),
    World("20 offers x 500, own prices, list 5 %", OFFER, w.offers(4, 5, 500, w.none(), w.price_list(0.05))),
    World("200 offers x 50, own prices, lognormal 0.5", OFFER, w.offers(20, 10, 50, w.none(), w.lognormal(0.5))),
    World(
        "30 offers in all of 20 cells, tariff noise 2 %", OFFER, w.crossed_offers(20, 30, 10, w.normal(0.02), w.none())
    ),
    World("one offer a cell, 40 cells, tariff noise 2 %", OFFER, w.offers(40, 1, 200, w.normal(0.02), w.none())),
    World("parties of 3 accounts share 5 %", OFFER, w.households(20, 10, 1000, 3, w.normal(0.05))),
    World("changes of 5 %", CHANGE, w.changes(20, 100, 25, 0.05)),
    World("changes against 24 offers, 3 % each", DATED, w.dated_changes(24, 100, 0.03, 0.02)),
    World("skewed, lognormal 1.0", LIKE, w.like_for_like(20, 100, 25, w.lognormal(1.0))),
    World("skewed, lognormal 1.5", LIKE, w.like_for_like(20, 100, 25, w.lognormal(1.5))),
    World("1 % of customers 60 % off", LIKE, w.like_for_like(20, 100, 25, s.deep_discounts(0.01, 0.6, 0.03))),
    World("2 % of customers 60 % off", LIKE, w.like_for_like(20, 100, 25, s.deep_discounts(0.02, 0.6, 0.03))),
    World("one list price a cell and group, 40 cells, 3 %", LIKE, s.list_prices(40, 1, 100, 25, w.normal(0.03))),
    World("24 national tariffs in 12 regions, 2 %", LIKE, s.list_prices(24, 12, 20, 10, w.normal(0.02))),
    World("20 offers in 30 regions, issued anew monthly", OFFER, s.national_offers(20, 30, 20, w.normal(0.02))),
    World("fleets of 40 hold half, 8 %", LIKE, s.fleets(20, 120, 40, 40, w.normal(0.08))),
    World(
        "24 tariffs 2 %, parties of 12 accounts 4 %",
        OFFER,
        s.two_way_noise(24, 60, 12, w.normal(0.02), w.normal(0.04)),
    ),
    World("10 joiners, 1,000 tenured, 20 cells, 8 %", JOINERS, w.derived(20, 1000, 10, w.normal(0.08))),
    World("10 joiners, 1,000 tenured, 20 cells, t with 3 df", JOINERS, w.derived(20, 1000, 10, w.student(0.05))),
    World("10 joiners, 1,000 tenured, 20 cells, list", JOINERS, w.derived(20, 1000, 10, w.price_list(0.05))),
)
"""Gap 0: coverage and false penalties; five of them also at +5 %."""


def _named(*names: str) -> tuple[World, ...]:
    return tuple(next(world for world in NULL_WORLDS if world.name == name) for name in names)


SHIFTED_WORLDS = _named(
    "normal prices, 8 %",
    "price list, steps of 5 %",
    "skewed, lognormal 0.6",
    "households of 3 anywhere share 8 %",
    "20 offers x 500, tariff noise 2 %",
)

PRECISE_WORLDS = (
    World("normal prices, 12 %", LIKE, w.like_for_like(20, 300, 100, w.normal(0.12))),
    World("price list, steps of 11 %", LIKE, w.like_for_like(20, 300, 100, w.price_list(0.11))),
    World("heavy tails, t with 3 df, precise", LIKE, w.like_for_like(20, 300, 100, w.student(0.07))),
    World("price over cost, noise 12 %", COST, w.cost_plus(20, 300, 100, w.normal(0.12), cost=0.4)),
    World("200 offers x 50, tariff noise 3 %, 20 cells", OFFER, w.offers(20, 10, 50, w.normal(0.03), w.none())),
    World("200 offers x 50, tariff noise 3 %, 4 cells", OFFER, w.offers(4, 50, 50, w.normal(0.03), w.none())),
    World("200 offers x 50, own prices, list 5 %", OFFER, w.offers(20, 10, 50, w.none(), w.price_list(0.05))),
    World(
        "120 offers in all of 20 cells, tariff 3 %", OFFER, w.crossed_offers(20, 120, 3, w.normal(0.03), w.normal(0.01))
    ),
    World("changes of 12 %", CHANGE, w.changes(20, 300, 100, 0.12)),
    World("60 joiners, 1,000 tenured, 20 cells, 11 %", JOINERS, w.derived(20, 1000, 60, w.normal(0.11))),
)
"""A standard error of at most a third of the margin: equivalence can be shown at a true gap of 0."""

HIDDEN_WORLDS = (
    World("list, 20 % off unseen, 1 cell, 10 new", LIKE, w.hidden_discount(1, 200, 10, 0.2)),
    World("list, 20 % off unseen, 4 cells, 10 new", LIKE, w.hidden_discount(4, 200, 10, 0.2)),
    World("list, 20 % off unseen, 20 cells, 10 new", LIKE, w.hidden_discount(20, 200, 10, 0.2)),
    World("list, 50 % off unseen, 4 cells, 20 new", LIKE, w.hidden_discount(4, 200, 20, 0.5)),
    World("list, 1 % steps, 20 % off unseen, 4 cells, 10 new", LIKE, w.hidden_discount(4, 200, 10, 0.2, step=0.01)),
    World("list, 1 % steps, 20 % off unseen, 4 cells, 25 new", LIKE, w.hidden_discount(4, 200, 25, 0.2, step=0.01)),
    World("list, steps of 5 %, 4 cells, 10 new", LIKE, w.like_for_like(4, 200, 10, w.price_list(0.05))),
)
"""Price lists with few new customers: a gap of the margin made by a discount that few or none of them have; and one
where the tenured customers show how far the list reaches."""

OFFSETTING_WORLDS = (
    World("ten cells +10 %, ten -10 %, noise 2 %", LIKE, w.like_for_like(20, 60, 30, w.normal(0.02), offset=0.1)),
    World("ten cells +10 %, ten -10 %, noise 8 %", LIKE, w.like_for_like(20, 300, 200, w.normal(0.08), offset=0.1)),
    World("ten cells +10 %, ten -10 %, list", LIKE, w.like_for_like(20, 300, 200, w.price_list(0.05), offset=0.1)),
    World("ten cells +10 %, ten -10 %, 200 offers", OFFER, w.offset_offers(20, 10, 20, w.normal(0.03), 0.1)),
    World(
        "ten cells +2 %, ten -2 %, 120 offers in all",
        OFFER,
        w.crossed_offers(20, 120, 3, w.normal(0.03), w.none(), offset=0.02),
    ),
    World("ten cells +10 %, ten -10 %, 2,000 offers", OFFER, w.offset_offers(20, 100, 5, w.normal(0.03), 0.1)),
    World("one tenure band +5 %, one -5 %", LIKE, s.offset_parts(20, 300, 200, w.normal(0.03), 0.05, by="band")),
    World("one region +5 %, one -5 %", LIKE, s.offset_parts(20, 300, 200, w.normal(0.03), 0.05, by="lens")),
    World("changes +5 % in ten cells, -5 % in ten", CHANGE, w.changes(20, 300, 200, 0.03, offset=0.05)),
)

EVERYONE = World("everyone alike, 20 offers", OFFER, w.offers(4, 5, 500, w.none(), w.none()))
"""Nothing varies: no interval decides, the exact test of the decisions does."""

WIDE_WORLDS = _named(
    "normal prices, 8 %",
    "price list, steps of 5 %",
    "skewed, lognormal 0.6",
    "households of 3 share 8 %",
    "price over cost, noise 10 %",
    "20 offers x 500, tariff noise 2 %",
    "20 offers x 500, tariff noise 10 %",
    "100 offers x 100, tariff noise 5 %",
    "changes of 5 %",
)
"""Power to find a penalty: in some the detectable gap is above twice the margin, in some below."""


WORLDS = {world.name: world for world in (*NULL_WORLDS, *PRECISE_WORLDS, *HIDDEN_WORLDS, *OFFSETTING_WORLDS, EVERYONE)}


def questions(seed: int, jobs: int) -> list[Question]:
    """Return everything that is asked; the gaps of the power questions come from a pilot of each world at 0."""
    covered, false, margin = {"least": 0.935, "most": 0.965}, {"most": ALPHA / 2 + 0.01}, {"most": ALPHA}
    listed = [Question("coverage", world, 0.0, "covered", **covered) for world in NULL_WORLDS]
    listed += [Question("coverage", world, 0.05, "covered", **covered) for world in SHIFTED_WORLDS]
    listed += [Question("false penalty", world, 0.0, "penalty", **false) for world in NULL_WORLDS]
    listed += [
        Question("equivalent at the margin", world, gap, "equivalent", **margin)
        for world in PRECISE_WORLDS
        for gap in (MARGIN, -MARGIN)
    ]
    listed += [Question("equivalent at the margin", world, MARGIN, "equivalent", **margin) for world in HIDDEN_WORLDS]
    listed += [Question("offsetting cells", world, 0.0, "equivalent", most=0.0) for world in OFFSETTING_WORLDS]
    pilots = ask([Question("pilot", world, 0.0, "penalty") for world in WIDE_WORLDS], PILOT, seed, jobs)
    listed += [
        Question("power, penalty", world, max(pilot.detectable, 2.0 * MARGIN), "penalty", least=0.75)
        for world, pilot in zip(WIDE_WORLDS, pilots, strict=True)
    ]
    listed += [Question("power, equivalent", world, 0.0, "equivalent", least=0.75) for world in PRECISE_WORLDS]
    listed.append(Question("power, penalty", EVERYONE, 0.05, "penalty", least=1.0))
    listed.append(Question("power, equivalent", EVERYONE, 0.0, "equivalent", least=1.0))
    return listed


def outcome(question: Question, answer: Answer) -> str:
    """Return whether the target is met; below the size for which an interval is promised its shortfall is published."""
    rate = answer.rates[question.event]
    is_met = (question.least or 0.0) <= rate <= (1.0 if question.most is None else question.most)
    if question.topic in ("coverage", "false penalty") and not answer.has_evidence:
        marked = answer.rates["approximate"]
        if marked <= 0.99:
            return f"**not marked** ({marked:.0%})"
        return "met, approximate" if is_met else "**short**, approximate"
    if is_met:
        return "met"
    bound = question.most if question.most is not None and rate > question.most else question.least or 0.0
    if question.topic in ("coverage", "false penalty") and (marked := answer.rates["approximate"]) >= 0.5:
        return f"**short**, approximate in {marked:.0%}"
    # The Monte-Carlo error of a process that just meets the target: that of the rate itself is 0 at 0 % and at 100 %.
    return "open" if abs(rate - bound) < 2.0 * math.sqrt(bound * (1.0 - bound) / answer.n) else "**missed**"


def error(question: Question, answer: Answer) -> float:
    """Return the Monte-Carlo error of the rate asked for."""
    rate = answer.rates[question.event]
    return math.sqrt(rate * (1.0 - rate) / answer.n)


def target(question: Question) -> str:
    if question.least is not None and question.most is not None:
        return f"{question.least:.1%} to {question.most:.1%}"
    return f">= {question.least:.1%}" if question.least is not None else f"<= {question.most:.1%}"


_ASIDE = {
    "coverage": ("above", "below"),
    "false penalty": ("above", "favourable"),
    "equivalent at the margin": ("offsetting_gaps", "small_effective_sample"),
    "offsetting cells": ("offsetting_gaps", "penalty"),
    "power, penalty": ("inconclusive", "equivalent"),
    "power, equivalent": ("offsetting_gaps", "estimators_disagree"),
}
"""What else is shown beside the rate asked for."""


def report(asked: Sequence[Question], answers: Sequence[Answer], where: dict[str, str]) -> str:
    """Return all tables as Markdown."""
    lines = ["# Calibration", "", *(f"* {name}: {f'`{v}`' if name == 'command' else v}" for name, v in where.items())]
    lines += ["", f"alpha {ALPHA}, margin {MARGIN:.0%}; rates with one Monte-Carlo error; sizes are medians."]
    for topic in dict.fromkeys(question.topic for question in asked):
        chosen = [(q, a) for q, a in zip(asked, answers, strict=True) if q.topic == topic]
        first, second = _ASIDE[topic]
        head = ["world", "estimand", "gap", "n_eff", "clusters", "se", chosen[0][0].event, "target", "outcome"]
        rows = [
            [*_row(question, answer), *(f"{answer.rates[x]:.1%}" for x in (first, second))]
            for question, answer in chosen
        ]
        lines += ["", f"## {topic.capitalize()}", "", measure.table([*head, first, second], rows)]
    outcomes = [outcome(q, a) for q, a in zip(asked, answers, strict=True)]
    short = sum(found.startswith("**short**") for found in outcomes)
    missed = sum(found.startswith("**") for found in outcomes) - short
    lines += ["", f"{missed} of {len(asked)} targets missed; {short} short in findings marked `approximate`."]
    return "\n".join(lines)


def _row(question: Question, answer: Answer) -> list[str]:
    rate = answer.rates[question.event]
    return [
        question.world.name,
        question.world.estimand,
        f"{question.gap:+.1%}",
        f"{answer.n_eff:,.0f}",
        "" if answer.clusters is None else f"{answer.clusters:.0f}",
        f"{answer.se:.2%}",
        f"{rate:.1%} ± {error(question, answer):.1%}",
        target(question),
        outcome(question, answer),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=2000, help="worlds for each question (default 2,000)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="+", default=[""], help="topics or worlds whose name contains one of these")
    parser.add_argument("--save", nargs="?", const="calibration", metavar="NAME", help="write results/NAME.md")
    options = parser.parse_args()
    started = time.perf_counter()
    asked = [
        question
        for question in questions(options.seed, options.jobs)
        if any(text in f"{question.topic} {question.world.name}" for text in options.only)
    ]
    answers = ask(asked, options.worlds, options.seed, options.jobs)
    only = f" --only {shlex.join(options.only)}" if any(options.only) else ""
    name = options.save or "calibration"
    command = f"python bench/calibration.py --worlds {options.worlds} --seed {options.seed}{only} --save {name}"
    where = {**measure.provenance(command, ("numpy", "scipy")), "worlds": f"{options.worlds:,} for each question"}
    where["duration"] = f"{(time.perf_counter() - started) / 60:.0f} minutes"
    text = report(asked, answers, where)
    print(text)
    if options.save:
        (measure.ROOT / "bench" / "results" / f"{name}.md").write_text(text + "\n")


if __name__ == "__main__":
    main()
