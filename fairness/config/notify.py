"""The section that says whom a snapshot's summary is sent to.

Example:
    >>> Notify(webhook="https://hooks.example/x").form
    'slack'
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from fairness.config.fields import Filled, Section, Texts

WebhookForm = Literal["slack", "teams"]
MailSecurity = Literal["starttls", "tls", "none"]


class Notify(Section):
    """Where ``fairness snapshot --notify`` sends its summary: a webhook, mail, or both.

    Secrets belong into the environment: ``webhook = "${FAIRNESS_WEBHOOK}"``.

    Attributes:
        webhook: Address that takes a message; None sends none.
        form: How the message is written: Slack's incoming webhooks, or a workflow of Teams.
        smtp_host: Mail server; None sends no mail.
        smtp_port: Its port.
        smtp_security: ``starttls``, ``tls`` from the first byte, or ``none`` for a server of one's own machine.
        smtp_user: Account; None for none.
        smtp_password: Its password.
        sender: Address of the sender.
        recipients: Addresses of the recipients.
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

    @field_validator("webhook")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
            raise ValueError("must be an address that begins with https://")
        return value

    @field_validator("sender", "recipients")
    @classmethod
    def _needed_for_mail(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("smtp_host") is not None and not value:
            raise ValueError("must be given, because smtp_host is")
        return value
