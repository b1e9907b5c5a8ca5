"""Starts the dashboard: hands the process over to its server, which has loaded nothing of the build."""

from __future__ import annotations

import os
import sys
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

_SERVER = "fairness.dashboard.server"


def start_dashboard(config: Path, port: int) -> NoReturn:
    """Become the dashboard's server, which prints the address; returns only when the process ends.

    Args:
        config: The study's config file.
        port: Port on this machine.
    """
    # Python would look for modules in the current folder first: a file html.py there would be taken for Python's own.
    # Only a checkout that is not installed has the package itself there.
    elsewhere = [] if Path.cwd() / "fairness" == Path(str(files("fairness"))) else ["-P"]
    # stdout carries data, and a server has none.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.execv(sys.executable, [sys.executable, *elsewhere, "-m", _SERVER, str(config.resolve()), str(port)])
