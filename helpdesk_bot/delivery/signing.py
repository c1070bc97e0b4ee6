"""Signing a webhook, as the Standard Webhooks specification (version 1, symmetric) has it."""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header ``webhook-signature``.

    HMAC-SHA256 over ``id.timestamp.body``, so that neither can be changed and an old
    message cannot be sent again under a new time.

    Args:
        secret: ``whsec_`` and base64.
        message_id: of the header ``webhook-id``, the same at each try.
        timestamp: of the header ``webhook-timestamp``, seconds since 1970.
        body: as it is sent.
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
