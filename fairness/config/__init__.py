"""The settings of a study: reading ``fairness.toml`` and the only place where defaults live.

Example:
    >>> Inference().confidence_level
    0.95
"""

from fairness.config.inputs import READABLE_ROLES, Form, Source, Study, Table
from fairness.config.loader import CONFIG_NAME, find_config, load_config
from fairness.config.method import Comparator, Inference, Lenses, LikeForLike, Tenure
from fairness.config.notify import Notify
from fairness.config.privacy import Privacy
from fairness.config.schema import Config, Engine
from fairness.config.tenure_bands import BAND_PRESETS, BandPreset

__all__ = [
    "BAND_PRESETS",
    "CONFIG_NAME",
    "READABLE_ROLES",
    "BandPreset",
    "Comparator",
    "Config",
    "Engine",
    "Form",
    "Inference",
    "Lenses",
    "LikeForLike",
    "Notify",
    "Privacy",
    "Source",
    "Study",
    "Table",
    "Tenure",
    "find_config",
    "load_config",
]
