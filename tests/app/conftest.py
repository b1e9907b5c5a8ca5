"""One demo study and one running dashboard for all tests of the pages; a browser where chromium is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fairness.build.pipeline import build
from fairness.cli.demo import write_demo
from fairness.config import load_config
from fairness.dashboard.main import PAGES
from fairness.runs.documents import read_findings
from fairness.runs.store import Run

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


@dataclass(frozen=True)
class Demo:
    """The demo study as it was published."""

    config: Path
    run: Run
    document: dict[str, Any]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    config = write_demo(tmp_path_factory.mktemp("dashboard") / "demo")
    run = build(load_config(config))
    return Demo(config, run, read_findings(run))


@pytest.fixture(scope="session")
def address(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Show the demo study and return the address."""
    with serving(demo.config, tmp_path_factory.mktemp("log")) as found:
        yield found


@contextmanager
def serving(config: Path, folder: Path) -> Iterator[str]:
    """Run `fairness app` on a free port and yield its address.

    Args:
        config: The study.
        folder: For the server's log.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "fairness", "app", str(config), "--port", str(port)]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    with (folder / "log.txt").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": path})
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, "the dashboard ended"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the dashboard does not answer")


@dataclass
class Visit:
    """A browser that remembers what went wrong and what it asked for.

    Attributes:
        context: Its context.
        errors: Errors on the console.
        outside: Requests to anything but this machine; they are blocked.
    """

    context: Any
    address: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def open(self, path: str = "", *, width: int = 1280, height: int = 1400, dark: bool = False) -> Any:
        """Open a page and wait until it is drawn to its end."""
        page = self.context.new_page()
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.set_viewport_size({"width": width, "height": height})
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"{self.address}/{path}")
        return self.settle(page)

    def settle(self, page: Any) -> Any:
        """Wait until the page has stopped running."""
        page.wait_for_selector(".end", timeout=90_000)
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=90_000)
        page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')")
        page.wait_for_timeout(250)
        return page

    def _hear(self, message: Any) -> None:
        # Opened at the address of a page, Streamlit first looks for its server below that address, and finds it above.
        below = tuple(f"{self.address}/{page}/_stcore/" for _, _, page in PAGES if page)
        looks_below = message.location.get("url", "").startswith(below)
        if message.type == "error" and not looks_below:
            self.errors.append(message.text)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the pages are not tested in a browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Visit]:
    """Return a browser on the demo study."""
    with visiting(chromium, address) as visitor:
        yield visitor


@contextmanager
def visiting(chromium: Any, address: str) -> Iterator[Visit]:
    """Yield a browser; at the end nothing may have gone wrong on the console or asked for another machine."""
    context = chromium.new_context(accept_downloads=True, permissions=["clipboard-read", "clipboard-write"])
    visitor = Visit(context, address)

    def only_here(route: Any) -> None:
        url = route.request.url
        if urlsplit(url).hostname in ("127.0.0.1", None):
            route.continue_()
        else:
            visitor.outside.append(url)
            route.abort()

    context.route("**/*", only_here)
    yield visitor
    context.close()
    assert visitor.outside == []
    assert visitor.errors == []
