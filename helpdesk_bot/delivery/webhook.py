"""Telling another program of a released reply: one signed POST, to a checked address only."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import httpcore
import httpx

from corpus.addresses import GuardedBackend
from corpus.errors import PermanentError, TransientError
from helpdesk_bot import __version__
from helpdesk_bot.delivery.signing import signature
from helpdesk_bot.errors import DeliveryFailed, DeliveryRefused

TIMEOUT_S = 15.0
_GIVEN_UP = (400, 401, 403, 404, 405, 410, 413, 415, 422)
"""The receiver will not have this message, however often it is sent. All others are tried again."""


class Webhook:
    """One receiver of webhooks."""

    def __init__(self, url: str, secret: str, *, private: bool = False) -> None:
        """Name the receiver.

        Args:
            url: where to POST; redirects are not followed.
            secret: for the signature.
            private: addresses of private networks are allowed (see `corpus.addresses`).
        """
        self._url = httpx.URL(url)
        self._secret = secret
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        self._private_hosts = {f"{self._url.host}:{port}"} if private else set[str]()

    def send(self, message_id: str, payload: Mapping[str, Any], created_at: str) -> None:
        """Send a message; the receiver may get it twice and tells so by ``webhook-id``.

        Raises:
            DeliveryRefused: the receiver will never take it, or may not be reached.
            DeliveryFailed: not now.
        """
        body = body_of(payload, created_at)
        timestamp = int(time.time())
        headers = [
            (b"Host", self._url.netloc),
            (b"User-Agent", f"helpdesk-bot/{__version__}".encode()),
            (b"Content-Type", b"application/json"),
            (b"Content-Length", str(len(body)).encode()),
            (b"webhook-id", message_id.encode()),
            (b"webhook-timestamp", str(timestamp).encode()),
            (b"webhook-signature", signature(self._secret, message_id, timestamp, body).encode()),
            (b"Connection", b"close"),
        ]
        _check(self._post(headers, body))

    def _post(self, headers: list[tuple[bytes, bytes]], body: bytes) -> int:
        url = self._url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        backend = GuardedBackend(self._private_hosts, time.monotonic() + TIMEOUT_S)
        context = httpx.create_ssl_context() if url.scheme == "https" else None
        try:
            with (
                httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool,
                pool.stream("POST", target, headers=headers, content=body) as response,
            ):
                return int(response.status)
        except PermanentError as error:  # a private address, an unknown name
            raise DeliveryRefused(f"the webhook's address cannot be used: {error}") from error
        except TransientError as error:
            raise DeliveryFailed(f"the webhook's address cannot be looked up: {error}") from error
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            reason = str(error) or type(error).__name__
            raise DeliveryFailed(f"the webhook's receiver cannot be reached: {reason}") from error


def body_of(payload: Mapping[str, Any], created_at: str) -> bytes:
    """Return the body of a webhook: type, time and data; whose conversation it was stays here."""
    body = {"type": payload["type"], "timestamp": created_at, "data": _shared(payload["data"])}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _shared(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data without the asker's token and without the trace of how an answer came about."""
    kept = {name: value for name, value in data.items() if name not in ("conversation_id", "trace")}
    if isinstance(kept.get("answer"), Mapping):
        kept["answer"] = _shared(kept["answer"])
    return kept


def _check(status: int) -> None:
    if 200 <= status < 300:
        return
    if status in _GIVEN_UP or 300 <= status < 400:
        raise DeliveryRefused(f"the webhook's receiver answers with status {status}")
    raise DeliveryFailed(f"the webhook's receiver answers with status {status}")
