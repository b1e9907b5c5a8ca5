"""The summary of a snapshot, sent to servers of this machine."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from fairness.build.pipeline import build
from fairness.config import load_config
from fairness.errors import ConfigError, FairnessError
from fairness.report import Kept, compose, notify

pytestmark = pytest.mark.xdist_group("notify")

ROWS = [
    {"customer_id": n, "price": 22 + n % 13, "offer_price": 20 + n % 13, "tenure_months": 6 + n % 60}
    for n in range(400)
]


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[socketserver.BaseServer]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    """Yield the address of a server that keeps what is posted to it."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}/secret-path", got


@contextmanager
def mail_server() -> Iterator[tuple[int, list[str]]]:
    """Yield the port of a server that speaks as much SMTP as a sender needs, and the mails that it took."""
    got: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                command = line.strip().upper()
                if command == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(self.rfile.readline, b".\r\n")
                    got.append(b"".join(lines).decode())
                self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 fine\r\n")
                if command == b"QUIT":
                    return

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server, serving(server):
        yield server.server_address[1], got


@pytest.fixture(scope="module")
def contents(shared_study: Any) -> tuple[Path, Any]:
    path = shared_study.write(ROWS, inference={"bootstrap_replicates": 0})
    return path, compose(build(load_config(path)))


def send(contents: tuple[Path, Any], before: Any = None, **keys: Any) -> list[str]:
    path, made = contents
    config = load_config(path)
    chosen = config.model_copy(update={"notify": type(config.notify)(**keys)})
    return notify(chosen, made, folder_name="2025-12-abc", before=before)


def test_slack_message(contents: tuple[Path, Any]) -> None:
    with webhook() as (address, got):
        sent = send(contents, webhook=address)
    assert sent == ["Summary sent to the webhook."]
    (body,) = got
    assert set(body) == {"text"}
    assert body["text"].startswith("*Tenured customers pay ")
    assert "Snapshot 2025-12-abc" in body["text"]


def test_teams_card(contents: tuple[Path, Any]) -> None:
    with webhook() as (address, got):
        send(contents, webhook=address, form="teams")
    (attachment,) = got[0]["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["body"][0]["text"].startswith("Tenured customers pay ")


def test_mail(contents: tuple[Path, Any]) -> None:
    with mail_server() as (port, got):
        keys = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
        sent = send(contents, **keys, sender="a@firm.example", recipients=["b@firm.example", "c@firm.example"])
    assert sent == ["Summary sent by mail to 2 recipients."]
    (text,) = got
    mail = email.message_from_string(text, policy=email.policy.default)
    assert str(mail["Subject"]).startswith("Test: Tenured customers pay ")
    assert mail["To"] == "b@firm.example, c@firm.example"
    body = mail.get_body()
    assert body is not None
    assert "paid above the offer" in body.get_content()
    attached = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    pdf = contents[1].files.get("snapshot.pdf")
    assert attached == ({} if pdf is None else {"2025-12-abc.pdf": pdf})


@pytest.mark.parametrize(("then", "is_sent"), [("penalty", False), ("inconclusive", True), (None, True)])
def test_a_summary_can_wait_for_another_verdict(contents: tuple[Path, Any], then: str | None, is_sent: bool) -> None:
    made = contents[1]
    assert made.document.head.verdict == "penalty"
    head = {**made.document.data["headline"], "verdict": then}
    findings = [head, *made.document.data["findings"][1:]]
    document = {**made.document.data, "headline": head, "findings": findings}
    before = None if then is None else Kept(Path("2025-11-abc"), {}, document, date(2025, 12, 1))
    with webhook() as (address, got):
        sent = send(contents, before, webhook=address, when="verdict_changes")
    assert len(got) == is_sent
    assert sent == (
        ["Summary sent to the webhook."]
        if is_sent
        else ["No summary sent: the verdict is that of the snapshot before, pay more."]
    )


def test_a_refusal_does_not_show_the_address(contents: tuple[Path, Any]) -> None:
    with webhook(status=404) as (address, _), pytest.raises(FairnessError) as refused:
        send(contents, webhook=address)
    assert "it answered 404" in str(refused.value)
    assert "secret-path" not in str(refused.value)
    with pytest.raises(FairnessError, match="did not take") as unreachable:
        send(contents, webhook=address)
    assert "127.0.0.1" not in str(unreachable.value)


def test_nowhere_to_send_is_an_error(contents: tuple[Path, Any]) -> None:
    with pytest.raises(ConfigError, match="nowhere to send"):
        send(contents)


def test_section_is_checked(study: Any) -> None:
    with pytest.raises(ConfigError, match="begins with https"):
        load_config(study.write(ROWS, notify={"webhook": "hooks.example/x"}))
    with pytest.raises(ConfigError, match="must be given, because smtp_host is"):
        load_config(study.write(ROWS, notify={"smtp_host": "mail.example", "recipients": ["a@b.example"]}))


@pytest.mark.slow
def test_command_sends(study: Any, call_cli: Callable[..., Any], tmp_path: Path, monkeypatch: Any) -> None:
    with webhook() as (address, got):
        monkeypatch.setenv("HOOK", address)
        path = study.write(ROWS, notify={"webhook": "${HOOK}"}, inference={"bootstrap_replicates": 0})
        done = call_cli("snapshot", path, "--notify", "--to", tmp_path / "made")
    assert done.code == 0
    assert "Summary sent to the webhook." in done.err
    assert len(got) == 1
    files = [item for item in (tmp_path / "made").rglob("*") if item.is_file()]
    assert all(b"secret-path" not in item.read_bytes() for item in files)


@pytest.mark.parametrize("answer", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", b""])
def test_an_answer_that_is_no_http_is_an_error_without_the_address(contents: tuple[Path, Any], answer: bytes) -> None:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(answer)

    with serving(socketserver.TCPServer(("127.0.0.1", 0), Handler)) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/secret-path"
        with pytest.raises(FairnessError, match="the webhook did not take the summary") as caught:
            send(contents, webhook=address)
    assert "secret-path" not in str(caught.value)
