"""Released and returned replies reach their askers by a real mail server, in their languages."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import Engine, select

from corpus.storage import begin_write
from helpdesk_bot.delivery.schema import outbox
from helpdesk_bot.delivery.sending import FIRST_WAIT, deliver_due
from helpdesk_bot.errors import DeliveryFailed, DeliveryRefused
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.review import asker, queue
from helpdesk_bot.review.desk import Person, ReviewDesk
from helpdesk_bot.review.schema import review_requests
from tests.helpdesk_bot.delivery.receivers import (
    ADDRESS,
    ANSWER,
    QUESTION,
    Inbox,
    Mailbox,
    mail,
    put,
    row,
    server_at,
)


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
        "[1] Cổng dịch vụ công trực tuyến, Sở Thông tin, 30 tháng 6, 2024, news/cong-dich-vu.vi.md",
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


QUOTED = {
    "ar": ("«\u2068", "\u2069»"),  # what is quoted keeps its own direction
    "bg": ("„", "“"),
    "cs": ("„", "“"),
    "da": ("”", "”"),
    "de": ("„", "“"),
    "el": ("«", "»"),
    "es": ("«", "»"),
    "fi": ("”", "”"),
    "fr": ("«\u00a0", "\u00a0»"),
    "hu": ("„", "”"),
    "it": ("«", "»"),
    "lt": ("„", "“"),
    "nb": ("«", "»"),
    "nl": ("‘", "’"),
    "pl": ("„", "”"),
    "pt": ("«", "»"),
    "ro": ("„", "”"),
    "sk": ("„", "“"),
    "uk": ("«", "»"),
    "sv": ("”", "”"),
}
"""The quotation marks of each language, where they are not those of English and Vietnamese (CLDR)."""


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
    text = handler.mails[0][1].get_content()
    assert catalogue(spoken).text("mail_why") in text
    quote = ANSWER["citations"][0]["quote"]
    opening, closing = QUOTED.get(spoken, ("“", "”"))
    assert f"    {opening}{quote}{closing}\n" in text


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
