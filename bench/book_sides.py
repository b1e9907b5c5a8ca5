"""One side of the book benchmark in a process of its own: ``python bench/book_sides.py SIDE FILE TARGET``.

export  write the export of TARGET rows to the folder FILE
product build and analyse the study of FILE into the fresh folder TARGET
pandas  the same findings by pandas and scipy, as JSON to TARGET
bare    count customers by cell, group and price: the least that any answer has to read and group
"""

from __future__ import annotations

import sys
from pathlib import Path

# The product casts text prices to this type; the bare pass does the same.
_MONEY = "decimal(18,6)"


def product(file: Path, target: Path) -> None:
    from book_export import write_config

    from fairness import pipeline
    from fairness.config import load_config

    pipeline.build(load_config(write_config(file, target)))


def pandas(file: Path, target: Path) -> None:
    import book_pandas

    book_pandas.main(file, target)


def bare(file: Path, target: Path) -> None:
    import duckdb

    with duckdb.connect() as con:
        con.execute("set threads = 2")
        counts = con.execute(bare_query(file)).fetchnumpy()
    target.write_text(str(int(counts["n"].sum())))


def bare_query(file: Path) -> str:
    """Return the query, reading delimited text with the options of the product."""
    relation = f"read_parquet('{file}')"
    if file.suffix == ".csv":
        with file.open() as stream:
            columns = ", ".join(f"'{name}': 'VARCHAR'" for name in stream.readline().strip().split(","))
        options = "auto_detect=false, header=true, delim=',', quote='\"', escape='\"', strict_mode=true"
        relation = f"read_csv('{file}', {options}, columns={{{columns}}})"
    return f"""
        select
            product, region, channel,
            case when try_cast(tenure_months as integer) < 12 then 'new'
                when try_cast(tenure_months as integer) >= 24 then 'tenured' else 'middle' end as loyalty_group,
            try_cast(monthly_price as {_MONEY}) as price,
            count(*) as n
        from {relation}
        group by all
    """


def export(folder: Path, rows: Path) -> None:
    from book_export import make_export

    make_export(folder, int(str(rows)))


if __name__ == "__main__":
    sides = {"product": product, "pandas": pandas, "bare": bare, "export": export}
    sides[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
