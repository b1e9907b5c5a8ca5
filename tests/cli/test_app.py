"""`fairness app`: what it refuses before a server starts."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairness.cli.dashboard import app_script, start_dashboard
from fairness.errors import FairnessError


def test_a_taken_port_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(FairnessError, match=f"port {port} cannot be used") as caught:
            start_dashboard(tmp_path / "fairness.toml", port)
    assert "--port" in str(caught.value)


def test_a_missing_config_is_a_usage_error(run_cli: Callable[..., Any], tmp_path: Path) -> None:
    done = run_cli("app", tmp_path / "nowhere")
    assert done.code == 2
    assert "does not exist" in done.err


def test_the_settings_stand_beside_the_entry() -> None:
    assert (app_script().parent / ".streamlit" / "config.toml").is_file()
