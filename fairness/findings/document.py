"""The findings document as plain data, the JSON contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Data = Mapping[str, Any]
"""A findings document, or a part of it."""
