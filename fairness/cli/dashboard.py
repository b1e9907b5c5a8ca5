"""Starts the dashboard: finds its entry script and hands the process over to Streamlit, on this machine only."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

from fairness.errors import FairnessError

ADDRESS = "127.0.0.1"
_PACKAGE = Path(__file__).resolve().parent.parent


def app_script() -> Path:
    """Return the dashboard's entry script: inside the installed package, or at the top of a checkout.

    Streamlit reads ``.streamlit/config.toml`` from beside it.

    Raises:
        FairnessError: Neither exists; the installation is incomplete.
    """
    packaged = _PACKAGE / "dashboard" / "app.py"
    if packaged.is_file():
        return packaged
    checkout = _PACKAGE.parent
    # Without the pyproject check a stranger's site-packages/app.py could be picked up.
    if (checkout / "pyproject.toml").is_file() and (checkout / "app.py").is_file():
        return checkout / "app.py"
    raise FairnessError("the dashboard is missing", where=str(packaged), mend="install loyalty-fairness again")


def start_dashboard(config: Path, port: int) -> NoReturn:
    """Become the dashboard's server; returns only when the process ends.

    Args:
        config: The study's config file.
        port: Port on this machine.

    Raises:
        FairnessError: The port is taken.
    """
    _check_port(port)
    # The settings that keep everything on this machine are given here too: no file of the user's may undo them.
    options = {
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    print(f"The dashboard is on http://{ADDRESS}:{port} (stop it with Ctrl-C)", file=sys.stderr, flush=True)
    # stdout carries data, and a server has none.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    script = str(app_script())
    os.execv(
        sys.executable,
        [sys.executable, "-m", "streamlit", "run", script, *flags, "--", str(config.resolve())],
    )


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise FairnessError(
                f"port {port} cannot be used: {error.strerror}",
                where=f"{ADDRESS}:{port}",
                mend="choose another one with --port, or stop what uses it",
            ) from error
