"""Send the summary of a snapshot: to a webhook (Slack, Teams) or by mail. Only released figures are sent."""

from __future__ import annotations

import http.client
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any

from fairness.config import Config, Notify
from fairness.errors import ConfigError, FairnessError
from fairness.findings.document import Document
from fairness.report.history import Kept
from fairness.report.snapshot_folder import Contents
from fairness.text import snapshot
from fairness.text.verdict_words import VERDICTS

_SECONDS = 20


def notify(config: Config, contents: Contents, *, folder_name: str, before: Kept | None = None) -> list[str]:
    """Send the summary of a snapshot and return where it went, in words.

    Args:
        config: The study; ``[notify]`` says where to.
        contents: The snapshot; its PDF is attached to mail.
        folder_name: Name of the snapshot's folder.
        before: The snapshot before, for ``when = "verdict_changes"``.

    Raises:
        ConfigError: ``[notify]`` names neither a webhook nor a mail server.
        FairnessError: The message was not accepted; the error never shows the address, which may be a secret.
    """
    settings = config.notify
    if settings.webhook is None and settings.smtp_host is None:
        raise ConfigError(
            "[notify] says nowhere to send the summary",
            where=str(config.path.name),
            fix="set notify.webhook, or notify.smtp_host with sender and recipients",
        )
    document = contents.document
    if settings.when == "verdict_changes" and before is not None:
        then, now = Document.load(before.document).head.verdict, document.head.verdict
        if then == now:
            return [snapshot.not_sent(VERDICTS[now or ""].label.format(margin=snapshot.margin(document)))]
    lines = [*snapshot.summary(document), snapshot.where_it_is(document, folder_name)]
    sent = []
    if settings.webhook is not None:
        _post(settings.webhook, message(lines, settings.form))
        sent.append(snapshot.SENT_WEBHOOK)
    if settings.smtp_host is not None:
        _mail(settings, document, lines, contents.files.get("snapshot.pdf"), folder_name)
        sent.append(snapshot.sent_mail(len(settings.recipients)))
    return sent


def message(lines: Sequence[str], form: str) -> dict[str, Any]:
    r"""Return the body of a webhook message.

    Args:
        lines: The summary, the answer first.
        form: ``slack`` (incoming webhook: text) or ``teams`` (workflow webhook: an adaptive card).

    Example:
        >>> message(["More than 5 %", "a <b>"], "slack")
        {'text': '*More than 5 %*\na &lt;b&gt;'}
    """
    head, *rest = lines
    if form == "slack":
        # Slack reads these three signs as markup: a study may not call its channel by its name.
        safe = [line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in (head, *rest)]
        return {"text": "\n".join((f"*{safe[0]}*", *safe[1:]))}
    blocks = [{"type": "TextBlock", "text": head, "weight": "Bolder", "size": "Medium", "wrap": True}]
    blocks += [{"type": "TextBlock", "text": line, "wrap": True} for line in rest]
    card = {"type": "AdaptiveCard", "version": "1.4", "body": blocks}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def _post(address: str, body: Mapping[str, Any]) -> None:
    request = urllib.request.Request(
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        error.close()
        raise _not_taken("webhook", f"it answered {error.code}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _not_taken("webhook", type(getattr(error, "reason", error)).__name__) from None


def _mail(settings: Notify, document: Document, lines: Sequence[str], pdf: bytes | None, name: str) -> None:
    mail = EmailMessage()
    # A name of several lines would end the header.
    mail["Subject"] = " ".join(f"{document.name}: {lines[0]}".split())
    mail["From"] = settings.sender
    mail["To"] = ", ".join(settings.recipients)
    mail.set_content("\n".join(lines) + "\n")
    if pdf is not None:
        mail.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{name}.pdf")
    host, port = str(settings.smtp_host), settings.smtp_port
    secure = ssl.create_default_context()
    try:
        server = (
            smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=secure)
            if settings.smtp_security == "tls"
            else smtplib.SMTP(host, port, timeout=_SECONDS)
        )
        with server:
            if settings.smtp_security == "starttls":
                server.starttls(context=secure)
            if settings.smtp_user is not None:
                server.login(settings.smtp_user, settings.smtp_password or "")
            server.send_message(mail)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise _not_taken("mail server", type(error).__name__) from None


def _not_taken(which: str, why: str) -> FairnessError:
    return FairnessError(
        f"the {which} did not take the summary: {why}",
        where="[notify]",
        fix="the snapshot itself is written; check the address and run the command again",
    )
