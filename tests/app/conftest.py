"""One demo study and one running dashboard for all tests of the pages; a browser where chromium is installed.

The dashboard that browsers visit is the installed product: a wheel in its own folder, started outside the checkout.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fairness.build.pipeline import build
from fairness.cli.demo import write_demo
from fairness.config import load_config
from fairness.runs.documents import read_findings
from fairness.runs.store import Run
from fairness.text.titles import PAGES

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


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that runs.

    Attributes:
        opening: The address as it was printed, with the token.
        process: Its server.
        log: What the server has printed.
    """

    opening: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        """The address without the token."""
        parts = urlsplit(self.opening)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def port(self) -> int:
        port = urlsplit(self.opening).port
        assert port
        return port


@pytest.fixture(scope="session")
def dashboard(demo: Demo, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Show the demo study with the installed product."""
    folder = tmp_path_factory.mktemp("outside")
    command = [sys.executable, "-c", "import fairness; print(fairness.__file__)"]
    used = subprocess.check_output(command, cwd=folder, env=environment(site), text=True)
    assert Path(used.strip()).is_relative_to(site)
    # What lies where the command is run is not for the dashboard to import.
    (folder / "html.py").write_text("raise SystemExit('imported from the current folder')\n")
    with serving(demo.config, folder, first=site, fairness=(str(site / "bin" / "fairness"),)) as found:
        yield found


def environment(*first: Path) -> dict[str, str]:
    """Return the environment of a process that looks for modules in some folders before it does where this one does."""
    path = [*map(str, first), *(entry for entry in sys.path if entry)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(
    config: Path, folder: Path, *, first: Path | None = None, fairness: Sequence[str] = ("-m", "fairness")
) -> Iterator[Dashboard]:
    """Run `fairness app` on a free port and yield what it printed; it ends as with Ctrl-C.

    Args:
        config: The study.
        folder: Where it runs, and writes its log.
        first: A folder whose modules go before all others.
        fairness: How Python is told to run the command line.
    """
    command = [*fairness, "app", str(config), "--port", str(free_port())]
    with running(command, folder, first=first) as process:
        yield Dashboard(printed_address(process, folder), process, folder / "log.txt")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


@contextmanager
def running(command: Sequence[str], folder: Path, *, first: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python in a folder with a log there; it is stopped at the end."""
    with (folder / "log.txt").open("wb") as log:
        env = environment(first) if first else environment()
        process = subprocess.Popen([sys.executable, *command], stdout=log, stderr=log, cwd=folder, env=env)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)


def printed_address(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Wait for the address that a server prints."""
    end = time.monotonic() + 600
    while time.monotonic() < end:
        log = (folder / "log.txt").read_text(encoding="utf-8")
        if found := re.search(r"http://[^ \n]+(?=[ \n])", log):
            return found[0]
        assert process.poll() is None, log
        time.sleep(0.1)
    raise AssertionError("the dashboard does not answer")


ERROR_BOX = "[data-testid=stAlertContentError], [data-testid=stException]"
"""What Streamlit draws for an error."""


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
        wait_until(page, "!document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')")
        page.wait_for_timeout(250)
        assert page.locator(ERROR_BOX).all_inner_texts() == []
        return page

    def _hear(self, message: Any) -> None:
        # Opened at the address of a page, Streamlit first looks for its server below that address, and finds it above.
        below = tuple(f"{self.address}/{page}/_stcore/" for _, page in PAGES if page)
        looks_below = message.location.get("url", "").startswith(below)
        if message.type == "error" and not looks_below:
            self.errors.append(message.text)


def wait_until(page: Any, expression: str) -> None:
    """Wait until an expression holds on a page, also over a reload; a page may not evaluate text by itself."""
    from playwright.sync_api import Error

    def holds() -> bool:
        try:
            return bool(page.evaluate(expression))
        except Error as error:
            if "context was destroyed" not in str(error):
                raise
            return False

    end = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)


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
def visit(chromium: Any, dashboard: Dashboard) -> Iterator[Visit]:
    """Return a browser on the demo study."""
    with visiting(chromium, dashboard) as visitor:
        yield visitor


@contextmanager
def visiting(chromium: Any, dashboard: Dashboard) -> Iterator[Visit]:
    """Yield a browser with the cookie; at the end nothing may have gone wrong, or asked for another machine."""
    context = chromium.new_context(accept_downloads=True, permissions=["clipboard-read", "clipboard-write"])
    # The browser's cookies are those of the context: this is what opening the printed address leaves.
    assert context.request.get(dashboard.opening).ok
    visitor = Visit(context, dashboard.address)

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
