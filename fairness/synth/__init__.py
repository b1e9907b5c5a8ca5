"""Seeded generators of fictional studies whose truth is known and recorded.

:func:`generate_book` draws one row per customer, :func:`generate_billing` a firm with billing lines, offers, customers,
price events and a price index. Both take a spec and a seed: the same two give the same rows, and the same bytes when
written. ``python -m fairness.synth`` writes the bundled studies; tests and benchmarks bring specs of their own.
"""

from fairness.synth.billing import SyntheticBilling, generate_billing
from fairness.synth.book import BookCell, BookSpec, SyntheticBook, generate_book
from fairness.synth.defaults import small_firm
from fairness.synth.spec import AddOn, BillingSpec, Campaign, Cell, Product, Traps

__all__ = [
    "AddOn",
    "BillingSpec",
    "BookCell",
    "BookSpec",
    "Campaign",
    "Cell",
    "Product",
    "SyntheticBilling",
    "SyntheticBook",
    "Traps",
    "generate_billing",
    "generate_book",
    "small_firm",
]
