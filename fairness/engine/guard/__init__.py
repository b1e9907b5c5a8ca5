"""Run SQL that nobody has read before: checked, in a separate process, with bounds on everything it may use.

See ``docs/security.md`` for what this protects from and what it does not.

Decision D59.
"""

from fairness.engine.guard.runner import Cut, GuardedResult, Limits, run_guarded

__all__ = ["Cut", "GuardedResult", "Limits", "run_guarded"]
