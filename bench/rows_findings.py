"""Findings from customer rows by pandas and scipy: what the benchmarks hold the product against.

It keeps the rows sorted by cell and works on whole arrays; scipy ranks cell by cell. Support, verdicts and a published
database are left out. Formulas: docs/method.md. Positive = tenured customers pay more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import rows_robust as robust
from scipy import stats

KEY = ("estimand", "level_name", "scope", "band")
ALPHA = 0.05
MARGIN = 0.01
TICKS = 10_000
MIN_PER_GROUP = 10
BANDS = {"0": (0, 12), "1": (12, 24), "2": (24, 36), "3-4": (36, 60), "5-9": (60, 120), "10+": (120, 10_000)}


@dataclass(frozen=True)
class Rows:
    """The customers in cell order, as arrays of shape (customers,), and the names of cells and lens values.

    ``months`` is negative where the tenure is not known; ``offer`` is NaN where there is none; ``party`` is None where
    every row is a party.
    """

    cell: np.ndarray
    version: np.ndarray
    price: np.ndarray
    offer: np.ndarray
    months: np.ndarray
    is_new: np.ndarray
    is_tenured: np.ndarray
    vulnerable: np.ndarray
    party: np.ndarray | None
    log_price: np.ndarray
    names: list[tuple[str, ...]]
    lens_values: list[str]


def per_cell(rows: Rows, mask: np.ndarray) -> pd.DataFrame:
    """Return size, sum, variance of the price and mean log price by cell; absent cells have size 0."""
    chosen = pd.DataFrame({"cell": rows.cell[mask], "price": rows.price[mask], "log": rows.log_price[mask]})
    groups = chosen.groupby("cell")
    found = groups["price"].agg(["size", "sum", "var"]).assign(log=groups["log"].mean())
    return found.reindex(np.arange(len(rows.names))).fillna({"size": 0, "sum": 0.0})


def rank_cells(rows: Rows, tenured: np.ndarray, new: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return U of the tenured and its tie-corrected variance for each of the cells."""
    numbers = np.arange(len(rows.names) + 1)
    price_t, price_n = rows.price[tenured], rows.price[new]
    first_t, first_n = np.searchsorted(rows.cell[tenured], numbers), np.searchsorted(rows.cell[new], numbers)
    u, variance = np.empty(len(cells)), np.empty(len(cells))
    for position, cell in enumerate(cells):
        here = price_t[first_t[cell] : first_t[cell + 1]]
        there = price_n[first_n[cell] : first_n[cell + 1]]
        ranks = stats.rankdata(np.concatenate((here, there)))
        n, m = len(here), len(there)
        u[position] = ranks[:n].sum() - n * (n + 1) / 2
        variance[position] = n * m / (n + m) * ranks.var(ddof=1)
    return u, variance


@dataclass
class Results:
    """Rows of findings, then adjusted together within their families; ``facts`` need no adjustment."""

    rows: list[dict[str, Any]]
    facts: list[dict[str, Any]] = field(default_factory=list)

    def add(self, key: dict[str, Any], family: str, ratio: Iterable[float], companions: dict[str, float]) -> None:
        """Add a finding; ``ratio`` is its log ratio, standard error and degrees of freedom."""
        estimated = dict(zip(("log_ratio", "se", "df"), ratio, strict=True))
        companions = {"standard_error": estimated["se"], "df": estimated["df"], **companions}
        self.rows.append({**key, **estimated, "family": family, "companions": companions})

    def add_fact(self, key: dict[str, Any], estimate: Any, companions: dict[str, Any]) -> None:
        """Add a finding without a test; its estimate is None where nothing could be compared."""
        named = {name: key.get(name, "") for name in (*KEY, "reading")}
        self.facts.append({**named, "estimate": estimate, "companions": companions})

    def finish(self) -> list[dict[str, Any]]:
        """Adjust by Benjamini-Hochberg and return plain findings, every interval at the confidence of a single test."""
        table = pd.DataFrame(self.rows)
        table["p_value"] = 2 * stats.t.sf(np.abs(table["log_ratio"] / table["se"]), table["df"])
        by_family = table.groupby("family")["p_value"]
        table["p_value_adjusted"] = by_family.transform(_adjusted)
        half = stats.t.ppf(1 - ALPHA / 2, table["df"]) * table["se"]
        table["estimate"] = np.expm1(table["log_ratio"])
        table["p_value_equivalence"] = robust.equivalence_p(table["log_ratio"], table["se"], table["df"], MARGIN)
        table["ci_lower"], table["ci_upper"] = np.expm1(table["log_ratio"] - half), np.expm1(table["log_ratio"] + half)
        table["band"] = table["band"].astype(object).where(table["band"].notna(), None)
        table["reading"] = table["reading"].fillna("") if "reading" in table else ""
        kept = [*KEY, "reading", "estimate", "ci_lower", "ci_upper", "p_value"]
        return table[[*kept, "p_value_adjusted", "p_value_equivalence", "companions"]].to_dict("records") + self.facts


def _adjusted(p_values: pd.Series) -> pd.Series:
    """Return the p-values of a family adjusted by Benjamini-Hochberg; what has none is no test."""
    known = p_values.dropna()
    return pd.Series(stats.false_discovery_control(known), index=known.index).reindex(p_values.index)


def log_ratio(tenured: pd.DataFrame, new: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the log ratio, standard error and Satterthwaite df: every row of the frames is one stratum."""
    n_t, n_n = tenured["size"].to_numpy(), new["size"].to_numpy()
    v_t = tenured["var"].to_numpy() * n_t / tenured["sum"].to_numpy() ** 2
    v_n = new["var"].to_numpy() * n_n / new["sum"].to_numpy() ** 2
    ratio = (tenured["sum"].to_numpy() / n_t) / (new["sum"].to_numpy() / n_n)
    return np.log(ratio), np.sqrt(v_t + v_n), (v_t + v_n) ** 2 / (v_t**2 / (n_t - 1) + v_n**2 / (n_n - 1))


def standardised(tenured: pd.DataFrame, new: pd.DataFrame) -> tuple[float, float, float]:
    """Return the log of the standardised ratio over the cells, its standard error and Satterthwaite df."""
    n_t, n_n = tenured["size"].to_numpy(), new["size"].to_numpy()
    a, b = tenured["sum"].sum(), (n_t * new["sum"].to_numpy() / n_n).sum()
    v = np.concatenate((n_t * tenured["var"] / a**2, n_t**2 * new["var"] / (n_n * b**2)))
    return float(np.log(a / b)), float(np.sqrt(v.sum())), float(v.sum() ** 2 / (v**2 / (np.r_[n_t, n_n] - 1)).sum())


@dataclass(frozen=True)
class Contrast:
    """Both arms of a scope over its compared cells, arrays of shape (cells,); the first of pairs is the tenured arm's.

    ``difference`` is that of the mean log prices; ``logs`` are the cell and the log price of each customer.
    """

    cells: np.ndarray
    sizes: tuple[np.ndarray, np.ndarray]
    difference: np.ndarray
    u: np.ndarray
    u_variance: np.ndarray
    logs: list[tuple[np.ndarray, np.ndarray]]
    n_cells: int

    def companions(self) -> dict[str, Any]:
        """Return the companions over all cells together."""
        size_t, size_n = self.sizes
        weight, pairs = 1 / (size_t + size_n + 1), size_t * size_n
        return {
            "hodges_lehmann": robust.hodges_lehmann(*self.logs, self.cells, self.n_cells),
            "geometric": np.expm1((size_t * self.difference).sum() / size_t.sum()),
            "van_elteren": ((self.u - pairs / 2) * weight).sum() / np.sqrt((self.u_variance * weight**2).sum()),
            "probability_superiority": (self.u * weight).sum() / (pairs * weight).sum(),
            "n_tenured": int(size_t.sum()),
            "n_new": int(size_n.sum()),
        }

    def of_cell(self, position: int) -> Contrast:
        """Return the contrast of one cell."""
        one = slice(position, position + 1)
        bounds = [np.searchsorted(cell, self.cells[position] + np.arange(2, dtype=cell.dtype)) for cell, _ in self.logs]
        logs = [(cell[low:high], log[low:high]) for (cell, log), (low, high) in zip(self.logs, bounds, strict=True)]
        sizes = self.sizes[0][one], self.sizes[1][one]
        numbers = self.difference[one], self.u[one], self.u_variance[one]
        return Contrast(self.cells[one], sizes, *numbers, logs, self.n_cells)


def contrast(rows: Rows, arms: list[pd.DataFrame], tenured: np.ndarray, new: np.ndarray, cells: np.ndarray) -> Contrast:
    """Return both arms over the chosen cells, of which ``arms`` are the sums."""
    ranked = rank_cells(rows, tenured, new, cells)
    logs = [(rows.cell[mask], rows.log_price[mask]) for mask in (tenured, new)]
    sizes = arms[0]["size"].to_numpy(), arms[1]["size"].to_numpy()
    return Contrast(cells, sizes, (arms[0]["log"] - arms[1]["log"]).to_numpy(), *ranked, logs, len(rows.names))


def support(
    rows: Rows, tenured: np.ndarray, compared: np.ndarray, group: np.ndarray | None = None, n: int = 1
) -> list[dict[str, Any]]:
    """Return for n groups how many of the tenured are compared, and the money a year of those who are not."""
    group = np.zeros(len(rows.cell), dtype=np.int64) if group is None else group
    left = tenured & ~compared
    sizes = [np.bincount(group[mask], minlength=n) for mask in (tenured, left)]
    money = [np.bincount(group[mask], rows.price[mask], n) for mask in (tenured, left)]
    return [
        {
            "n_not_compared": int(sizes[1][i]),
            "money_not_compared": 12 * money[1][i],
            "support_share": 1 - sizes[1][i] / sizes[0][i] if sizes[0][i] else None,
            "support_money_share": 1 - money[1][i] / money[0][i] if sizes[0][i] else None,
        }
        for i in range(n)
    ]


def like_for_like(rows: Rows, results: Results, key: dict, tenured: np.ndarray, new: np.ndarray) -> None:
    """Add the like-for-like gap of a scope, and of each cell where the scope is the whole rows."""
    if not tenured.any() and key["band"] is not None:
        return
    arms = per_cell(rows, tenured), per_cell(rows, new)
    sizes = [arm["size"].to_numpy() for arm in arms]
    qualified = (sizes[0] >= MIN_PER_GROUP) & (sizes[1] >= MIN_PER_GROUP)
    compared = qualified[rows.cell]
    covered = support(rows, tenured, compared)[0]
    named = {"estimand": "like_for_like_gap", **key}
    if not qualified.any():
        results.add_fact(named, None, covered)
        return
    compared_arms = [arm[qualified] for arm in arms]
    both = contrast(rows, compared_arms, tenured, new, np.flatnonzero(qualified))
    each = log_ratio(*compared_arms)
    companions = both.companions() | robust.heterogeneity(*each[:2]) | covered
    if key["family"] == "pooled":
        prices = [(rows.cell[mask], rows.price[mask]) for mask in (tenured, new)]
        lower, upper = robust.bootstrap(*prices, both.cells, len(rows.names))
        companions |= {"bootstrap_lower": lower, "bootstrap_upper": upper}
    results.add(named, f"lfl:{key['family']}", standardised(*compared_arms), companions)
    if key["family"] != "pooled":
        return
    shares = support(rows, tenured, compared, rows.cell, len(rows.names))
    for position, cell in enumerate(both.cells):
        numbers = both.of_cell(position).companions() | shares[cell]
        results.add(cell_key("like_for_like_gap", rows, cell), "lfl:cells", [x[position] for x in each], numbers)
    for cell in np.flatnonzero(~qualified & (sizes[0] + sizes[1] > 0)):
        results.add_fact(cell_key("like_for_like_gap", rows, cell), None, shares[cell])


def raw(rows: Rows, results: Results, key: dict, tenured: np.ndarray, new: np.ndarray) -> None:
    """Add the raw gap of a scope: ratio of means, Welch and Mann-Whitney."""
    prices = rows.price[tenured], rows.price[new]
    if not all(map(len, prices)):
        if len(prices[0]) or key["band"] is None:
            nobody = np.zeros_like(tenured)
            results.add_fact({"estimand": "raw_gap", **key}, None, support(rows, tenured, nobody)[0])
        return
    arms = [pd.DataFrame({"size": [len(p)], "sum": [p.sum()], "var": [p.var(ddof=1)]}) for p in prices]
    u = stats.mannwhitneyu(*prices)
    companions = {
        **support(rows, tenured, tenured)[0],
        "welch": stats.ttest_ind(*prices, equal_var=False).statistic,
        "mann_whitney": u.statistic / (len(prices[0]) * len(prices[1])),
    }
    results.add({"estimand": "raw_gap", **key}, f"raw:{key['family']}", [x[0] for x in log_ratio(*arms)], companions)


def clustered(group: np.ndarray, price: np.ndarray, offer: np.ndarray, within: np.ndarray, n: int) -> pd.DataFrame:
    """Return the offer ratio of n scopes with its clustered standard error.

    ``group`` gives the scope of each cluster, ``price`` and ``offer`` its sums, ``within`` is True where it has rows.
    """
    group, price, offer = group[within], price[within], offer[within]
    total_p, total_b = np.bincount(group, price, n), np.bincount(group, offer, n)
    residual = price - (total_p / total_b)[group] * offer
    alone = np.bincount(group, minlength=n) < 2
    others = np.where(alone[group], np.nan, 1 - offer / total_b[group])
    variance = np.bincount(group, (residual / others) ** 2, n) / total_p**2
    effective = np.where(alone, np.nan, total_b**2 / np.bincount(group, offer**2, n))
    return pd.DataFrame({"log_ratio": np.log(total_p / total_b), "se": np.sqrt(variance), "df": effective - 1})


def two_way(by_party: pd.DataFrame, by_version: pd.DataFrame, by_both: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return, scope by scope, the estimate with what party and price decision add, and whether decisions dominate.

    What both share is subtracted once; the variance is never below the larger, and its degrees of freedom are those of
    fewer effective clusters (Cameron, Gelbach & Miller 2011).
    """
    party, version = by_party["se"] ** 2, by_version["se"] ** 2
    variance = np.maximum(party + version - by_both["se"] ** 2, np.maximum(party, version))
    # What cannot be computed, for want of a second cluster, has no interval.
    variance = variance.where(party.notna() & version.notna())
    found = by_party.assign(se=np.sqrt(variance), df=np.minimum(by_party["df"], by_version["df"]))
    return found, (version > party).to_numpy() | (version.isna() & party.notna()).to_numpy()


def offer_ratios(rows: Rows, mask: np.ndarray, group: np.ndarray, n: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the offer ratio of n scopes and whether price decisions dominate; ``group`` is each row's scope."""
    price, offer, version = rows.price[mask], rows.offer[mask], rows.version[mask]
    everyone = np.ones(len(price), dtype=bool)
    if rows.party is None:
        by_party = by_both = clustered(group, price, offer, everyone, n)
    else:
        party = pd.factorize(rows.party[mask])[0].astype(np.int64)
        pair = pd.factorize(party * (int(version.max()) + 1) + version)[0]
        by_party, by_both = (grouped(cluster, group, price, offer, n) for cluster in (party, pair))
    return two_way(by_party, grouped(version, group, price, offer, n), by_both)


def grouped(cluster: np.ndarray, group: np.ndarray, price: np.ndarray, offer: np.ndarray, n: int) -> pd.DataFrame:
    """Return the offer ratio of n scopes by clusters of rows; a cluster in several scopes is one in each."""
    size = int(cluster.max()) + 1
    pair = group.astype(np.int64) * size + cluster
    sums = [np.bincount(pair, values, n * size) for values in (price, offer)]
    return clustered(np.repeat(np.arange(n), size), sums[0], sums[1], sums[1] > 0, n)


def offer_companions(
    cell: np.ndarray, price: np.ndarray, offer: np.ndarray, version: np.ndarray, cluster: np.ndarray | None
) -> dict[str, float]:
    """Return the companions of an offer gap.

    Price decisions (``version``) are the trials of the share; ``cluster`` groups the signed rank, None takes customers
    as they are.
    """
    ratio = price / offer
    # Rounded, so that equal ratios of different prices are ties: 5.5/5 and 11/10 differ in their last bit.
    log_ratio = np.log(ratio).round(13)
    by_cell = [np.bincount(cell, values) for values in (price, offer)]
    size = np.bincount(cell)
    there = size > 0
    lower, upper = share_interval(price > offer, version)
    signed = np.sign(log_ratio) * stats.rankdata(np.abs(log_ratio))
    sums = signed if cluster is None else np.bincount(cluster, signed)
    return {
        "geometric": np.expm1(log_ratio.mean()),
        "count_weighted": (size[there] * (by_cell[0][there] / by_cell[1][there])).sum() / len(price) - 1,
        "median_ratio": np.median(ratio) - 1,
        "share_above": (price > offer).mean(),
        "share_above_lower": lower,
        "share_above_upper": upper,
        "signed_rank": sums.sum() / np.sqrt((sums**2).sum()) if sums.any() else 0.0,
    }


def share_interval(above: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of a share at its effective sample; rows of a cluster are one draw."""
    n, share = len(above), above.mean()
    sizes, found = np.bincount(cluster), np.bincount(cluster, above)
    found, weight = found[sizes > 0], sizes[sizes > 0] / n
    effective_clusters = 1 / (weight**2).sum()
    if len(weight) < 2:
        return np.nan, np.nan
    if share in (0, 1):
        bound = (ALPHA / 2) ** (1 / effective_clusters)
        return (0.0, 1 - bound) if share == 0 else (bound, 1.0)
    variance = (((found / n - share * weight) / (1 - weight)) ** 2).sum()
    effect = max(1.0, variance / (share * (1 - share) / n * (n / (n - 1)) ** 2))
    t = [stats.t.ppf(1 - ALPHA / 2, df) for df in (n - 1, effective_clusters - 1)]
    size = n / effect * (t[0] / t[1]) ** 2
    x = share * size
    return stats.beta.ppf(ALPHA / 2, x, size - x + 1), stats.beta.ppf(1 - ALPHA / 2, x + 1, size - x)


def offers(
    rows: Rows,
    results: Results,
    key: dict,
    chosen: np.ndarray,
    *,
    more: dict[str, Any] | None = None,
    with_cells: bool = True,
) -> None:
    """Add the offer gap of a scope, and of each cell where the scope is the whole rows; ``more`` are companions."""
    mask = chosen & ~np.isnan(rows.offer)
    if not mask.any():
        if key["band"] is None:
            results.add_fact({"estimand": "offer_gap", **key}, None, support(rows, chosen, mask)[0])
        return
    cell, price, offer = rows.cell[mask], rows.price[mask], rows.offer[mask]
    version, party = rows.version[mask], None if rows.party is None else rows.party[mask]
    ratio, by_version = offer_ratios(rows, mask, np.zeros(len(cell), dtype=np.int64), 1)
    companions = {
        **offer_companions(cell, price, offer, version, version if by_version[0] else party),
        **support(rows, chosen, mask)[0],
        **(more or {}),
    }
    family = f"offer:{key['family']}:{key.get('reading', '')}"
    results.add({"estimand": "offer_gap", **key}, family, ratio.iloc[0], companions)
    if key["family"] != "pooled" or not with_cells:
        return
    each, by_version = offer_ratios(rows, mask, cell.astype(np.int64), len(rows.names))
    bounds = np.searchsorted(cell, np.arange(len(rows.names) + 1))
    shares = support(rows, chosen, mask, rows.cell, len(rows.names))
    for number, (start, stop) in enumerate(pairwise(bounds)):
        if stop > start:
            here = slice(start, stop)
            shared = version if by_version[number] else party
            companions = (
                offer_companions(
                    cell[here], price[here], offer[here], version[here], None if shared is None else shared[here]
                )
                | shares[number]
            )
            results.add(cell_key("offer_gap", rows, number), "offer:cells", each.iloc[number], companions)
        elif shares[number]["n_not_compared"]:
            results.add_fact(cell_key("offer_gap", rows, number), None, shares[number])


def cell_key(estimand: str, rows: Rows, number: int) -> dict[str, Any]:
    scope = dict(zip(["product_id", "region", "channel"], rows.names[number], strict=True))
    return {"estimand": estimand, "level_name": "cell", "scope": scope, "band": None}


def scopes(rows: Rows) -> Iterator[tuple[dict[str, Any], np.ndarray, np.ndarray, np.ndarray]]:
    """Yield key, tenured customers, those held against offers and everyone of each scope: whole, bands, lens values."""
    everywhere = np.ones(len(rows.cell), dtype=bool)
    pooled = {"level_name": "pooled", "scope": {}, "band": None, "family": "pooled"}
    yield pooled, rows.is_tenured, rows.is_tenured, everywhere
    for label, (low, high) in BANDS.items():
        inside = (rows.months >= low) & (rows.months < high)
        yield {**pooled, "band": label, "family": "bands"}, inside & ~rows.is_new, inside, everywhere
    unknown = [(-1, None)] if (rows.vulnerable < 0).any() else []
    for code, value in [*enumerate(rows.lens_values), *unknown]:
        inside = rows.vulnerable == code
        key = {"level_name": "lens", "scope": {"is_vulnerable": value}, "band": None, "family": "lens"}
        yield key, inside & rows.is_tenured, inside & rows.is_tenured, inside
