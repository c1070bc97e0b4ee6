"""What is to be sent is sent at least once, tried again with patience, and let go in the end."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from corpus.storage import begin_write
from helpdesk_bot.delivery import listing
from helpdesk_bot.delivery.courier import Courier, channels_of
from helpdesk_bot.delivery.outbox import enqueue
from helpdesk_bot.delivery.sending import FIRST_WAIT, LEASE, LONGEST_WAIT, deliver_due, tidy, wait_after
from helpdesk_bot.delivery.webhook import Webhook
from helpdesk_bot.errors import MessageUnknown
from tests.helpdesk_bot import library
from tests.helpdesk_bot.delivery.receivers import ADDRESS, SECRET, Receiver, hook, mail, put, row


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
