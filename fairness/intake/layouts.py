"""The canonical layouts: which columns each role has, what they mean and what makes a row unusable.

Decision D50.
"""

from __future__ import annotations

from fairness.intake.layout_parts import Column, CrossCheck, Layout

MONEY_COLUMNS = ("price", "prior_price", "offer_price", "market_price", "expected_cost")

_ACCOUNT = Column("source_relation", "part")


def _of_account(*names: str) -> tuple[tuple[str, str, str], ...]:
    """Return ids with the account before them: those of two accounts never mix. Only the bar between them is single."""
    account = "replace(source_relation, '/', '//')"
    return tuple(
        (name, _ACCOUNT.name, f"case when source_relation is null then {name} else {account} || ' / ' || {name} end")
        for name in names
    )


_THING = (Column("product_id", "product", "'all'"), Column("currency", "currency", "currency"))
_STATED_INTERVAL = (Column("interval_unit", "unit", "'month'"), Column("interval_count", "count", "1"))
_LINE_INTERVAL = (
    Column("interval_unit", "unit", "'month'", blank_is_default=True),
    Column("interval_count", "count", "1", blank_is_default=True),
)

# Completed months between the dates; a start less than one interval after as_of means a customer who is joining now.
_TENURE_FROM_START = """case when tenure_start is not null then cast(greatest(0,
    12 * (year(as_of) - year(tenure_start)) + month(as_of) - month(tenure_start)
    - case when day(as_of) < day(tenure_start) then 1 else 0 end) as integer) else tenure_months end"""

BOOK = Layout(
    role="book",
    table="stg_book",
    columns=(
        Column("customer_id", "id"),
        Column("party_id", "text"),
        *_THING,
        *_STATED_INTERVAL,
        Column("as_of", "date", "as_of"),
        Column("tenure_start", "date"),
        Column("tenure_months", "months"),
        *(Column(name, "price") for name in MONEY_COLUMNS),
        Column("price_decision", "text"),
    ),
    required=(("price",), ("tenure_months", "tenure_start")),
    finals=(("tenure_months", "tenure_start", _TENURE_FROM_START),),
    checks=(
        CrossCheck(
            ("tenure_start",),
            "coalesce(tenure_start <= as_of, tenure_start is null)",
            "tenure_start is not null and as_of is null",
            "DATE_MISSING",
            "as_of",
        ),
        CrossCheck(
            ("tenure_start",),
            "true",
            """tenure_start > as_of and tenure_start >= as_of + case interval_unit
            when 'day' then to_days(interval_count) when 'week' then to_days(7 * interval_count)
            when 'year' then to_years(interval_count) else to_months(interval_count) end""",
            "TENURE_NEGATIVE",
            "tenure_start",
        ),
    ),
    keys="whole",
    own_ids=("customer_id",),
)

_STATUS = ("draft", "final", "void", "unknown")
_KINDS = (
    "recurring", "usage", "one_off", "setup", "fee", "finance", "proration", "trial", "discount", "credit", "tax",
    "balance", "summary", "refund",
)  # fmt: skip
_AUDIENCES = ("new_only", "existing_only", "all", "unknown")

BILLING = Layout(
    role="billing",
    table="stg_billing",
    columns=(
        _ACCOUNT,
        Column("line_id", "text"),
        Column("extracted_at", "text"),
        Column("invoice_id", "text"),
        Column("invoice_status", "word", "'final'", _STATUS, "STATUS_UNKNOWN"),
        Column("issued_on", "date"),
        Column("customer_id", "id"),
        Column("subscription_id", "text"),
        *_THING,
        *_LINE_INTERVAL,
        Column("plan_id", "part"),
        Column("price_version_id", "text"),
        Column("line_kind", "word", "'recurring'", _KINDS, "KIND_UNKNOWN"),
        Column("charge_reason", "text"),
        Column("applies_to_line_id", "text"),
        Column("reverses_line_id", "text"),
        Column("period_start", "date"),
        Column("period_end", "date"),
        Column("quantity", "quantity", "1"),
        Column("list_unit_price", "amount"),
        Column("gross_amount", "amount"),
        Column("discount_amount", "amount"),
        Column("net_amount", "amount"),
        Column("tax_amount", "amount"),
        Column("tax_inclusive", "flag", "false"),
        Column("discount_id", "text"),
        Column("discount_audience", "word", "null", _AUDIENCES, "AUDIENCE_UNKNOWN"),
        Column("discount_percent", "amount"),
        Column("discount_end", "date", is_end=True),
        Column("discount_steps", "text"),
        Column("is_proration", "flag", "false"),
        Column("channel", "text"),
        Column("region", "text"),
        Column("livemode", "flag", "true"),
        Column("contract_end", "date", is_end=True),
        Column("contract_index", "text"),
        Column("contract_x", "amount"),
        Column("contract_rounding", "amount"),
        Column("trial_end", "date", is_end=True),
        Column("cancelled_on", "date"),
        Column("price_set_on", "date"),
        Column("price_decision", "text"),
        Column("owner", "text"),
    ),
    required=(("customer_id",), ("issued_on",), ("net_amount", "gross_amount")),
    finals=_of_account(
        "line_id", "invoice_id", "customer_id", "subscription_id", "applies_to_line_id", "reverses_line_id"
    ),
    checks=(
        CrossCheck(("issued_on",), "issued_on is not null", "issued_on is null", "DATE_MISSING", "issued_on"),
        CrossCheck((), "$net is not null", "$net is null", "AMOUNT_MISSING", "net_amount"),
        CrossCheck(
            ("period_start", "period_end"),
            "coalesce(period_end >= period_start, true)",
            "period_end < period_start",
            "PERIOD_INVALID",
            "period_end",
        ),
        CrossCheck(("quantity",), "quantity <> 0", "line_kind = 'recurring' and quantity = 0", "QTY_ZERO", "quantity"),
        CrossCheck(
            ("tax_inclusive",),
            "not tax_inclusive",
            "tax_inclusive and tax_amount is null",
            "TAX_BASIS_UNKNOWN",
            "tax_amount",
        ),
        CrossCheck(
            (),
            "$net <> 0",
            "$net = 0 and line_kind = 'recurring' and invoice_status = 'final' and not is_proration "
            "and not coalesce(discount_amount > 0, false)",
            "BAD_PRICE",
            "net_amount",
        ),
    ),
    keys="part",
    own_ids=("line_id", "invoice_id"),
)

OFFERS = Layout(
    role="offers",
    table="stg_offer",
    columns=(
        _ACCOUNT,
        Column("offer_id", "id"),
        Column(
            "origin",
            "word",
            "null",
            ("price_book", "promotion", "quote", "market", "derived_first_invoice"),
            "ORIGIN_UNKNOWN",
        ),
        Column("audience", "word", "'unknown'", _AUDIENCES, "AUDIENCE_UNKNOWN", is_needed=True),
        Column("customer_id", "part"),
        Column("product_id", "part"),
        Column("currency", "currency", "currency"),
        Column("interval_unit", "unit", "'month'", ("one_time",), blank_is_default=True),
        Column("interval_count", "count", "1", blank_is_default=True),
        Column("plan_id", "part"),
        Column("price_version_id", "text"),
        *(Column(name, "part") for name in ("region", "channel")),
        *(Column(name, "amount") for name in ("qty_from", "qty_to")),
        Column("valid_from", "date"),
        Column("valid_to", "date", is_end=True),
        Column("list_unit_price", "price"),
        Column("intro_unit_price", "amount"),
        Column("intro_cycles", "whole"),
        Column("setup_fee", "amount"),
        Column("incentive_value", "amount"),
        Column("tax_inclusive", "flag", "false"),
        Column("price_decision", "text"),
        Column("owner", "text"),
    ),
    required=(("offer_id",), ("list_unit_price",), ("valid_from",)),
    finals=_of_account("offer_id", "customer_id"),
    checks=(
        CrossCheck((), "list_unit_price is not null", "list_unit_price is null", "AMOUNT_MISSING", "list_unit_price"),
        CrossCheck(("valid_from",), "valid_from is not null", "valid_from is null", "DATE_MISSING", "valid_from"),
        CrossCheck(
            ("valid_to",),
            "coalesce(valid_to >= valid_from, true)",
            "valid_to < valid_from",
            "PERIOD_INVALID",
            "valid_to",
        ),
        CrossCheck(("tax_inclusive",), "not tax_inclusive", "tax_inclusive", "TAX_BASIS_UNKNOWN", "tax_inclusive"),
        CrossCheck(
            ("interval_unit",),
            "interval_unit <> 'one_time'",
            "interval_unit = 'one_time'",
            "ONE_TIME_PRICE",
            "interval_unit",
        ),
        CrossCheck(
            ("intro_unit_price",),
            "coalesce(intro_unit_price >= 0, true)",
            "intro_unit_price < 0",
            "BAD_PRICE",
            "intro_unit_price",
        ),
        *(
            CrossCheck((name,), f"coalesce({name} >= 0, true)", f"{name} < 0", "BAD_PRICE", name)
            for name in ("setup_fee", "incentive_value")
        ),
        CrossCheck(
            ("intro_cycles",), "coalesce(intro_cycles >= 0, true)", "intro_cycles < 0", "BAD_CYCLES", "intro_cycles"
        ),
    ),
)

CUSTOMERS = Layout(
    role="customers",
    table="stg_customer",
    columns=(
        _ACCOUNT,
        Column("customer_id", "id"),
        Column("party_id", "text"),
        Column("tenure_start", "date"),
        Column("tenure_confidence", "word", "null", ("high", "low", "censored"), "CONFIDENCE_UNKNOWN"),
        Column("is_test", "flag", "false"),
        Column("cancelled_on", "date"),
        Column("owner", "text"),
    ),
    required=(("customer_id",),),
    finals=_of_account("customer_id"),
    keys="part",
    own_ids=("customer_id",),
)

PRICE_EVENTS = Layout(
    role="price_events",
    table="stg_price_event",
    columns=(
        _ACCOUNT,
        Column("subscription_id", "text"),
        Column("customer_id", "text"),
        Column("product_id", "text"),
        Column("plan_id", "text"),
        Column("changed_on", "date"),
        Column("old_price", "price"),
        Column("new_price", "price"),
        Column("cause", "text"),
        *(Column(name, "date") for name in ("announced_on", "told_on", "notice_on", "effective_on")),
        Column("told_price", "price"),
        Column("told_change", "amount"),
        Column("told_percent", "amount"),
        Column("told_basis", "word", "null", ("paid", "standard"), "BASIS_UNKNOWN"),
        Column("told_tax_included", "flag", "null"),
        Column("lock_until", "date", is_end=True),
        Column("exit_right", "flag", "null"),
        Column("price_decision", "text"),
        Column("owner", "text"),
    ),
    required=(("subscription_id", "customer_id", "plan_id", "product_id"), ("changed_on", "effective_on", "told_on")),
    finals=_of_account("subscription_id", "customer_id"),
    checks=(
        CrossCheck(
            (),
            "subscription_id is not null",
            "coalesce(subscription_id, customer_id, plan_id, product_id) is null",
            "SUBSCRIPTION_ID_MISSING",
            "subscription_id",
        ),
        CrossCheck(
            (),
            "changed_on is not null",
            "coalesce(changed_on, effective_on, told_on) is null",
            "DATE_MISSING",
            "changed_on",
        ),
    ),
)

CPI = Layout(
    role="cpi",
    table="stg_cpi",
    columns=(Column("index_code", "id"), Column("month", "month"), Column("value", "price")),
    required=(("index_code",), ("month",), ("value",)),
)

LAYOUTS = {layout.role: layout for layout in (BOOK, BILLING, OFFERS, CUSTOMERS, PRICE_EVENTS, CPI)}
"""Layout by role, in staging order."""
