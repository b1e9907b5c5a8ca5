"""Who the dashboard answers: observed on its sockets, with requests written byte by byte, as attackers do."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from fairness.dashboard.access import Access
from fairness.text import numbers
from tests.app.conftest import (
    ERROR_BOX,
    Dashboard,
    Demo,
    free_port,
    printed_address,
    running,
    serving,
    wait_until,
)

pytestmark = pytest.mark.xdist_group("dashboard")

ROOT = Path(__file__).parents[2]
STREAM = "/_stcore/stream"
PATHS = (
    "/",
    "/where?cell=Broadband",
    "/snapshots",
    "/index.html",
    "/favicon.png",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/agent/openapi.json",
    "/_stcore/upload_file/a/b",
    "/_stcore/bidi-components/a/b",
    "/component/a/index.html",
    "/media/a.csv",
    "/static/js/index.js",
    "/app/static/a",
    "/auth/login",
    "/no-such-page",
    "//evil.example/",
    "/?token=",
    "/?token=guess",
)
# {port} is the dashboard's own, {other} another one.
FOREIGN_HOSTS = (
    "",
    "rebound.example",
    "rebound.example:{port}",
    "127.0.0.1",
    "127.0.0.1:{other}",
    "localhost",
    "localhost:{other}",
    "localhost.:{port}",
    "evil.localhost:{port}",
    "127.0.0.1.rebound.example:{port}",
    "127.0.0.1:{port}.rebound.example",
    "127.0.0.1:{port}@rebound.example",
    "user@127.0.0.1:{port}",
    "127.1:{port}",
    "2130706433:{port}",
    "127.0.0.2:{port}",
    "0.0.0.0:{port}",
    "[::]:{port}",
    "[::1]",
    "[::1]:{other}",
    "[::ffff:127.0.0.1]:{port}",
    "192.168.0.1:{port}",
    "127.0.0.1:0{port}",
    "127.0.0.1:{port}, 127.0.0.1:{port}",
)
FOREIGN_ORIGINS = (
    "",
    "null",
    "http://rebound.example",
    "http://rebound.example:{port}",
    "http://127.0.0.1",
    "http://127.0.0.1:{other}",
    "http://localhost:{port}",
    "https://127.0.0.1:{port}",
    "ws://127.0.0.1:{port}",
    "127.0.0.1:{port}",
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}.rebound.example",
    "http://127.0.0.1:{port}@rebound.example",
    "http://127.0.0.1:{port} http://rebound.example",
    "file://",
)


@dataclass(frozen=True)
class Answer:
    """An answer as it came.

    Attributes:
        status: Its status.
        headers: Its headers, names in lower case.
        cookies: Its `Set-Cookie` lines.
        body: What follows.
    """

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes


def ask(port: int, target: str, headers: list[tuple[str, str]], *, method: str = "GET", ends: bool = True) -> Answer:
    """Send a request to 127.0.0.1 and read the answer to its end, or to the end of its head."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    if ends:
        lines.append("Connection: close")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        received = b""
        while (ends or b"\r\n\r\n" not in received) and (chunk := connection.recv(65536)):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in rest)]
    cookies = [value for name, value in pairs if name == "set-cookie"]
    return Answer(int(first.split()[1]), dict(pairs), cookies, body)


def shake(port: int, *, host: str, origin: str | None, cookie: str | None) -> int:
    """Try to open the websocket; return the status of the answer, 101 if it opens."""
    headers = [
        ("Host", host),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", base64.b64encode(bytes(16)).decode()),
    ]
    headers += [("Origin", origin)] if origin is not None else []
    headers += [("Cookie", cookie)] if cookie is not None else []
    return ask(port, STREAM, headers, ends=False).status


@dataclass(frozen=True)
class Known:
    """The dashboard as the user's own browser knows it.

    Attributes:
        port: Its port.
        opening: The printed address below the host.
        cookie: The cookie that opening it sets.
    """

    port: int
    opening: str
    cookie: str

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def get(self, target: str, *, host: str | None = None, origin: str | None = None, method: str = "GET") -> Answer:
        """Ask as this browser, or as a page of another host or origin in it."""
        headers = [("Host", self.host if host is None else host), ("Cookie", self.cookie)]
        headers += [("Origin", origin)] if origin is not None else []
        return ask(self.port, target, headers, method=method)

    def names(self, text: str) -> str:
        return text.format(port=self.port, other=self.port + 1)


def known(dashboard: Dashboard) -> Known:
    """Open the printed address."""
    parts = urlsplit(dashboard.opening)
    opening = f"{parts.path}?{parts.query}"
    answer = ask(dashboard.port, opening, [("Host", parts.netloc)])
    (cookie,) = answer.cookies
    return Known(dashboard.port, opening, cookie.partition(";")[0])


@pytest.fixture(scope="module")
def browser(dashboard: Dashboard) -> Known:
    return known(dashboard)


@contextmanager
def page_of(address: str, cookie: str | None) -> Iterator[ClientConnection]:
    """Open the websocket as a page does, and have the page's script run."""
    url = f"ws{address.removeprefix('http')}{STREAM}"
    headers = {"Cookie": cookie} if cookie else {}
    with connect(url, origin=Origin(address), additional_headers=headers, max_size=None) as stream:
        start = BackMsg()
        start.rerun_script.query_string = ""
        stream.send(start.SerializeToString())
        yield stream


def read_page(address: str, *, cookie: str | None = None) -> str:
    """Return everything that a page sends over the websocket until its script has run."""
    text = ""
    with page_of(address, cookie) as stream:
        while True:
            message = ForwardMsg.FromString(stream.recv(timeout=60, decode=False))
            text += str(message)
            if message.WhichOneof("type") == "script_finished":
                return text


def headline(demo: Demo) -> str:
    return f"{demo.document['headline']['estimate'] * 100:.1f} %"


def test_the_printed_address_gives_a_cookie_and_the_study(browser: Known, demo: Demo) -> None:
    assert browser.get("/").status == 200
    assert browser.get("/_stcore/health").body == b"ok"
    for name in ("127.0.0.1", "localhost", "[::1]"):
        host = f"{name}:{browser.port}"
        assert browser.get("/", host=host).status == 200
        assert shake(browser.port, host=host, origin=f"http://{host}", cookie=browser.cookie) == 101
    assert headline(demo) in read_page(f"http://{browser.host}", cookie=browser.cookie)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_is_answered_without_the_token(browser: Known, path: str, method: str) -> None:
    for cookie in ("", f"{browser.cookie.partition('=')[0]}=guess", f"other{browser.cookie}"):
        answer = ask(browser.port, path, [("Host", browser.host), ("Cookie", cookie)], method=method)
        assert answer.status == (403 if method in ("GET", "HEAD") else 405)
        assert answer.cookies == []
        if method == "GET":
            assert b"Open the address that" in answer.body
            assert len(answer.body) < 200


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused(browser: Known, host: str) -> None:
    host = browser.names(host)
    for path in (*PATHS, browser.opening):
        answer = browser.get(path, host=host)
        # The parser of HTTP refuses some before they are looked at.
        assert answer.status in (400, 403)
        assert answer.cookies == []
        assert len(answer.body) < 200
    for origin in (f"http://{host}", f"http://{browser.host}"):
        assert shake(browser.port, host=host, origin=origin, cookie=browser.cookie) in (400, 403)


def test_a_host_that_is_missing_or_given_twice_is_refused(browser: Known) -> None:
    for hosts in (
        [],
        [browser.host, browser.host],
        [browser.host, "rebound.example"],
        ["rebound.example", browser.host],
    ):
        headers = [("Host", host) for host in hosts]
        answer = ask(browser.port, "/", [*headers, ("Cookie", browser.cookie)])
        assert answer.status in (400, 403)
        assert len(answer.body) < 200


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_refused(browser: Known, origin: str) -> None:
    origin = browser.names(origin)
    for path in (*PATHS, browser.opening):
        answer = browser.get(path, origin=origin)
        assert answer.status == 403
        assert answer.cookies == []
    assert shake(browser.port, host=browser.host, origin=origin, cookie=browser.cookie) == 403


def test_a_websocket_needs_origin_and_cookie(browser: Known) -> None:
    own = f"http://{browser.host}"
    assert shake(browser.port, host=browser.host, origin=own, cookie=browser.cookie) == 101
    assert shake(browser.port, host=browser.host, origin=None, cookie=browser.cookie) == 403
    assert shake(browser.port, host=browser.host, origin=own, cookie=None) == 403
    name, _, secret = browser.cookie.partition("=")
    token = browser.opening.partition("=")[2]
    for cookie in (f"{name}={secret[:-1]}", f"{name}={token}", f"{name}={secret}x", f"{name}=", secret, "é=\xff"):
        assert shake(browser.port, host=browser.host, origin=own, cookie=cookie) == 403
    with pytest.raises(InvalidStatus, match="403"):
        read_page(own)


def test_opening_keeps_the_page_and_leaves_the_token_out(browser: Known) -> None:
    token = browser.opening.partition("?")[2]
    host = ("Host", browser.host)
    for asked, left in (
        (f"/where?cell=Broadband%2C%20South&{token}&region=North", "/where?cell=Broadband%2C%20South&region=North"),
        (f"/?{token}", "/"),
        (f"//evil.example/?{token}", "/evil.example/"),
        (f"/\\evil.example?{token}", "/evil.example"),
    ):
        answer = ask(browser.port, asked, [host])
        assert (answer.status, answer.headers["location"]) == (303, left)
        (cookie,) = answer.cookies
        assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=lax"}
    # The token opens; it is not what the browser keeps, and what the browser keeps does not open.
    assert ask(browser.port, f"/?token={browser.cookie.partition('=')[2]}", [host]).status == 403


def test_a_filter_may_be_called_token(browser: Known) -> None:
    assert browser.get("/?token=Gold").status == 200


def test_cookies_of_other_dashboards_do_not_disturb(browser: Known) -> None:
    name = browser.cookie.partition("=")[0]
    cookie = f'fairness_1=x; {name}=old; {browser.cookie}; {name}="y'
    assert ask(browser.port, "/", [("Host", browser.host), ("Cookie", cookie)]).status == 200
    assert str(browser.port) in name


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/metrics/", "/_stcore/agent/openapi.json", "/%5Fstcore/metrics"]
)
def test_metrics_are_closed_even_to_the_user(browser: Known, path: str) -> None:
    assert browser.get(path).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_nothing_is_taken(browser: Known, method: str) -> None:
    for path in ("/", "/_stcore/upload_file/a/b", "/_stcore/agent/interact"):
        assert browser.get(path, method=method, origin=f"http://{browser.host}").status in (400, 405)


def test_every_answer_tells_the_browser_what_it_may_do(browser: Known) -> None:
    asset = browser.get("/").body.partition(b'src="./static/')[2].partition(b'"')[0].decode()
    answers = [browser.get(path) for path in ("/", "/where", "/_stcore/health", f"/static/{asset}", "/_stcore/metrics")]
    answers += [browser.get("/", host="rebound.example"), ask(browser.port, browser.opening, [("Host", browser.host)])]
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 404, 403, 303]
    for answer in answers:
        pairs = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
        policy = {name: value for name, _, value in pairs}
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in policy["script-src"]
        assert not any("*" in value or "http" in value for value in policy.values())
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
    kept = [answer.headers.get("cache-control") == "no-store" for answer in answers]
    assert kept == [True, True, True, False, True, True, True]


def test_the_usual_port_is_left_out_by_browsers() -> None:
    async def never(*_: Any) -> None:
        raise AssertionError

    for port, host, refused in ((80, "localhost", False), (80, "localhost:80", False), (8501, "localhost", True)):
        scope = {"type": "http", "headers": [(b"host", host.encode())]}
        assert bool(Access(never, port=port)._foreign(scope)) is refused


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux lists the sockets of a process in /proc")
def test_the_server_listens_on_one_port_of_this_machine(dashboard: Dashboard) -> None:
    own = {os.readlink(entry) for entry in Path(f"/proc/{dashboard.process.pid}/fd").iterdir()}
    listening = "0A"
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            (
                _,
                local,
                _,
                state,
                *_,
            ) = fields = line.split()
            if f"socket:[{fields[9]}]" in own and (state == listening or table.startswith("udp")):
                found.append((table, local))
    assert found == [("tcp", f"0100007F:{dashboard.port:04X}")]


SITECUSTOMIZE = """
import json, os, sys

def hear(event, arguments):
    if event.partition(".")[0] == "socket":
        with open(os.environ["HEARD"], "a") as log:
            log.write(json.dumps([event, repr(arguments[1:] if event != "socket.getaddrinfo" else arguments)]) + "\\n")

sys.addaudithook(hear)
"""


@pytest.fixture(scope="module")
def heard(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dashboard, Path]]:
    """Show the demo once more, in processes that write down every call on sockets."""
    folder = tmp_path_factory.mktemp("heard")
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEARD", str(folder / "heard.txt"))
        with serving(demo.config, folder, first=folder) as dashboard:
            yield dashboard, folder / "heard.txt"


def test_no_name_is_looked_up_and_no_connection_leaves(heard: tuple[Dashboard, Path], demo: Demo) -> None:
    dashboard, log = heard
    user = known(dashboard)
    assert headline(demo) in read_page(dashboard.address, cookie=user.cookie)
    # Streamlit asks two servers for the machine's addresses when an origin is not one that it knows.
    for host, origin in (
        (user.host, "http://rebound.example"),
        (user.host, f"http://192.168.7.7:{user.port}"),
        ("rebound.example", "http://rebound.example"),
    ):
        assert shake(user.port, host=host, origin=origin, cookie=user.cookie) == 403
        assert user.get("/", host=host, origin=origin).status == 403
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    assert {event for event, _ in calls} <= {"socket.__new__", "socket.bind"}
    assert [arguments for event, arguments in calls if event == "socket.bind"] == [repr((("127.0.0.1", user.port),))]


def test_another_start_has_another_token(heard: tuple[Dashboard, Path], browser: Known) -> None:
    again = known(heard[0])
    host = ("Host", again.host)
    assert ask(again.port, browser.opening, [host]).status == 403
    name, _, secret = again.cookie.partition("=")
    assert ask(again.port, "/", [host, ("Cookie", f"{name}={browser.cookie.partition('=')[2]}")]).status == 403
    # Both are open in one browser, which sends both cookies to both.
    both = f"{browser.cookie}; {name}={secret}"
    for each in (browser, again):
        assert ask(each.port, "/", [("Host", each.host), ("Cookie", both)]).status == 200


def test_it_ends_cleanly_while_a_page_is_open(demo: Demo, tmp_path: Path) -> None:
    with serving(demo.config, tmp_path) as dashboard, page_of(dashboard.address, known(dashboard).cookie) as stream:
        stream.recv(timeout=60)
        dashboard.process.send_signal(signal.SIGINT)
        assert dashboard.process.wait(timeout=10) == 0
    said = dashboard.log.read_text(encoding="utf-8").splitlines()
    assert said[-1] == f"The dashboard is on {dashboard.opening} (stop it with Ctrl-C)"


@pytest.mark.skipif(not Path("/proc").exists(), reason="only Linux shows the command lines of others in /proc")
def test_the_token_is_in_no_command_line(dashboard: Dashboard) -> None:
    token = dashboard.opening.partition("=")[2]
    line = Path(f"/proc/{dashboard.process.pid}/cmdline").read_bytes()
    assert b"fairness.dashboard.server" in line
    assert token.encode() not in line


BROKEN = {
    "gone": "import sys; sys.modules['streamlit.starlette'] = None",
    "of another form": "import streamlit.starlette; streamlit.starlette.App = lambda script, *, new: None",
    "no application": "import streamlit.starlette; streamlit.starlette.App = lambda script: 'app'",
    "without settings": "import streamlit.config; streamlit.config.set_option = lambda name, value: None",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_streamlit_that_cannot_be_protected_is_not_served(how: str, demo: Demo, tmp_path: Path) -> None:
    port = free_port()
    script = f"{BROKEN[how]}\nfrom fairness.dashboard.server import main\nmain()"
    command = [sys.executable, "-c", script, str(demo.config), str(port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "cannot be served behind the check of who asks" in done.stderr
    assert "constraints.txt" in done.stderr
    assert "http://" not in done.stderr
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)


@pytest.fixture(scope="module")
def plain(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Show the study with Streamlit's own server; yield its address."""
    folder, port = tmp_path_factory.mktemp("plain"), str(free_port())
    command = ["-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", port, "--", str(demo.config)]
    with running(command, folder) as process:
        yield printed_address(process, folder)


def test_streamlit_by_itself_shows_nothing_of_the_study(plain: str, demo: Demo) -> None:
    text = read_page(plain)
    assert "Start the dashboard with `fairness app`" in text
    assert headline(demo) not in text
    assert numbers.month(demo.document["study"]["as_of"]) not in text


@pytest.mark.browser
def test_an_error_box_is_seen(chromium: Any, plain: str) -> None:
    """What all visits of pages look for is what Streamlit draws."""
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(plain)
        page.wait_for_selector(ERROR_BOX, timeout=60_000)
        assert "fairness app" in page.locator(ERROR_BOX).first.inner_text()


@pytest.mark.browser
def test_in_a_browser_the_printed_address_opens_and_any_other_shows_how(chromium: Any, dashboard: Dashboard) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{dashboard.address}/where")
        assert "Open the address that" in page.inner_text("body")
        page.goto(dashboard.opening)
        page.wait_for_selector(".end", timeout=90_000)
        wait_until(page, "location.search.startsWith('?run=')")
        assert page.url.partition("?")[0] == f"{dashboard.address}/"
        # From now on any address of the dashboard opens, as from a bookmark.
        again = context.new_page()
        again.goto(f"{dashboard.address}/where")
        again.wait_for_selector(".end", timeout=90_000)


@pytest.mark.browser
def test_in_a_browser_another_page_of_this_machine_gets_nothing(
    chromium: Any, dashboard: Dashboard, tmp_path: Path
) -> None:
    """The browser sends the cookie to all ports of the host, so that only origin and headers keep other pages out."""
    (tmp_path / "evil.html").write_text(
        f"""<iframe id=f src="{dashboard.address}/"></iframe><script>
        const told = [], tell = (name) => (told.push(name), document.title = told.sort().join(" "));
        const socket = new WebSocket("{dashboard.address.replace("http", "ws")}{STREAM}");
        socket.onopen = () => tell("socket-open"); socket.onerror = () => tell("socket-refused");
        fetch("{dashboard.address}/_stcore/health", {{credentials: "include"}})
          .then(() => tell("fetch-read"), () => tell("fetch-refused"));
        const script = document.createElement("script"); script.src = "{dashboard.address}/_stcore/host-config";
        script.onload = () => tell("script-run"); script.onerror = () => tell("script-refused");
        document.head.append(script);
        </script>"""
    )
    command = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", str(tmp_path), port := str(free_port())]
    with running(command, tmp_path) as process, chromium.new_context() as context:
        wait_for_port(int(port), process)
        page = context.new_page()
        page.goto(dashboard.opening)
        page.wait_for_selector(".end", timeout=90_000)
        page.goto(f"http://127.0.0.1:{port}/evil.html")
        wait_until(page, "document.title.split(' ').length === 3")
        assert page.title() == "fetch-refused script-refused socket-refused"
        assert page.frames[1].url.startswith("chrome-error:")


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
