"""The section that says what may be known about a single customer, by whom, and for how long.

Example:
    >>> Privacy().min_cell
    10
"""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from fairness.config.fields import MOST, Filled, Section


class Privacy(Section):
    """How people are protected in what a build publishes.

    Attributes:
        pseudonyms: Whether ids of people are replaced by keyed pseudonyms in the published files (D61).
        key_file: File of the key, relative to the config file; None means beside the output folder. Made when missing.
        key_env: Environment variable that holds the key; where set, it takes precedence over the file.
        min_cell: Smallest count that the share file shows; 0 counts as small (D63).
        dominance_contributors: An amount is withheld from the share file when this many contributors ...
        dominance_share: ... hold more than this fraction of it.
        keep_runs: Runs to keep after a build, besides the current and the pinned ones; None keeps all (D72).
    """

    pseudonyms: bool = True
    key_file: Filled | None = None
    key_env: str = "FAIRNESS_KEY"
    min_cell: int = Field(default=10, ge=3, le=MOST)
    dominance_contributors: int = Field(default=2, ge=1, le=MOST)
    dominance_share: float = Field(default=0.85, gt=0, le=1)
    keep_runs: int | None = Field(default=None, ge=1, le=MOST)

    @field_validator("key_env")
    @classmethod
    def _variable_name(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z_]\w*", value):
            raise ValueError("must be the name of an environment variable, such as 'FAIRNESS_KEY'")
        return value
