"""What billing systems call the status of an invoice, in the words of this software."""

from __future__ import annotations

_FINAL = """
    paid posted open uncollectible payment_due not_paid past_due closed processing failed success finalized committed
    completed billed collected due issued sent succeeded refunded
"""
_DRAFT = "draft pending queued upcoming ready incomplete scheduled future error skipped"
_VOID = "void voided canceled cancelled reversed deleted withdrawn"

STATUSES = {
    **dict.fromkeys(_FINAL.split(), "final"),
    **dict.fromkeys(_DRAFT.split(), "draft"),
    **dict.fromkeys(_VOID.split(), "void"),
}
"""Draft, final or void for each word, in lower case. Unpaid is billed all the same."""
