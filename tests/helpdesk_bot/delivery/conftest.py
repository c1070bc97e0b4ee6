"""An outbox, and who receives what it sends."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, delete

from corpus.storage import begin_write
from helpdesk_bot.database import open_database
from helpdesk_bot.delivery.schema import outbox
from tests.helpdesk_bot import library
from tests.helpdesk_bot.delivery.receivers import Inbox, Mailbox, Receiver


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, Controller]]:
    handler = Inbox()
    controller = Mailbox(handler)
    controller.start()
    yield handler, controller
    controller.stop()


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
