"""The options of sending released replies, part of the settings."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator


class DeliveryOptions(BaseModel):
    """How released replies go out by mail and by webhook."""

    smtp_host: str | None = Field(
        None, description="Mail server for released replies to askers who left an address; None: no mail."
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the connection to it is protected: `starttls` (usual at 587), `tls` from "
        "the first byte (465), or `none`, for a server on the same machine only.",
    )
    smtp_user: str | None = Field(None, description="Name at the mail server; None: no sign-in.")
    smtp_password: str | None = Field(
        None,
        description="Password at the mail server; better given as HELPDESK_SMTP_PASSWORD.",
        repr=False,
    )
    smtp_from: str | None = Field(
        None,
        description="Sender of the mails, e.g. `Helpdesk <helpdesk@example.org>`; needed with `smtp_host`.",
    )
    webhook_url: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="Address that is told of every released reply by a signed POST; None: nobody is. "
        "`https` and public, unless `webhook_private` is on.",
    )
    webhook_secret: str | None = Field(
        None,
        pattern=r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$",
        description="Secret that webhooks are signed with: `whsec_` and the base64 of 24 to 64 random bytes; "
        "needed with `webhook_url`; better given as HELPDESK_WEBHOOK_SECRET.",
        repr=False,
    )
    webhook_private: bool = Field(
        False, description="Allow a webhook address in a private network, and one without TLS."
    )
    delivery_attempts: int = Field(
        10,
        ge=1,
        le=30,
        description="Times that a mail or a webhook is tried before it is a dead letter. The wait doubles "
        "from 15 seconds up to 6 hours: 10 tries take about 2 hours.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.smtp_host and not self.smtp_from:
            raise ValueError("smtp_host needs smtp_from, the sender of the mails")
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("webhook_url needs webhook_secret, which the messages are signed with")
        if self.webhook_url and not (self.webhook_private or self.webhook_url.startswith("https://")):
            raise ValueError("webhook_url has to begin with https://, unless webhook_private is on")
        return self
