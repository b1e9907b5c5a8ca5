"""Loyalty-versus-prospect pricing fairness: do tenured customers pay more than a new customer is offered?

Example:
    >>> import fairness
    >>> fairness.__version__
    '0.1.0'
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairness.api import open_run as open

__version__ = "0.1.0"

__all__ = ["__version__", "open"]


def __getattr__(name: str) -> Any:
    # Imported when asked for: the engine and the report would make `fairness --help` slow.
    if name == "open":
        from importlib import import_module

        return import_module("fairness.api").open_run
    raise AttributeError(f"module 'fairness' has no attribute '{name}'")
