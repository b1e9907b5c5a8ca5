"""``python -m fairness.synth demo FOLDER`` (or ``demo-book``): write a bundled study, byte for byte."""

from __future__ import annotations

import argparse
from pathlib import Path


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m fairness.synth", description=__doc__)
    parser.add_argument("study", choices=("demo", "demo-book"), help="which study to write")
    parser.add_argument("folder", type=Path, help="where to write it; files of the same names are replaced")
    given = parser.parse_args()

    from fairness.synth import demo_billing, demo_book

    {"demo": demo_billing, "demo-book": demo_book}[given.study].write_study(given.folder)
    print(given.folder)


if __name__ == "__main__":
    main()
