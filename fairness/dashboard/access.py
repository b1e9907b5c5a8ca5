"""Who may talk to the dashboard: the user's own browser, on this machine, with the token of this start.

A server on 127.0.0.1 can be reached by more than its user. Every web page that the browser has open can send requests
to it; a page whose name is made to resolve to 127.0.0.1 (DNS rebinding) can read the answers; and every other user of
the machine can connect. :class:`Access` stands in front of the whole application (pages, websocket, downloads, static
files, health) and refuses

* a ``Host`` that is not a name of this machine with this port: a rebound name shows there;
* an ``Origin`` other than that host: a request made by another page, even on another port of this machine. Websockets
  need one, because every browser sends it;
* whoever does not know the token: it is drawn at the start, printed with the address, and becomes a cookie.

References:
    RFC 6455, 10.2 (the server of a websocket checks the origin); RFC 9110, 7.2 (``Host``); W3C Content Security Policy
    Level 3.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from fairness.text import access_words
from fairness.text.escape import Html

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CLOSED = ("/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent")
"""Addresses that nothing here uses: figures about the process, runs of the script, and an interface for programs."""
_POLICY_VIOLATION = 1008
_STREAMLIT = frozenset(("_stcore", "static", "media", "component", "app", "auth"))
"""First parts of the addresses of Streamlit's own files and services."""

_in_front = threading.Event()


def in_front() -> bool:
    """Return whether the application of this process was started behind :class:`Access`."""
    return _in_front.is_set()


class Access:
    """ASGI application that passes on what the user's own browser asks for, and refuses everything else.

    A browser that opens :attr:`opening` gets a cookie and is sent on to the same address without the token, which thus
    stays out of bookmarks, the browser history, and what is copied from the address bar.

    Args:
        application: What is protected.
        port: The port that the server listens on; names with another port are refused.
        scripts: Texts of the inline scripts that may run; all others are blocked by the browser.
        pages: Title of each page by address; None where every address is passed on. Streamlit answers an address that
            it does not know with its first page, which is not the one that a link asked for.

    Example:
        >>> access = Access(lambda scope, receive, send: None, port=8501)
        >>> access.opening.partition("=")[0], len(access.opening.partition("=")[2])
        ('http://127.0.0.1:8501/?token', 43)
    """

    def __init__(
        self,
        application: ASGIApp,
        *,
        port: int,
        scripts: Iterable[str] = (),
        pages: Mapping[str, str] | None = None,
    ) -> None:
        self._application = application
        self._pages = pages
        self._port = port
        self._token = secrets.token_urlsafe(32)
        # A secret other than the token: what a browser sends to other ports of its host does not open a new browser.
        self._session = secrets.token_urlsafe(32)
        self._scripts = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
        names = ("127.0.0.1", "localhost", "[::1]")
        # Browsers leave the usual port out.
        self._hosts = {f"{name}:{port}" for name in names} | ({*names} if port == 80 else set())

    @property
    def opening(self) -> str:
        """The address that opens the dashboard, with the token."""
        return f"http://127.0.0.1:{self._port}/?token={self._token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection: refuse it, set the cookie, or pass it on."""
        if scope["type"] == "lifespan":
            _in_front.set()
            await self._application(scope, receive, send)
        elif scope["type"] == "websocket":
            if self._foreign(scope) or not self._known(scope):
                # Before the handshake is accepted this is an answer with status 403.
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            else:
                await self._application(scope, receive, send)
        elif scope["type"] == "http":
            answer = self._answer(scope) or self._application
            await answer(scope, receive, self._with_headers(scope, send))
        else:
            raise ValueError(f"a connection of the unknown kind {scope['type']!r}")

    def _answer(self, scope: Scope) -> Response | None:
        """Return the answer to what is not passed on."""
        if refusal := self._foreign(scope):
            return PlainTextResponse(refusal, 403)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse(access_words.READ_ONLY, 405, {"Allow": "GET, HEAD"})
        if (remaining := self._without_token(scope)) is not None:
            return self._opened(scope, remaining)
        if not self._known(scope):
            return PlainTextResponse(access_words.NO_TOKEN, 403)
        if scope["path"].startswith(_CLOSED):
            return PlainTextResponse(access_words.NOTHING_HERE, 404)
        return self._no_page(scope["path"])

    def _no_page(self, path: str) -> Response | None:
        """Return the answer to the address of a page that does not exist, with a way on; None for what may exist."""
        first, _, rest = path.removeprefix("/").partition("/")
        # Below the address of a page, the browser asks for what lies above it.
        own = self._pages is None or first in self._pages or (first in _STREAMLIT and rest) or "." in first
        if own or self._pages is None:
            return None
        links = Html().join(
            Html('<li><a href="/{}">{}</a></li>').format(at, title) for at, title in self._pages.items()
        )
        return HTMLResponse(
            Html(
                '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
                "<body><h1>{title}</h1><p>There is no page “{first}” in this dashboard. These are its pages:"
                "</p><ul>{links}</ul></body></html>"
            ).format(title=access_words.NO_PAGE, first=first[:60], links=links),
            404,
        )

    def _foreign(self, scope: Scope) -> str:
        """Return why the connection does not come from a page of this dashboard, or an empty text."""
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return access_words.WRONG_HOST
        # Requests without an origin are a page's read requests to its own server, and those of programs.
        needed = scope["type"] == "websocket"
        if (origins or needed) and origins != [f"http://{hosts[0]}"]:
            return access_words.WRONG_ORIGIN
        return ""

    def _known(self, scope: Scope) -> bool:
        """Return whether the browser has the cookie."""
        pairs = (pair.strip() for line in Headers(scope=scope).getlist("cookie") for pair in line.split(";"))
        named = (pair.removeprefix(f"{self._cookie}=") for pair in pairs if pair.startswith(f"{self._cookie}="))
        return any(_same(value, self._session) for value in named)

    @property
    def _cookie(self) -> str:
        # Browsers do not tell the ports of a host apart in cookies; with the port in the name, dashboards do not clash.
        return f"fairness_{self._port}"

    def _without_token(self, scope: Scope) -> str | None:
        """Return the query without the token; None unless the right one is in it."""
        parts = scope["query_string"].decode("latin-1").split("&")
        # A filter may be called like it: only the right value is the token.
        others = [part for part in parts if not (part.startswith("token=") and _same(part[6:], self._token))]
        return None if len(others) == len(parts) else "&".join(others)

    def _opened(self, scope: Scope, query: str) -> Response:
        """Return the answer that sets the cookie and sends the browser on to the page it asked for."""
        path = (scope.get("raw_path") or b"/").decode("latin-1")
        # Two slashes at the start would name another host.
        answer = Response(status_code=303)
        answer.headers["Location"] = "/" + path.lstrip("/\\") + (f"?{query}" if query else "")
        # Not "strict": a link to a page of the dashboard may be in a mail, or in a terminal that is a web page.
        answer.set_cookie(self._cookie, self._session, path="/", httponly=True, samesite="lax")
        return answer

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        """Return how an answer is sent: with the headers that tell the browser what it may do."""
        protection = self._headers(Headers(scope=scope).get("host", ""), static=scope["path"].startswith("/static/"))

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=_headed(message))
                for name, value in protection.items():
                    headers[name] = value
                del headers["access-control-allow-origin"]
            await send(message)

        return sent

    def _headers(self, host: str, *, static: bool) -> dict[str, str]:
        # Not every browser counts a websocket on the same host as its own.
        socket = f" ws://{host.lower()}" if host.lower() in self._hosts else ""
        policy = {
            "default-src": "'none'",
            "script-src": f"'self' {self._scripts}".strip(),
            # Streamlit and plotly set styles from scripts.
            "style-src": "'self' 'unsafe-inline'",
            "img-src": "'self' data: blob:",
            "font-src": "'self' data:",
            "connect-src": f"'self'{socket}",
            "manifest-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
        headers = {
            "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        # The files of Streamlit itself may be kept; nothing of the study is left on disk.
        return headers if static else {**headers, "Cache-Control": "no-store"}


def _headed(message: Message) -> MutableMapping[str, Any]:
    message.setdefault("headers", [])
    return message


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode("utf-8"))
