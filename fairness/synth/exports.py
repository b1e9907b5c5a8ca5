"""Turns blocks of integers into the canonical export files: names, dates and decimal amounts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from fairness.synth.lines import (
    CREDIT,
    KINDS,
    ONE_OFF,
    PRORATION,
    REASONS,
    RECURRING,
    STATUSES,
    UNKNOWN_AMOUNT,
    USAGE,
    Firm,
)
from fairness.synth.tariffs import OPEN
from fairness.synth.writing import date, money, write_parquet

LINES = f"""
select
    'L' || lpad(line::varchar, 8, '0') as line_id,
    'I' || lpad(invoice::varchar, 8, '0') as invoice_id,
    invoice_status,
    {date("issued")} as issued_on,
    'C' || lpad(("index" + 1)::varchar, 7, '0') as customer_id,
    'S' || lpad(("index" + 1)::varchar, 7, '0') as subscription_id,
    product_id,
    plan_id,
    line_kind,
    charge_reason,
    {date('"start"')} as period_start,
    {date('"end"')} as period_end,
    case when kind in ({RECURRING}, {PRORATION}) then interval_unit end as interval_unit,
    case when kind in ({RECURRING}, {PRORATION}) then 1::integer end as interval_count,
    quantity::decimal(18, 6) as quantity,
    currency,
    case when listed <> {OPEN} then {money("listed")} end as list_unit_price,
    case when net <> {UNKNOWN_AMOUNT} then {money("gross")} end as gross_amount,
    case when net <> {UNKNOWN_AMOUNT} then {money("gross - net")} end as discount_amount,
    case when net <> {UNKNOWN_AMOUNT} then {money("net")} end as net_amount,
    case when net <> {UNKNOWN_AMOUNT} then {money("tax")} end as tax_amount,
    case when discount_end <> {OPEN} then 'INTRO' end as discount_id,
    case when kind = {RECURRING} then if(discount_end <> {OPEN}, 'repeating', 'none') end as discount_duration,
    {date("discount_end")} as discount_ends_on,
    kind = {PRORATION} as is_proration,
    case when reverses <> {OPEN} then 'L' || lpad(reverses::varchar, 8, '0') end as reverses_line_id,
    channel,
    region,
    payment_method
from block
"""
"""The canonical billing line, one column each, from the table ``block``."""

_TAX_FREE = (ONE_OFF, CREDIT, USAGE)


def named_block(firm: Firm, block: pd.DataFrame) -> pd.DataFrame:
    """Return a block with its names (as categories) and its tax; the table that :data:`LINES` reads."""
    spec, who, tariffs = firm.spec, firm.who, firm.tariffs
    index, combination = block["index"].to_numpy(), block["combination"].to_numpy()
    product = tariffs.product[combination]
    plans = [plan for one in spec.products for plan in one.plans]
    first_plan = np.cumsum([0, *(len(one.plans) for one in spec.products)])[:-1]
    rate = np.array([one.tax for one in spec.products])[product]
    # Fees, credits and usage are outside the tax here: their amounts are exact as they stand.
    rate = np.where(np.isin(block["kind"].to_numpy(), _TAX_FREE), 0.0, rate)
    return block.assign(
        invoice_status=_names(STATUSES, block["status"].to_numpy()),
        product_id=_names([one.name for one in spec.products], product),
        plan_id=_names(plans, first_plan[product] + tariffs.plan[combination]),
        line_kind=_names(KINDS, block["kind"].to_numpy()),
        charge_reason=_names(REASONS, block["reason"].to_numpy()),
        interval_unit=_names([one.interval for one in spec.products], product),
        currency=_names([spec.currency], np.zeros(len(block), dtype=np.int64)),
        tax=np.rint(block["net"].to_numpy() * rate).astype(np.int64),
        channel=_names([name for name, _ in spec.channels], who.channel[index]),
        region=_names([name for name, _ in spec.regions], who.region[index]),
        payment_method=_names([name for name, _ in spec.payment_methods], who.payment[index]),
    )


def _names(names: list[str] | tuple[str, ...], index: np.ndarray) -> pd.Categorical:
    distinct = list(dict.fromkeys(names))
    code = np.array([distinct.index(name) for name in names])
    return pd.Categorical.from_codes(code[index], categories=distinct)


def write_lines(con: duckdb.DuckDBPyConnection, firm: Firm, block: pd.DataFrame, path: Path, *, level: int) -> None:
    """Write a block as a Parquet file of canonical billing lines."""
    con.register("block", named_block(firm, block))
    write_parquet(con, LINES, path, level=level)
    con.unregister("block")
