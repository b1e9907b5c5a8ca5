"""The dashboard's server: one socket on 127.0.0.1, and behind it only :class:`~fairness.dashboard.access.Access`.

Streamlit's own server is not started. Its application is an ASGI application (``st.App``), and uvicorn serves it here:
whatever a version of Streamlit adds can only be requested through the check in front of it. Where the application is
not available in that form, nothing is served. Streamlit by itself would also look up the machine's outside address, to
compare origins with it; that code is not reached.

Run as ``python -m fairness.dashboard.server CONFIG PORT``, by ``fairness app``.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from fairness.dashboard.access import Access
from fairness.errors import ExitCode, FairnessError
from fairness.text import access_words
from fairness.text.titles import PAGES

if TYPE_CHECKING:
    from starlette.types import ASGIApp

ADDRESS = "127.0.0.1"
_FOLDER = Path(__file__).resolve().parent
_SETTINGS = {
    "server.address": ADDRESS,
    "server.baseUrlPath": "",
    "server.corsAllowedOrigins": [],
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
}
"""What keeps the study on this machine, whatever the user's own files say."""
_PATIENCE = 2
"""Seconds that open connections get to end when the server is stopped."""


def app_script() -> Path:
    """Return the script that Streamlit runs: inside the installed package, or at the top of a checkout.

    Streamlit reads ``.streamlit/config.toml`` from beside it, and puts its folder first where Python looks for modules:
    no other Python file may be there.

    Raises:
        FairnessError: Neither exists; the installation is incomplete.
    """
    packaged = _FOLDER / "entry" / "app.py"
    if packaged.is_file():
        return packaged
    checkout = _FOLDER.parents[1]
    # Without the pyproject check, a site-packages/app.py of some other package could be picked up.
    if (checkout / "pyproject.toml").is_file() and (checkout / "app.py").is_file():
        return checkout / "app.py"
    raise FairnessError("the dashboard is missing", where=str(packaged), fix="install loyalty-fairness again")


def serve(config: Path, port: int) -> NoReturn:
    """Show a built study until the process is told to stop (Ctrl-C); the address is printed on stderr.

    Args:
        config: The study's config file.
        port: Port on this machine.

    Raises:
        FairnessError: The port is taken, or the installed Streamlit cannot be served behind the check.
    """
    script = app_script()
    listener = _listen(port)
    with listener:
        application, scripts = _streamlit(script, port)
        access = Access(application, port=port, scripts=scripts, pages={page: title for title, page in PAGES})
        # The pages read the config's path as a script would.
        sys.argv = [str(script), str(config)]
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        print(access_words.dashboard_on(access.opening), file=sys.stderr, flush=True)
        _run(access, listener)
    sys.exit(ExitCode.DONE)


def _listen(port: int) -> socket.socket:
    """Return a socket on the port of 127.0.0.1 that takes connections; until somebody answers, they wait."""
    listener = socket.socket()
    if os.name == "posix":
        # Elsewhere, this would share the port with a server that is already listening.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise FairnessError(
            f"port {port} cannot be used: {error.strerror}",
            where=f"{ADDRESS}:{port}",
            fix="choose another one with --port, or stop what uses it",
        ) from error
    return listener


def _streamlit(script: Path, port: int) -> tuple[ASGIApp, list[str]]:
    """Return Streamlit's application and the inline scripts of its pages."""
    try:
        from streamlit import config, file_util
        from streamlit.starlette import App

        application = App(script)
        for name, value in {**_SETTINGS, "server.port": port}.items():
            config.set_option(name, value)
            if config.get_option(name) != value:
                raise ValueError(f"{name} cannot be set")
        if not callable(application):
            raise TypeError("its application is not one of ASGI")
        page = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    except Exception as error:
        raise FairnessError(
            f"the installed Streamlit cannot be served behind the check of who asks ({error}); without it the study "
            "would be open to every web page and every user of this machine",
            where=f"Streamlit {metadata.version('streamlit')}",
            fix="install the version of Streamlit that constraints.txt names",
        ) from error
    from fairness.dashboard.look import page_script

    return application, [*re.findall(r"<script>(.*?)</script>", page, re.DOTALL), page_script()]


def _run(access: Access, listener: socket.socket) -> None:
    """Answer connections until a signal ends it."""
    import uvicorn

    settings = uvicorn.Config(
        access,
        lifespan="on",
        ws="websockets-sansio",
        ws_ping_interval=30,
        ws_ping_timeout=30,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=_PATIENCE,
    )
    server = uvicorn.Server(settings)
    server.run(sockets=[listener])
    if not server.started:
        raise FairnessError(
            "the dashboard's server did not start",
            where=f"uvicorn {uvicorn.__version__}",
            fix="the lines above say why; the versions that constraints.txt names work together",
        )


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """End with success: being stopped is how a server ends."""
    raise SystemExit(ExitCode.DONE)


def main() -> None:
    """Serve as the command line says; errors that the user can fix are printed without a traceback."""
    config, port = sys.argv[1:]
    try:
        serve(Path(config), int(port))
    except FairnessError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
