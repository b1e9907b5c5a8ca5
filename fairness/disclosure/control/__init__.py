"""Disclosure control: which numbers of linked tables may be shown without anybody's own being worked out.

Pure: numbers in, a mask out. :mod:`fairness.disclosure.control.rules` says what is unsafe by itself,
:func:`~fairness.disclosure.control.suppression.protect` what has to go with it, and
:func:`~fairness.disclosure.control.attacker.attainable` is the attacker: the smallest and largest value that each
withheld number can have, given all that is shown.
"""

from fairness.disclosure.control.attacker import Relation, attainable
from fairness.disclosure.control.rules import Rules, dominated, reach_of, small
from fairness.disclosure.control.suppression import Measure, protect

__all__ = ["Measure", "Relation", "Rules", "attainable", "dominated", "protect", "reach_of", "small"]
