"""One side of the book benchmark in a process of its own: ``python bench/book_sides.py SIDE FILE TARGET``.

export  write the export of TARGET rows to the folder FILE
product build and analyse the study of FILE into the fresh folder TARGET
pandas  the same findings by pandas and scipy, as JSON to TARGET
bare    count customers by cell, group and price: the least that any answer has to read and group
"""

from __future__ import annotations

from pathlib import Path

import sides
from sides import MONEY


def product(file: Path, target: Path) -> None:
    from book_export import write_config

    sides.build(write_config(file, target))


def pandas(file: Path, target: Path) -> None:
    import book_pandas

    book_pandas.main(file, target)


def bare(file: Path, target: Path) -> None:
    sides.rows_counted(
        f"""
        select
            product, region, channel,
            case when try_cast(tenure_months as integer) < 12 then 'new'
                when try_cast(tenure_months as integer) >= 24 then 'tenured' else 'middle' end as loyalty_group,
            try_cast(monthly_price as {MONEY}) as price,
            count(*) as n
        from {sides.relation(file)}
        group by all
        """,
        target,
    )


def export(folder: Path, rows: Path) -> None:
    from book_export import make_export

    make_export(folder, int(str(rows)))


if __name__ == "__main__":
    sides.call({"product": product, "pandas": pandas, "bare": bare, "export": export})
