"""The section that says whom a snapshot's summary is sent to.

Example:
    >>> Notify(webhook="https://hooks.example/x").form
    'slack'
"""

from __future__ import annotations

import ipaddress
import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from fairness.config.fields import Filled, Section, Texts

WebhookForm = Literal["slack", "teams"]
NotifyWhen = Literal["always", "verdict_changes"]
MailSecurity = Literal["starttls", "tls", "none"]


_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+"
_MAIL = re.compile(rf"[^<>\"@,;:\x00-\x1f\x7f-\x9f]*<{_ADDRESS}>|{_ADDRESS}")
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


def _is_host(name: str) -> bool:
    """Return whether a text is the name or the address of a server.

    Example:
        >>> [_is_host(name) for name in ("smtp.example.org", "10.0.0.1", "::1", "a b", "https://x", "x" * 64)]
        [True, True, True, False, False, False]
    """
    if ":" in name:
        try:
            return bool(ipaddress.IPv6Address(name))
        except ValueError:
            return False
    return len(name) <= 253 and all(_LABEL.fullmatch(label) for label in name.removesuffix(".").split("."))


def _is_web_address(text: str) -> bool:
    """Return whether a text is an address that a message can be sent to.

    Example:
        >>> [_is_web_address(text) for text in ("https://h.example/x?y", "https://[", "http://h:x/", "https:///x")]
        [True, False, False, False]
    """
    try:
        parts = urlsplit(text)
        # Reading the port also checks it.
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and is_port
        and _is_host(parts.hostname or "")
        and text.isascii()
        and text.isprintable()
        and " " not in text
    )


class Notify(Section):
    """Where ``fairness snapshot --notify`` sends its summary: a webhook, mail, or both.

    Secrets belong in the environment: ``webhook = "${FAIRNESS_WEBHOOK}"``.

    Attributes:
        webhook: Address that takes a message; None sends none.
        form: How the message is written: Slack's incoming webhooks, or a workflow of Teams.
        smtp_host: Mail server; None sends no mail.
        smtp_port: Its port.
        smtp_security: ``starttls``, ``tls`` from the first byte, or ``none`` for a server on the same machine.
        smtp_user: Account; None for none.
        smtp_password: Its password.
        sender: Address of the sender.
        recipients: Addresses of the recipients.
        when: Whether every summary is sent, or only one whose verdict is not that of the snapshot before.
    """

    webhook: Filled | None = None
    form: WebhookForm = "slack"
    smtp_host: Filled | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: MailSecurity = "starttls"
    smtp_user: Filled | None = None
    smtp_password: Filled | None = Field(default=None, repr=False)
    sender: str = Field(default="", validate_default=True)
    recipients: Texts = Field(default=(), validate_default=True)
    when: NotifyWhen = "always"

    @field_validator("webhook")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not _is_web_address(value):
            raise ValueError("must be a whole address that begins with https://, in ASCII and without spaces")
        return value

    @field_validator("smtp_host")
    @classmethod
    def _host(cls, value: str | None) -> str | None:
        if value is not None and not _is_host(value):
            raise ValueError("must be the name of a server, such as 'smtp.example.org', without scheme, port and path")
        return value

    @field_validator("sender", "recipients")
    @classmethod
    def _mail_addresses(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for address in (value,) if isinstance(value, str) else value:
            if address and not _MAIL.fullmatch(address):
                raise ValueError("must be written name@example.org or Name <name@example.org>")
        return value

    @field_validator("sender", "recipients")
    @classmethod
    def _needed_for_mail(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("smtp_host") is not None and not value:
            raise ValueError("must be given, because smtp_host is")
        return value
