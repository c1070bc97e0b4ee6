"""The courier: one thread of the server that sends what is due and notices when documents change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from helpdesk_bot.answer_bank.staleness import sweep
from helpdesk_bot.delivery.mail import MailServer
from helpdesk_bot.delivery.sending import Channel, deliver_due, tidy
from helpdesk_bot.delivery.webhook import Webhook
from helpdesk_bot.settings import Settings
from index import store

log = logging.getLogger(__name__)

POLL_S = 2.0
"""Seconds between two looks: a look is one indexed query, and nobody waits for a mail by the second."""
TIDY_EVERY = 1800
"""Looks between two clearings: about an hour."""


def channels_of(settings: Settings) -> dict[str, Channel]:
    """Return the ways out that are configured, by kind."""
    found: dict[str, Channel] = {}
    if settings.smtp_host and settings.smtp_from:
        found["email"] = MailServer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_from,
            settings.smtp_user,
            settings.smtp_password,
        )
    if settings.webhook_url and settings.webhook_secret:
        found["webhook"] = Webhook(
            settings.webhook_url, settings.webhook_secret, private=settings.webhook_private
        )
    return found


class Courier:
    """Delivers in the background until it is stopped; several processes may each have one."""

    def __init__(
        self,
        engine: Engine,
        channels: Mapping[str, Channel],
        most_attempts: int,
        *,
        poll_s: float = POLL_S,
    ) -> None:
        self._engine = engine
        self._channels = channels
        self._most_attempts = most_attempts
        self._poll_s = poll_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._swept = -1
        self._looks = 0

    def start(self) -> None:
        """Begin to deliver; returns at once."""
        self._thread.start()

    def stop(self, wait_s: float = 5.0) -> None:
        """Stop after the message that is being sent; what is not marked by then is sent again."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(wait_s)

    def look(self) -> None:
        """Do once what is due: messages, the sweep of the bank after a change of documents, clearing."""
        while deliver_due(self._engine, self._channels, self._most_attempts) and not self._stopping.is_set():
            pass
        with self._engine.connect() as connection:
            revision = store.revision(connection)
        if revision != self._swept:
            sweep(self._engine)
            self._swept = revision
        if self._looks % TIDY_EVERY == 0:
            tidy(self._engine, self._channels)
        self._looks += 1

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except SQLAlchemyError as error:
                log.error("the courier cannot use the database: %s", type(error).__name__)
            except Exception:
                log.exception("the courier stumbled; it goes on")
            self._stopping.wait(self._poll_s)
