"""Billing lines against the same study computed from the rows by pandas and scipy.

The lines are whole. Spoiled ones go another way: every world of tests/property/test_ledger_oracle.py is spoiled by
tests/oracle/spoiling.py (values, repeats, lost ids, two troubles in a row), and its dispositions, money and ledger are
compared with plain Python's to the last decimal; test_fuzz.py damages the files themselves.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench"
BASE = ("currency", "interval_unit", "interval_count")


def side(name: str, file: Path, target: Path | str) -> None:
    command = [sys.executable, str(BENCH / "lines_sides.py"), name, str(file), str(target)]
    # A script's own folder is on its path, not that of the package.
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
def test_both_sides_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings to 1e-9; dispositions, the ledger's sums and those without offer to the last decimal."""
    side("export", tmp_path, "20000")
    side("product", tmp_path / "lines.csv", tmp_path / "product-csv")
    side("pandas", tmp_path / "lines.csv", tmp_path / "pandas-csv")
    monkeypatch.syspath_prepend(str(BENCH))
    import compare
    import lines_compare

    rows: dict[str, Any] = json.loads((tmp_path / "pandas-csv").read_text(encoding="utf-8"))
    output = tmp_path / "product-csv"
    run = output / "runs" / (output / "current").read_text(encoding="utf-8").strip()
    n_compared = lines_compare.check(run, rows)
    assert min(n_compared.values()) > 0
    document = json.loads((run / "findings.json").read_text(encoding="utf-8"))
    for finding in document["findings"]:
        # The product names currency and interval where they tell cells apart.
        for name in BASE:
            finding["scope"].pop(name, None)
    assert compare.differences(document, rows["findings"])
