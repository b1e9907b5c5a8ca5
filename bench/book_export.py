"""The export that the book benchmark reads: a wide customer extract, seeded, and the study's config beside it.

21 columns, of which the study needs eight. Prices come from a list: three new-customer offers a cell and steps of 50
pence around them, rising with completed years, so that counting prices pays as it does on a real book. Cells differ
in size and in penalty; 2 % of the customers have no offer. No row is malformed.
"""

from __future__ import annotations

import json
from pathlib import Path

SEED = 20250101
VERSION = 1
"""Raised when the generated rows change: a cached export of another version is written anew."""

CONFIG = """\
[study]
name = "Benchmark book"
currency = "GBP"
output = "{output}"

[[source]]
role = "book"
path = "{file}"

[source.columns]
product_id = "product"
price = "monthly_price"
offer_price = "new_customer_price"

[like_for_like]
cell = ["region", "channel"]

[lenses]
vulnerable = "is_vulnerable"

[privacy]
pseudonyms = false

[engine]
threads = 2
"""

# hash(i, k, seed) is the k-th random number of customer i. Cell sizes are skewed: x * x / 100 favours the first values.
_DRAWN = """
    select
        i,
        cast(hash(i, 1, {seed}) % 8 as integer) as product,
        cast((hash(i, 2, {seed}) % 100) * (hash(i, 2, {seed}) % 100 + 60) * 12 // 15900 as integer) as region,
        cast((hash(i, 3, {seed}) % 100) * (hash(i, 3, {seed}) % 100 + 40) * 5 // 13900 as integer) as channel,
        cast(hash(i, 4, {seed}) % 3 as integer) as version,
        cast(case when hash(i, 5, {seed}) % 5 = 0 then hash(i, 6, {seed}) % 12 else hash(i, 6, {seed}) % 160 end
            as integer) as months,
        cast(hash(i, 7, {seed}) % 9 as integer) - 4 as step,
        hash(i, 8, {seed}) as h8, hash(i, 9, {seed}) as h9, hash(i, 10, {seed}) as h10, hash(i, 11, {seed}) as h11
    from range({rows}) as t(i)
"""
# Money in pence. Tenured customers pay 0.4 % a year more (at most ten years), and a penalty of -1 to +4 % by cell.
_PRICED = """
    select
        *,
        1800 + 450 * product + 25 * (region % 5) - 50 * channel + 150 * version as offer,
        case when months < 12 then 0 else 40 * least(months // 12, 10) + 100 * ((product + region + channel) % 6) - 100
            end as permyriad,
        case when months < 12 and h8 % 10 < 7 then 0 else 50 * step end as deviation
    from drawn
"""
_WRITTEN = """
    select
        'C' || lpad(cast(i * 7919 % {modulus} as varchar), 9, '0') as customer_id,
        '70' || lpad(cast(h8 % 1000000000 as varchar), 9, '0') as account_no,
        ['Alice','Robert','Chidi','Mary','Ravi','Ewa','Olu','Jack','Noor','Wei'][1 + cast(h9 % 10 as integer)] || ' '
            || ['Smith','Jones','Taylor','Okafor','Patel','Nowak','Evans','Khan','Murphy','Hughes','Lee','Wood']
            [1 + cast(h9 // 16 % 12 as integer)] as full_name,
        'user' || cast(h10 % 100000000 as varchar) || '@' || ['mail','post','example','inbox'][1 + cast(h10 % 4 as
            integer)] || '.example' as email,
        ['AB','B','CF','EH','G','L','LS','M','NE','SW'][1 + cast(h11 % 10 as integer)] || cast(1 + h11 // 16 % 28 as
            varchar) || ' ' || cast(h11 // 512 % 10 as varchar) || 'QX' as postcode,
        ['F','M','X',null][1 + cast(h10 // 256 % 64 // 30 + h10 // 256 % 64 // 62 as integer)] as gender,
        1935 + h10 // 65536 % 70 as birth_year,
        case when h9 // 1024 % 100 < 12 then 'Y' else 'N' end as is_vulnerable,
        case when h9 // 131072 % 3 = 0 then 'no' else 'yes' end as paperless,
        case when h9 // 1048576 % 5 < 2 then '0' else '1' end as uses_app,
        ['rolling','12 months','24 months'][1 + cast(h11 // 8192 % 3 as integer)] as contract,
        ['cash','prepaid','card','direct debit'][1 + cast(least(h11 // 65536 % 16, 3) as integer)] as payment_method,
        'P' || cast(product as varchar) as product,
        ['London','South East','North West','East','West Midlands','South West','Yorkshire','Scotland','East Midlands',
            'Wales','North East','Northern Ireland'][1 + region] as region,
        ['web','phone','shop','partner','app'][1 + channel] as channel,
        cast(date '2025-12-01' - to_months(months) as date) as joined_on,
        months as tenure_months,
        cast((offer + offer * permyriad // 10000 // 5 * 5 + deviation) / 100 as decimal(18, 2)) as monthly_price,
        case when h8 // 4096 % 50 > 0 then cast(offer / 100 as decimal(18, 2)) end as new_customer_price,
        'CMP-' || cast(version as varchar) || '-' || lpad(cast(h8 // 65536 % 400 as varchar), 3, '0') as campaign,
        cast(date '2025-11-30' - cast(h8 // 1048576 % 700 as integer) as date) as last_contact
    from priced
"""


def query(rows: int, seed: int) -> str:
    """Return the SQL that makes the export; customer numbers are i * 7919 modulo a number that 7919 does not divide."""
    modulus = rows + 1 if (rows + 1) % 7919 else rows + 2
    parts = {"rows": rows, "seed": seed, "modulus": modulus}
    return f"with drawn as ({_DRAWN.format(**parts)}), priced as ({_PRICED.format(**parts)}) {_WRITTEN.format(**parts)}"


def make_export(folder: Path, rows: int, *, seed: int = SEED) -> dict[str, Path]:
    """Write ``book.csv`` and ``book.parquet`` to the folder unless they are there; return the path of each format."""
    files = {"csv": folder / "book.csv", "parquet": folder / "book.parquet"}
    stamp, made = folder / "book.json", {"rows": rows, "seed": seed, "version": VERSION}
    if stamp.is_file() and json.loads(stamp.read_text()) == made and all(file.is_file() for file in files.values()):
        return files
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    with duckdb.connect() as con:
        con.execute("set threads = 2")
        con.execute(f"copy ({query(rows, seed)}) to '{files['csv']}' (header)")
        con.execute(f"copy ({query(rows, seed)}) to '{files['parquet']}' (format parquet)")
    stamp.write_text(json.dumps(made))
    return files


def write_config(file: Path, output: Path) -> Path:
    """Write the study of one file beside it and return its path; results go to ``output``."""
    config = file.parent / f"fairness-{file.suffix[1:]}.toml"
    config.write_text(CONFIG.format(file=file.name, output=output))
    return config
