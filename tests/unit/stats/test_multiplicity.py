from __future__ import annotations

import pytest

from fairness.stats.multiplicity import adjust, family_alpha, selected_level


@pytest.mark.parametrize("method", ["bh", "by", "holm"])
def test_a_family_of_one_is_left_alone(method) -> None:
    assert adjust([0.03], method=method) == [0.03]
    assert adjust([None, 0.03, None], method=method) == [None, 0.03, None]
    assert adjust([None, None], method=method) == [None, None]
    assert selected_level(alpha=0.05, n_tests=1, n_selected=1, method=method) == 0.95


def test_by_hand() -> None:
    p = [0.04, 0.01, 0.03]
    assert adjust(p, method="bh") == pytest.approx([0.04, 0.03, 0.04])
    assert adjust(p, method="by") == pytest.approx([0.04 * 11 / 6, 0.03 * 11 / 6, 0.04 * 11 / 6])
    assert adjust(p, method="holm") == pytest.approx([0.06, 0.03, 0.06])


def test_levels_of_selected_members_by_hand() -> None:
    options = {"alpha": 0.05, "n_tests": 4, "n_selected": 2}
    assert selected_level(method="bh", **options) == pytest.approx(1 - 0.025)
    assert selected_level(method="by", **options) == pytest.approx(1 - 0.025 / (25 / 12))
    assert selected_level(method="holm", **options) == pytest.approx(1 - 0.0125)
    assert family_alpha(alpha=0.05, n_tests=4, n_selected=0, method="bh") == pytest.approx(0.0125)


@pytest.mark.parametrize("method", ["bh", "holm"])
def test_intervals_of_selected_members_exclude_zero(method) -> None:
    # A member is selected when its adjusted p is below alpha; its p is then below alpha*, the level of its interval.
    p = [0.001, 0.012, 0.02, 0.2, 0.9]
    selected = [value for value, adjusted in zip(p, adjust(p, method=method), strict=True) if adjusted < 0.05]
    level = family_alpha(alpha=0.05, n_tests=5, n_selected=len(selected), method="bh")
    assert selected
    assert max(selected) < level


def test_refusals() -> None:
    with pytest.raises(ValueError, match="method = 'bonferroni': must be 'bh', 'by' or 'holm'"):
        adjust([0.1], method="bonferroni")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"p_values holds 1\.5"):
        adjust([1.5], method="bh")
    with pytest.raises(ValueError, match="p_values holds nan"):
        adjust([float("nan")], method="bh")
    with pytest.raises(ValueError, match="n_selected = 3: must lie in 0 to n_tests = 2"):
        family_alpha(alpha=0.05, n_tests=2, n_selected=3, method="bh")
