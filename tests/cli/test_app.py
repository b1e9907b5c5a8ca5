"""`fairness app`: what it refuses before a server starts."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairness.cli.dashboard import start_dashboard
from fairness.dashboard.server import app_script, serve
from fairness.errors import FairnessError
from tests.conftest import ROOT


def test_a_taken_port_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(FairnessError, match=f"port {port} cannot be used") as caught:
            serve(tmp_path / "fairness.toml", port)
    assert "--port" in str(caught.value)


def test_a_missing_config_is_a_usage_error(run_cli: Callable[..., Any], tmp_path: Path) -> None:
    done = run_cli("app", tmp_path / "nowhere")
    assert done.code == 2
    assert "does not exist" in done.err


def test_the_settings_stand_beside_the_entry() -> None:
    assert (app_script().parent / ".streamlit" / "config.toml").is_file()


@pytest.mark.parametrize("installed", [True, False])
def test_the_server_imports_nothing_from_the_current_folder(
    installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr("os.execv", lambda program, arguments: started.append(arguments))
    monkeypatch.setattr("os.dup2", lambda *_: None)
    monkeypatch.chdir(tmp_path if installed else ROOT)
    start_dashboard(tmp_path / "fairness.toml", 8501)
    (arguments,) = started
    # In a checkout that is not installed, the package lies in the current folder.
    assert ("-P" in arguments) is installed
    assert arguments[-4:] == ["-m", "fairness.dashboard.server", str(tmp_path / "fairness.toml"), "8501"]
