"""SQL of a billing line's amounts ex tax, whatever amounts the line states.

Decision D51.
"""

from __future__ import annotations


def stated_net(*, has_gross: bool) -> str:
    """Return the net amount as the line states it, or gross minus discount where it does not."""
    return "coalesce(net_amount, gross_amount - coalesce(discount_amount, 0))" if has_gross else "net_amount"


def net(*, has_gross: bool, has_tax_flag: bool) -> str:
    """Return the net amount ex tax."""
    stated = stated_net(has_gross=has_gross)
    return f"{stated} - case when tax_inclusive then coalesce(tax_amount, 0) else 0 end" if has_tax_flag else stated


def ex_tax(name: str, *, has_gross: bool) -> str:
    """Return gross or discount of a tax-inclusive line ex tax, at the rate that its net and tax state.

    amount x (net - tax) / net, exact in 10^-6, half to even; null where the net is 0 and so gives no rate.
    """
    amount, after, before = (
        f"cast(({sql}) * 1000000 as hugeint)"
        for sql in (name, net(has_gross=has_gross, has_tax_flag=True), stated_net(has_gross=has_gross))
    )
    a, d = f"abs({amount} * {after})", f"abs({before})"
    micros = f"(2 * {a} + {d}) // (2 * {d}) - case when (2 * {a} + {d}) % (4 * {d}) = 2 * {d} then 1 else 0 end"
    sign = f"sign({amount}) * sign({after}) * sign({before})"
    converted = f"try_cast(cast({sign} * ({micros}) as decimal(38,0)) * 0.000001 as decimal(18,6))"
    return f"case when not tax_inclusive then {name} when {before} <> 0 then {converted} end"
