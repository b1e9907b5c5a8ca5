"""Turns blocks of integers into the canonical export files: names, dates and decimal amounts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from fairness.engine.base import Connection
from fairness.synth.calendar import add_months
from fairness.synth.cycles import (
    CREDIT,
    KINDS,
    PRORATION,
    REASONS,
    RECURRING,
    SETUP,
    STATUSES,
    UNKNOWN_AMOUNT,
    Firm,
)
from fairness.synth.spec import BillingSpec
from fairness.synth.tariffs import OPEN, IntArray
from fairness.synth.writing import date, money, write_parquet

_LINES = f"""
select
    'L' || lpad(line::varchar, 8, '0') as line_id,
    'I' || lpad(invoice::varchar, 8, '0') as invoice_id,
    invoice_status,
    {date("issued")} as issued_on,
    'C' || lpad((customer + 1)::varchar, 7, '0') as customer_id,
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
    {{more}}channel,
    region,
    payment_method
from block
"""
_APPLIES_TO = f"case when applies_to <> {OPEN} then 'L' || lpad(applies_to::varchar, 8, '0') end as applies_to_line_id,"
_CONTRACT = f"{date('contract_end')} as contract_end,"

_TAXED = (RECURRING, PRORATION, SETUP)


def lines_query(spec: BillingSpec) -> str:
    """Return the select of the canonical line from the table ``block``, with the columns that the firm fills."""
    more = [_APPLIES_TO] if spec.traps.loyalty_discounts else []
    more += [_CONTRACT] if any(product.terms for product in spec.products) else []
    return _LINES.format(more="\n    ".join([*more, ""]) if more else "")


def named_block(firm: Firm, block: pd.DataFrame) -> pd.DataFrame:
    """Return a block with its names (as categories) and its tax; the table that :data:`LINES` reads."""
    spec, who, tariffs = firm.spec, firm.who, firm.tariffs
    index, combination = block["index"].to_numpy(), block["combination"].to_numpy()
    product = tariffs.product[combination]
    plans = [plan for one in spec.products for plan in one.plans]
    first_plan = np.cumsum([0, *(len(one.plans) for one in spec.products)])[:-1]
    rate = np.array([one.tax for one in spec.products])[product]
    # Fees, discounts, usage and credits without a period are outside the tax here: their amounts are exact as stated.
    kind, is_correction = block["kind"].to_numpy(), (block["start"] != OPEN).to_numpy()
    rate = np.where(np.isin(kind, _TAXED) | (kind == CREDIT) & is_correction, rate, 0.0)
    return block.assign(
        customer=who.customer[index],
        contract_end=_contract_ends(firm, block),
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


def _contract_ends(firm: Firm, block: pd.DataFrame) -> IntArray:
    """Return the day on which the contract behind a recurring line ends or ended, OPEN where it has no term."""
    who, tariffs = firm.who, firm.tariffs
    index, combination = block["index"].to_numpy(), block["combination"].to_numpy()
    ends = np.full(len(block), OPEN)
    for number, product in enumerate(firm.spec.products):
        if product.terms:
            term = np.array(product.terms)[tariffs.plan[combination] % len(product.terms)]
            here = (tariffs.product[combination] == number) & (block["kind"] == RECURRING).to_numpy() & (term > 0)
            upgraded = who.upgraded_on[index]
            since = np.where(block["issued"].to_numpy() >= upgraded, upgraded, who.joined[index])
            ends[here] = add_months(since[here], term[here])
    return ends


def _names(names: list[str] | tuple[str, ...], index: np.ndarray) -> pd.Categorical:
    distinct = list(dict.fromkeys(names))
    code = np.array([distinct.index(name) for name in names])
    return pd.Categorical.from_codes(code[index], categories=distinct)


def write_lines(con: Connection, firm: Firm, block: pd.DataFrame, path: Path, *, level: int) -> None:
    """Write a block as a Parquet file of canonical billing lines."""
    con.register("block", named_block(firm, block))
    write_parquet(con, lines_query(firm.spec), path, level=level)
    con.unregister("block")
