"""Loyalty-versus-prospect pricing fairness: do tenured customers pay more than a new customer is offered?

Example:
    >>> import fairness
    >>> fairness.__version__
    '0.1.0'
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
