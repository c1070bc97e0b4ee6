"""Released replies go to a real receiver of webhooks: signed, saying little, and nowhere private."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from helpdesk_bot.delivery.sending import deliver_due
from helpdesk_bot.delivery.signing import signature
from helpdesk_bot.delivery.webhook import Webhook
from helpdesk_bot.errors import ConfigurationError, DeliveryRefused
from tests.helpdesk_bot import library
from tests.helpdesk_bot.delivery.receivers import ANSWER, SECRET, Receiver, hook, put, row


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
