"""CSV lines through the Stripe preset, against the engine's own reading of the same files as text, with casts.

    python bench/presets.py [--rows N] [--rounds K] [--save]

Both sides read the same tables: invoice_line_item, invoice (one for four lines), price, subscription. The engine's side
reads every column as text and casts those that the preset uses into a table: nothing is joined, counted, checked or set
aside. The preset's side is what a build does up to the models: the query that joins the tables, the staged lines with
their checks, and the count of lines that proves that none was lost. Processor seconds of this process, all threads.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from fairness.config import Config, load_config
from fairness.engine.connection import building, looking
from fairness.intake.input_files import find_inputs, fingerprints, plain_copies
from fairness.intake.stage import stage
from fairness.presets import draft_config

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "bench" / "results" / "presets.md"
MOST = 2.5

_TABLES = {
    "invoice_line_item": """
        select 'il_' || i as id, 'in_' || i // 4 as invoice_id, 999 + i % 7 * 500 as amount, 'gbp' as currency,
            strftime(date '2023-01-01' + to_months((i % 24)::int), '%Y-%m-%d 00:00:00') as period_start,
            strftime(date '2023-02-01' + to_months((i % 24)::int), '%Y-%m-%d 00:00:00') as period_end,
            'false' as proration, 'price_' || i % 50 as price_id, 1 + i % 3 as quantity, 'true' as livemode,
            'sub_' || i // 24 as subscription_id, 'si_' || i // 24 as subscription_item_id, 'subscription' as type
        from range({n}) as r(i)""",
    "invoice": """
        select 'in_' || i as id, 'cus_' || i // 6 as customer_id,
            strftime(date '2023-01-01' + to_months((i * 4 % 24)::int), '%Y-%m-%d 08:00:00') as created, 1 as total,
            'paid' as status, 'subscription_cycle' as billing_reason
        from range({n} // 4 + 1) as r(i)""",
    "price": """
        select 'price_' || i as id, 'true' as active, '2018-01-01 00:00:00' as created, 'gbp' as currency,
            'prod_' || i as product_id, 'month' as recurring_interval, 1 as recurring_interval_count,
            'licensed' as recurring_usage_type, 'recurring' as type, 999 + i % 7 * 500 as unit_amount
        from range(50) as r(i)""",
    "subscription": """
        select 'sub_' || i as id, 'cus_' || i as customer_id, 'active' as status, '2020-01-01 10:00:00' as start_date,
            '2023-01-01 00:00:00' as billing_cycle_anchor
        from range({n} // 24 + 1) as r(i)""",
}

_CASTS = {
    "invoice_line_item": """
        id, invoice_id, cast(amount as decimal(18,0)) * 0.010 as amount, upper(currency) as currency,
        cast(cast(period_start as timestamp) as date) as period_start,
        cast(cast(period_end as timestamp) as date) as period_end, cast(proration as boolean) as proration, price_id,
        cast(quantity as decimal(18,6)) as quantity, cast(livemode as boolean) as livemode, subscription_id, type""",
    "invoice": "id, customer_id, cast(cast(created as timestamp) as date) as created, status, billing_reason",
    "price": """
        id, product_id, recurring_interval, cast(recurring_interval_count as int) as n,
        cast(unit_amount as decimal(18,0)) as amount""",
    "subscription": "id, customer_id, cast(cast(start_date as timestamp) as date) as start_date, status",
}


def write(folder: Path, n: int) -> None:
    with looking() as con:
        for name, query in _TABLES.items():
            con.execute(f"copy ({query.format(n=n)}) to '{folder / name}.csv' (header)")


def drafted(folder: Path) -> Config:
    with looking() as con:
        text = draft_config(con, [folder], folder, answers={}, preset="stripe").text
    (folder / "fairness.toml").write_text(text, encoding="utf-8")
    return load_config(folder / "fairness.toml")


def by_engine(config: Config, folder: Path, target: Path) -> float:
    with building(target, config) as con:
        start = time.process_time()
        for name, casts in _CASTS.items():
            rows = f"read_csv('{folder / name}.csv', all_varchar = true, header = true)"
            con.execute(f"create table {name} as select {casts} from {rows}")
        return time.process_time() - start


def by_preset(config: Config, target: Path, n: int) -> float:
    start = time.process_time()
    with looking() as con:
        inputs = find_inputs(con, config)
    hashes = fingerprints(inputs)
    with (
        tempfile.TemporaryDirectory() as folder,
        building(target, config) as con,
        plain_copies(con, inputs, Path(folder)) as copies,
    ):
        stage(con, config, copies, hashes)
        seconds = time.process_time() - start
        read = con.execute("select count(*) from stg_billing where reject_reason is null").fetchall()[0][0]
    if read != n:
        raise SystemExit(f"{read:,} of {n:,} lines were read")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", action="store_true", help="write bench/results/presets.md")
    given = parser.parse_args()
    engine, preset = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "export"
        folder.mkdir()
        write(folder, given.rows)
        config = drafted(folder)
        for number in range(given.rounds):
            engine.append(by_engine(config, folder, Path(name) / f"engine{number}.duckdb"))
            preset.append(by_preset(config, Path(name) / f"preset{number}.duckdb", given.rows))
    ratio = statistics.median(preset) / statistics.median(engine)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    lines = [
        "# Lines through the Stripe preset",
        "",
        f"`python bench/presets.py --rows {given.rows} --rounds {given.rounds} --save` at {commit}; processor seconds.",
        "",
        "| side | median | rounds |",
        "|---|---|---|",
        f"| the engine: all columns as text, with casts | {statistics.median(engine):.2f} | {_shown(engine)} |",
        f"| the preset: joined, checked, counted | {statistics.median(preset):.2f} | {_shown(preset)} |",
        "",
        f"Ratio {ratio:.2f}; at most {MOST} is the aim.",
    ]
    print("\n".join(lines))
    if given.save:
        RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _shown(seconds: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in seconds)


if __name__ == "__main__":
    main()
