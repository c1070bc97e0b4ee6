"""A real mail server and a real receiver of webhooks, and messages for them."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import socket
from collections.abc import Awaitable, Callable, Mapping
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine, select

from corpus.storage import begin_write
from helpdesk_bot.delivery.mail import MailServer
from helpdesk_bot.delivery.outbox import enqueue
from helpdesk_bot.delivery.schema import outbox

ADDRESS = "lan@askers.example"
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
QUESTION = "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?"
ANSWER: Mapping[str, Any] = {
    "answer_id": "a1",
    "conversation_id": "the-asker's-token",
    "question": QUESTION,
    "answer_language": "sv",
    "text": "Portalen tog emot 84 000 ärenden. [1]",
    "citations": [
        {
            "number": 1,
            "quote": "Cổng dịch vụ công tiếp nhận 84000 hồ sơ trong năm đầu tiên.",
            "document": {
                "title": "Cổng dịch vụ công trực tuyến",
                "publisher": "Sở Thông tin",
                "date": "2024-06-30",
                "url": None,
                "source": "news/cong-dich-vu.vi.md",
            },
        }
    ],
    "trace": {"retrieved": ["a lot"]},
}


class Inbox:
    """What a real SMTP server was handed; ``refuse`` gives a reply code to an address."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.refuse: Callable[[str], str | None] = lambda _address: None

    async def handle_RCPT(  # noqa: N802 (aiosmtpd calls it so)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refusal = self.refuse(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append((list(envelope.rcpt_tos), message))
        return "250 OK"


class Mailbox(Controller):
    """An SMTP server on a port that it holds from the start: nobody else can take it."""

    def __init__(self, handler: Inbox, **options: Any) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        port = self.listening.getsockname()[1]
        super().__init__(handler, hostname="127.0.0.1", port=port, ready_timeout=60.0, **options)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self.listening)


class Receiver(ThreadingHTTPServer):
    """A real receiver of webhooks; ``statuses`` are its next answers, then 204."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


def mail(**more: Any) -> dict[str, Any]:
    return {
        "to": ADDRESS,
        "language": "vi",
        "question": QUESTION,
        "answer": dict(ANSWER),
        "approved_at": "2026-03-02T10:00:00Z",
        "approved_by": "Anna Åström",
        **more,
    }


def hook() -> dict[str, Any]:
    return {"type": "reply.released", "data": {"item_id": "item-1", "answer": dict(ANSWER)}}


def put(engine: Engine, kind: Any, payload: Mapping[str, Any]) -> str:
    with begin_write(engine) as connection:
        return enqueue(connection, kind, payload)


def row(engine: Engine, message_id: str) -> dict[str, Any]:
    with engine.connect() as connection:
        found = connection.execute(select(outbox).where(outbox.c.message_id == message_id)).mappings().one()
    return dict(found)


def server_at(controller: Controller, **more: Any) -> MailServer:
    given: dict[str, Any] = {"security": "none", "sender": "Helpdesk <helpdesk@desk.example>", **more}
    return MailServer("127.0.0.1", controller.port, **given)
