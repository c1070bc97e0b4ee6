"""Released replies go out: to a real mail server and a real receiver of webhooks, at least once."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from sqlalchemy import Engine, delete, select

from corpus.storage import begin_write
from helpdesk_bot.database import open_database
from helpdesk_bot.delivery import listing
from helpdesk_bot.delivery.courier import Courier, channels_of
from helpdesk_bot.delivery.mail import MailServer
from helpdesk_bot.delivery.outbox import enqueue
from helpdesk_bot.delivery.schema import outbox
from helpdesk_bot.delivery.sending import FIRST_WAIT, LEASE, LONGEST_WAIT, deliver_due, tidy, wait_after
from helpdesk_bot.delivery.signing import signature
from helpdesk_bot.delivery.webhook import Webhook
from helpdesk_bot.errors import ConfigurationError, DeliveryFailed, DeliveryRefused, MessageUnknown
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.review import asker, queue
from helpdesk_bot.review.desk import Person, ReviewDesk
from helpdesk_bot.review.schema import review_requests
from tests.helpdesk_bot import library

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


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, Controller]]:
    handler = Inbox()
    controller = Mailbox(handler)
    controller.start()
    yield handler, controller
    controller.stop()


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


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_database(library.settings_for(tmp_path_factory.mktemp("delivery")))
    yield engine
    engine.dispose()


@pytest.fixture
def engine(opened: Engine) -> Engine:
    with begin_write(opened) as connection:
        connection.execute(delete(outbox))
    return opened


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


def test_a_mail_arrives_in_the_askers_language_and_the_address_is_forgotten(
    engine: Engine, inbox: tuple[Inbox, Controller], caplog: pytest.LogCaptureFixture
) -> None:
    handler, controller = inbox
    caplog.set_level("DEBUG", logger="helpdesk_bot")
    message_id = put(engine, "email", mail())
    assert deliver_due(engine, {"email": server_at(controller)}, 3) == 1
    (recipients, message) = handler.mails[0]
    phrases = catalogue("vi")
    assert recipients == [ADDRESS]
    assert message["Subject"] == phrases.text("mail_subject", question=QUESTION)
    assert message["Message-ID"] == f"<{message_id}@desk.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    for expected in (
        phrases.text("mail_hello"),
        QUESTION,
        "Portalen tog emot 84 000 ärenden. [1]",
        phrases.text("mail_language", language="Tiếng Thụy Điển"),
        phrases.text("mail_approved", name="Anna Åström", date="2 tháng 3, 2026"),
        "[1] Cổng dịch vụ công trực tuyến, Sở Thông tin, 2024-06-30, news/cong-dich-vu.vi.md",
        "“Cổng dịch vụ công tiếp nhận 84000 hồ sơ trong năm đầu tiên.”",
    ):
        assert expected in text
    stored = row(engine, message_id)
    assert (stored["status"], stored["attempts"], stored["payload"]) == ("delivered", 1, {"language": "vi"})
    assert ADDRESS not in caplog.text
    assert QUESTION not in caplog.text
    assert deliver_due(engine, {"email": server_at(controller)}, 3) == 0


@pytest.mark.parametrize(
    ("language", "question", "message"),
    [
        ("en", "Which grants exist for small ports?", "Which region do you mean?"),
        ("sv", "Vilka bidrag finns för små hamnar?", "Vilken region menar du, och gäller det 2025?"),
        ("vi", "Có khoản tài trợ nào cho các cảng nhỏ?", "Bạn hỏi về vùng nào?"),
    ],
)
def test_a_returned_question_reaches_everybody_who_asked_it_and_no_address_stays(
    engine: Engine,
    inbox: tuple[Inbox, Controller],
    caplog: pytest.LogCaptureFixture,
    language: str,
    question: str,
    message: str,
) -> None:
    handler, controller = inbox
    caplog.set_level("DEBUG", logger="helpdesk_bot")
    desk, anna = ReviewDesk(engine, None, None), Person("a" * 32, "Anna Åström")
    conversation = f"c-{language}"
    with begin_write(engine) as connection:
        item_id = queue.ask_directly(connection, question, language, conversation, None, ADDRESS)
        other = queue.ask_directly(
            connection, "Små hamnar?", "de", f"{conversation}-2", None, "o@askers.example"
        )
        silent = queue.ask_directly(connection, "Hamnar?", "sv", f"{conversation}-3", None, None)
    desk.merge(anna, other, 1, item_id)
    desk.merge(anna, silent, 1, item_id)
    returned = desk.send_back(anna, item_id, desk.get(anna, item_id)["version"], message)
    assert [each["wants_mail"] for each in returned["requests"]] == [False]
    deliver_due(engine, {"email": server_at(controller)}, 3)
    mails = {recipients[0]: mail for recipients, mail in handler.mails}
    assert set(mails) == {ADDRESS, "o@askers.example"}
    for address, spoken, asked in ((ADDRESS, language, question), ("o@askers.example", "de", "Små hamnar?")):
        phrases, text = catalogue(spoken), mails[address].get_content()
        assert mails[address]["Subject"] == phrases.text("mail_returned_subject", question=asked)
        assert mails[address]["Content-Language"] == spoken
        for expected in (phrases.text("mail_returned_hello"), asked, message, phrases.text("mail_why")):
            assert expected in text
        assert phrases.text("mail_hello") not in text
    for token in (conversation, f"{conversation}-2", f"{conversation}-3"):
        [seen] = asker.conversation(engine, token)["answers"]
        assert (seen["review"]["status"], seen["review"]["message"]) == ("returned", message)
    assert not addresses(engine) & set(mails)
    assert not any(address in caplog.text for address in mails)
    reopened = desk.reopen(anna, item_id, returned["version"], "Svar kom.")
    desk.send_back(anna, item_id, reopened["version"], "Ännu en fråga.")
    assert deliver_due(engine, {"email": server_at(controller)}, 3) == 0  # their addresses are gone


def test_closing_a_question_forgets_the_addresses_of_all_who_asked_it(engine: Engine) -> None:
    desk, anna = ReviewDesk(engine, None, None), Person("a" * 32, "Anna Åström")
    with begin_write(engine) as connection:
        item_id = queue.ask_directly(
            connection, "Vilka avgifter?", "sv", "c-close", None, "one@askers.example"
        )
        other = queue.ask_directly(
            connection, "Phí bao nhiêu?", "vi", "c-close-2", None, "two@askers.example"
        )
    desk.merge(anna, other, 1, item_id)
    assert {"one@askers.example", "two@askers.example"} <= addresses(engine)
    desk.close(anna, item_id, desk.get(anna, item_id)["version"], "Inte vårt ämne.")
    assert not {"one@askers.example", "two@askers.example"} & addresses(engine)


def addresses(engine: Engine) -> set[str]:
    """Every address that is kept with a request or with a message."""
    with engine.connect() as connection:
        kept = set(connection.scalars(select(review_requests.c.email)))
        payloads = connection.scalars(select(outbox.c.payload)).all()
    return {each for each in (*kept, *(payload.get("to") for payload in payloads)) if each}


@pytest.mark.parametrize("language", [*languages(), "ja"])
def test_a_mail_can_be_written_in_every_language(
    engine: Engine, inbox: tuple[Inbox, Controller], language: str
) -> None:
    handler, controller = inbox
    put(engine, "email", mail(language=language))
    deliver_due(engine, {"email": server_at(controller)}, 3)
    spoken = language if language in languages() else "en"
    assert handler.mails[0][1]["Content-Language"] == spoken
    assert catalogue(spoken).text("mail_why") in handler.mails[0][1].get_content()


def test_a_mail_server_with_tls_and_sign_in(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    handler = Inbox()

    def signs_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        knows = (data.login, data.password) == (b"desk", b"right")
        return AuthResult(success=knows, handled=False)  # so that it says no, instead of nothing

    controller = Mailbox(
        handler,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=signs_in,
    )
    controller.start()
    try:
        signed = {"security": "starttls", "user": "desk", "trusted": str(certificate)}
        moment = "2026-03-02T10:00:00.000Z"
        server_at(controller, password="right", **signed).send("m1", mail(), moment)
        assert len(handler.mails) == 1
        with pytest.raises(DeliveryFailed, match="code 535"):
            server_at(controller, password="wrong", **signed).send("m2", mail(), moment)
        with pytest.raises(DeliveryFailed):  # a certificate that nobody vouches for
            server_at(controller, security="starttls", user="desk", password="right").send(
                "m3", mail(), moment
            )
        assert len(handler.mails) == 1
    finally:
        controller.stop()


def test_a_refused_address_is_a_dead_letter_and_a_busy_server_is_tried_again(
    engine: Engine, inbox: tuple[Inbox, Controller]
) -> None:
    handler, controller = inbox
    channel = {"email": server_at(controller)}
    handler.refuse = lambda _address: "550 no such user here"
    refused = put(engine, "email", mail())
    deliver_due(engine, channel, 5)
    assert row(engine, refused)["status"] == "dead"
    assert row(engine, refused)["payload"] == {"language": "vi"}, "the address is of no more use"
    handler.refuse = lambda _address: "450 busy"
    busy = put(engine, "email", mail())
    deliver_due(engine, channel, 5)
    assert (row(engine, busy)["status"], row(engine, busy)["attempts"]) == ("waiting", 1)
    assert ADDRESS not in str(row(engine, busy)["last_error"])
    handler.refuse = lambda _address: None
    assert deliver_due(engine, channel, 5) == 0, "it waits before the next try"
    later = datetime.now(UTC) + FIRST_WAIT + timedelta(seconds=1)
    assert deliver_due(engine, channel, 5, lambda: later) == 1
    assert row(engine, busy)["status"] == "delivered"


@pytest.mark.parametrize("to", ["nobody", "a@b\r\nBcc: c@d", ""])
def test_what_is_no_address_is_refused_before_anything_is_sent(
    inbox: tuple[Inbox, Controller], to: str
) -> None:
    handler, controller = inbox
    with pytest.raises(DeliveryRefused):
        server_at(controller).send("m", mail(to=to), "2026-03-02T10:00:00.000Z")
    assert handler.mails == []


def test_a_webhook_is_signed_and_says_no_more_than_it_has_to(engine: Engine, receiver: Receiver) -> None:
    message_id = put(engine, "webhook", hook())
    address = f"http://127.0.0.1:{receiver.server_port}/hooks?a=1"
    deliver_due(engine, {"webhook": Webhook(address, SECRET, private=True)}, 3)
    headers, body = receiver.requests[0]
    assert headers["webhook-id"] == message_id
    timestamp = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature(SECRET, message_id, timestamp, body)
    sent = json.loads(body)
    assert sent["type"] == "reply.released"
    assert sent["data"]["item_id"] == "item-1"
    assert sent["data"]["answer"]["text"] == ANSWER["text"]
    assert "the-asker's-token" not in body.decode()
    assert "trace" not in sent["data"]["answer"]
    stored = row(engine, message_id)
    assert stored["status"] == "delivered"
    assert "answer" not in stored["payload"]["data"]


def test_the_signature_is_the_one_of_the_specification() -> None:
    # The example of standardwebhooks' own test suite.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "state"), [(500, "waiting"), (429, "waiting"), (410, "dead"), (302, "dead"), (400, "dead")]
)
def test_what_a_receiver_answers_decides_whether_it_is_tried_again(
    engine: Engine, receiver: Receiver, status: int, state: str
) -> None:
    receiver.statuses = [status]
    message_id = put(engine, "webhook", hook())
    channel = {"webhook": Webhook(f"http://127.0.0.1:{receiver.server_port}/", SECRET, private=True)}
    deliver_due(engine, channel, 3)
    assert row(engine, message_id)["status"] == state
    assert len(receiver.requests) == 1, "a redirect is not followed"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0x7f.1"])
def test_private_addresses_are_refused_unless_they_are_allowed(receiver: Receiver, host: str) -> None:
    with pytest.raises(DeliveryRefused):
        Webhook(f"http://{host}:{receiver.server_port}/", SECRET).send(
            "m", hook(), "2026-03-02T10:00:00.000Z"
        )
    assert receiver.requests == []


def test_a_message_is_sent_again_after_a_kill_under_the_same_id(engine: Engine, receiver: Receiver) -> None:
    message_id = put(engine, "webhook", hook())
    webhook = Webhook(f"http://127.0.0.1:{receiver.server_port}/", SECRET, private=True)

    class Killed(BaseException):
        pass

    class Dies:
        def send(self, message_id: str, payload: Mapping[str, Any], created_at: str) -> None:
            webhook.send(message_id, payload, created_at)
            raise Killed

    with pytest.raises(Killed):
        deliver_due(engine, {"webhook": Dies()}, 3)
    assert deliver_due(engine, {"webhook": webhook}, 3) == 0, "it is still claimed"
    later = datetime.now(UTC) + LEASE + timedelta(seconds=1)
    assert deliver_due(engine, {"webhook": webhook}, 3, lambda: later) == 1
    assert [headers["webhook-id"] for headers, _ in receiver.requests] == [message_id, message_id]
    assert row(engine, message_id)["status"] == "delivered"


def _same(moment: datetime) -> datetime:
    return moment


def test_tries_end_in_a_dead_letter_that_can_be_put_back(engine: Engine, receiver: Receiver) -> None:
    receiver.statuses = [503, 503]
    message_id = put(engine, "webhook", hook())
    channel = {"webhook": Webhook(f"http://127.0.0.1:{receiver.server_port}/", SECRET, private=True)}
    start = datetime.now(UTC)
    for moment in (start, start + LONGEST_WAIT):
        deliver_due(engine, channel, 2, partial(_same, moment))
    assert row(engine, message_id)["status"] == "dead"
    assert listing.counts(engine) == {"dead": 1}
    shown = listing.messages(engine, status="dead")[0]
    assert shown["can_retry"]
    assert "payload" not in shown
    with begin_write(engine) as connection:
        listing.retry(connection, message_id)
        with pytest.raises(MessageUnknown):
            listing.retry(connection, "no such message")
    assert deliver_due(engine, channel, 2) == 1
    assert row(engine, message_id)["status"] == "delivered"


def test_the_wait_doubles_up_to_six_hours() -> None:
    waits = [wait_after(attempts) for attempts in range(1, 40)]
    assert waits[0] == FIRST_WAIT
    assert all(later in (2 * sooner, LONGEST_WAIT) for sooner, later in pairwise(waits))


def test_one_key_is_one_message_and_a_rolled_back_release_sends_nothing(engine: Engine) -> None:
    first = put(engine, "webhook", {**hook(), "key": "item-1:4"})
    assert put(engine, "webhook", {**hook(), "key": "item-1:4"}) == first
    assert put(engine, "email", {**mail(), "key": "item-1:4"}) != first
    connection = engine.connect()
    enqueue(connection, "webhook", hook())
    connection.rollback()
    connection.close()
    assert listing.counts(engine) == {"waiting": 2}


def test_two_senders_send_each_message_once(engine: Engine, receiver: Receiver) -> None:
    ids = {put(engine, "webhook", hook()) for _ in range(12)}
    channel = {"webhook": Webhook(f"http://127.0.0.1:{receiver.server_port}/", SECRET, private=True)}
    senders = [threading.Thread(target=deliver_due, args=(engine, channel, 3)) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(headers["webhook-id"] for headers, _ in receiver.requests) == sorted(ids)


def test_what_nobody_is_to_get_is_let_go(engine: Engine) -> None:
    webhook, letter = put(engine, "webhook", hook()), put(engine, "email", mail())
    tidy(engine, {})
    assert (row(engine, webhook)["status"], row(engine, letter)["status"]) == ("skipped", "waiting")
    assert "answer" not in row(engine, webhook)["payload"]["data"]
    tidy(engine, {}, lambda: datetime.now(UTC) + timedelta(days=31))
    assert row(engine, letter)["status"] == "dead"
    assert ADDRESS not in json.dumps(row(engine, letter)["payload"])


def test_the_courier_sends_by_itself(engine: Engine, receiver: Receiver, tmp_path: Path) -> None:
    settings = library.settings_for(
        tmp_path,
        webhook_url=f"http://127.0.0.1:{receiver.server_port}/",
        webhook_secret=SECRET,
        webhook_private=True,
    )
    courier = Courier(engine, channels_of(settings), settings.delivery_attempts, poll_s=0.02)
    courier.start()
    try:
        message_id = put(engine, "webhook", hook())
        arrived = threading.Event()
        for _ in range(1500):
            if row(engine, message_id)["status"] == "delivered":
                arrived.set()
                break
            threading.Event().wait(0.02)
        assert arrived.is_set()
    finally:
        courier.stop()


@pytest.mark.parametrize(
    "options",
    [
        {"smtp_host": "mail.example"},
        {"webhook_url": "https://hooks.example/"},
        {"webhook_url": "http://hooks.example/", "webhook_secret": SECRET},
        {"webhook_url": "https://hooks.example/", "webhook_secret": "short"},
    ],
)
def test_half_a_configuration_is_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        library.settings_for(tmp_path, **options)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = library.settings_for(
        tmp_path, webhook_url="https://hooks.example/", webhook_secret=SECRET, smtp_password="hidden-word"
    )
    assert SECRET not in repr(settings)
    assert "hidden-word" not in repr(settings)
