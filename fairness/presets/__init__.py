"""Presets: what the exports of billing systems look like, as files that anybody can read and copy.

A preset names the tables of a system by their columns, says which canonical column each expression gives, and states
what its export cannot show. ``fairness init`` writes one out as a config file; nothing reads a preset after that.
"""

from fairness.presets.draft import Draft, draft_config
from fairness.presets.preset_files import Preset, load_presets

__all__ = ["Draft", "Preset", "draft_config", "load_presets"]
