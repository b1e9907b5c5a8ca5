"""Why tenured customers pay a different mean from new ones: mix, like for like, and no counterpart; exact sums.

Rational arithmetic on ticks: the four terms sum to the raw difference without a remainder. Positive = tenured pay more.
Facts, without sampling error; only the like-for-like term has an interval, that of ``like_for_like_gap``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Arm:
    """One group of one cell.

    Attributes:
        n: Observations.
        money: Sum of p q over them, ticks a year.
        units: Sum of q over them.
    """

    n: int
    money: Fraction
    units: Fraction


TERMS = ("unmatched_tenured", "like_for_like", "mix", "unmatched_new")
NOBODY = Arm(0, Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The raw difference of mean yearly money, in four terms that sum to it; ticks per observation a year.

    Attributes:
        unmatched_tenured: Mean of all tenured less that of the matched: above 0, those without a counterpart pay more.
        like_for_like: Matched tenured less the new customers' prices for the same units.
        mix: Those prices less the mean of the matched new: above 0, tenured hold dearer things.
        unmatched_new: Mean of the matched new less that of all new: above 0, those without a counterpart pay less.
        standard: The matched tenured at the new customers' prices: ``like_for_like / standard`` is the gap.
        mean_new: Mean of all new: the base of percentages.
        n_unmatched: Tenured and new observations without a counterpart.
        mean_unmatched: Their own means; None where there is nobody.
    """

    unmatched_tenured: Fraction
    like_for_like: Fraction
    mix: Fraction
    unmatched_new: Fraction
    standard: Fraction
    mean_new: Fraction
    n_unmatched: tuple[int, int]
    mean_unmatched: tuple[Fraction | None, Fraction | None]

    @property
    def total(self) -> Fraction:
        """The raw difference of means: the exact sum of the four terms."""
        return self.unmatched_tenured + self.like_for_like + self.mix + self.unmatched_new

    def rounded(self, step: int = 1) -> dict[str, int]:
        """Return the four terms in multiples of ``step`` that sum to the rounded total; the rest goes to the largest.

        Example:
            >>> third = Fraction(1, 3)
            >>> split = Decomposition(third, third, third, Fraction(0), Fraction(1), Fraction(1), (0, 0), (None, None))
            >>> split.rounded()
            {'unmatched_tenured': 1, 'like_for_like': 0, 'mix': 0, 'unmatched_new': 0}
        """
        terms = {name: step * round(getattr(self, name) / step) for name in TERMS}
        largest = max(TERMS, key=lambda name: abs(getattr(self, name)))
        terms[largest] += step * round(self.total / step) - sum(terms.values())
        return terms


def decompose(cells: Mapping[Key, tuple[Arm, Arm]], *, matched: Collection[Key]) -> Decomposition | None:
    """Split the difference of mean yearly money between tenured and new customers.

    With M the matched cells and s = sum over M of X_T rho / n_T(M), rho the new customers' money per unit, it is
    (z_T - z_T(M)) + (z_T(M) - s) + (s - z_N(M)) + (z_N(M) - z_N). Above 0 in total, tenured customers pay more.

    Args:
        cells: Each cell with its tenured and its new arm.
        matched: Cells with enough customers on both sides.

    Returns:
        Decomposition, or None where no cell is matched.

    References:
        Kitagawa, Journal of the American Statistical Association 50 (1955) 1168-1194; Nopo, Review of Economics and
        Statistics 90 (2008) 290-299.

    Example:
        >>> one = lambda *prices: Arm(len(prices), Fraction(sum(prices)), Fraction(len(prices)))
        >>> split = decompose({"A": (one(12), one(10)), "B": (one(30), NOBODY), "C": (NOBODY, one(6))}, matched=["A"])
        >>> [int(term) for term in (split.unmatched_tenured, split.like_for_like, split.mix, split.unmatched_new)]
        [9, 2, 0, 2]
    """
    both = [cells[key] for key in matched]
    if not both:
        return None
    whole = tuple(_sum(arms[side] for arms in cells.values()) for side in (0, 1))
    inside = tuple(_sum(arms[side] for arms in both) for side in (0, 1))
    standard = sum((t.units * n.money / n.units for t, n in both), Fraction(0)) / inside[0].n
    mean_t, mean_n = (arm.money / arm.n for arm in whole)
    matched_t, matched_n = (arm.money / arm.n for arm in inside)
    outside = tuple(Arm(a.n - b.n, a.money - b.money, a.units - b.units) for a, b in zip(whole, inside, strict=True))
    means = tuple(arm.money / arm.n if arm.n else None for arm in outside)
    return Decomposition(
        unmatched_tenured=mean_t - matched_t,
        like_for_like=matched_t - standard,
        mix=standard - matched_n,
        unmatched_new=matched_n - mean_n,
        standard=standard,
        mean_new=mean_n,
        n_unmatched=(outside[0].n, outside[1].n),
        mean_unmatched=(means[0], means[1]),
    )


def _sum(arms: Iterable[Arm]) -> Arm:
    listed = list(arms)
    return Arm(
        sum(arm.n for arm in listed),
        sum((arm.money for arm in listed), Fraction(0)),
        sum((arm.units for arm in listed), Fraction(0)),
    )
