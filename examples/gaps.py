"""Print the gap of a study, as a whole and by tenure: `python gaps.py CONFIG`, a config file or its folder."""

from __future__ import annotations

import sys

import fairness


def main(config: str) -> None:
    """Open the study, which is built first where it has changed, and print its gaps."""
    run = fairness.open(config)
    whole = run.gap()
    print(f"whole book: {whole['estimate']:.1%} of the offer, {whole['n_tenured']} customers, {whole['verdict']}")
    for band in run.gap(by="tenure"):
        print(f"{band['tenure_band']}: {band['estimate']:.1%}, {band['n_tenured']} customers")


if __name__ == "__main__":
    main(sys.argv[1])
