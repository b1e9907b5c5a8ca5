"""One side of the lines benchmark in a process of its own: ``python bench/lines_sides.py SIDE FILE TARGET``.

export  write an export of about TARGET lines to the folder FILE
product build and analyse the study of FILE into the fresh folder TARGET
pandas  the same findings by pandas and scipy, as JSON to TARGET
bare    one line per line_id, the one issued last, then sums by ledger key: the least that any answer has to do
"""

from __future__ import annotations

from pathlib import Path

import sides
from sides import MONEY


def product(file: Path, target: Path) -> None:
    from lines_export import write_config

    sides.build(write_config(file, target))


def pandas(file: Path, target: Path) -> None:
    import lines_pandas

    lines_pandas.main(file, target)


def bare(file: Path, target: Path) -> None:
    sides.rows_counted(
        f"""
        with lines as (
            select
                line_id, customer_id, product_id, currency, interval_unit, invoice_status, line_kind,
                try_cast(interval_count as integer) as interval_count,
                try_cast(issued_on as date) as issued_on,
                try_cast(period_start as date) as period_start,
                try_cast(net_amount as {MONEY}) as net_amount,
                try_cast(quantity as {MONEY}) as quantity
            from {sides.relation(file)}
        ),
        versions as (
            select *, row_number() over (partition by line_id order by issued_on desc) as version_rank from lines
        )
        select
            customer_id, product_id, currency, interval_unit, interval_count,
            year(period_start) * 12 + month(period_start) - 1 as month_number,
            sum(net_amount) as net, sum(quantity) as quantity, count(*) as n
        from versions
        where version_rank = 1 and invoice_status = 'final' and line_kind = 'recurring'
        group by all
        """,
        target,
    )


def export(folder: Path, rows: Path) -> None:
    from lines_export import make_export

    make_export(folder, int(str(rows)))


if __name__ == "__main__":
    sides.call({"product": product, "pandas": pandas, "bare": bare, "export": export})
