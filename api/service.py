"""What one server process holds: the helpdesk once it is loaded, and the means to serve it."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from api.errors import Starting, SwitchedOff
from api.jobs import Jobs
from api.limits import TokenBuckets
from api.load import Load
from api.metrics import Metrics
from api.problems import is_misuse
from api.sign_in_limits import SignInLimits
from api.workers import Workers
from helpdesk_bot import off_switch
from helpdesk_bot.accounts.oidc import OpenIdProvider
from helpdesk_bot.accounts.oidc_settings import provider_of
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings

if TYPE_CHECKING:  # the real import takes seconds: liveness must not wait for it
    from helpdesk_bot.delivery.courier import Courier
    from helpdesk_bot.helpdesk import Helpdesk

log = logging.getLogger(__name__)

RETRY_S = 5.0
"""Seconds until a helpdesk that could not be loaded is tried again (an ingest may have mended it)."""

MAX_WAITING = 128
"""Questions that may wait: a burst of 120 is allowed. `api.load` keeps the wait short."""

Opener = Callable[[Settings], "Helpdesk"]


def open_real(settings: Settings) -> Helpdesk:
    """Open the helpdesk of these settings."""
    from helpdesk_bot.helpdesk import open_helpdesk

    helpdesk = open_helpdesk(settings)
    helpdesk.warm_up()
    return helpdesk


def _send_out(engine: Engine, settings: Settings) -> Courier:
    """Begin to send released replies, and to look after the answer bank."""
    from helpdesk_bot.delivery.courier import Courier, channels_of

    courier = Courier(engine, channels_of(settings), settings.delivery_attempts)
    courier.start()
    return courier


class Service:
    """Loads the helpdesk in the background, and keeps what all requests share."""

    def __init__(self, settings: Settings, opener: Opener = open_real) -> None:
        self.settings = settings
        self.limiter = TokenBuckets(settings.rate_limit_burst, settings.rate_limit_per_minute)
        self.metrics = Metrics()
        self.workers = Workers(min(4, max(2, os.cpu_count() or 2)), MAX_WAITING)
        self.load = Load(self.workers, settings, self.metrics)
        self.jobs = Jobs(self.settings, lambda: self.engine)
        self.sign_ins = SignInLimits()
        provider = provider_of(settings)
        self.oidc = None if provider is None else OpenIdProvider(provider)
        self.draining = asyncio.Event()
        self._opener = opener
        self._helpdesk: Helpdesk | None = None
        self._engine: Engine | None = None
        self._failure: str | None = None
        self._courier: Courier | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to load the helpdesk; returns at once."""
        threading.Thread(target=self._load, name="load-helpdesk", daemon=True).start()

    def _load(self) -> None:
        while not self._stopping.is_set():
            try:
                helpdesk = self._opener(self.settings)
            except Exception as error:
                self._failure = (
                    str(error) if is_misuse(error) else "the helpdesk could not be loaded; see the log"
                )
                log.error("the helpdesk could not be loaded: %s", error, exc_info=not is_misuse(error))
                self._stopping.wait(RETRY_S)
                continue
            with self._lock:
                if self._stopping.is_set():
                    helpdesk.close()
                else:
                    self._helpdesk, self._failure = helpdesk, None
                    self._courier = _send_out(helpdesk.engine, self.settings)
                    log.info("questions are answered now")
            return

    @property
    def helpdesk(self) -> Helpdesk:
        """The loaded helpdesk.

        Raises:
            Starting: it is not loaded (yet), with the reasons.
        """
        helpdesk = self._helpdesk
        if helpdesk is None:
            raise Starting((self._failure or "the model and the index are being loaded",))
        return helpdesk

    @property
    def answering(self) -> Helpdesk:
        """The loaded helpdesk, to ask it a question: every way in that answers takes this one.

        Raises:
            Starting: it is not loaded (yet), with the reasons.
            SwitchedOff: an administrator switched answering off.
        """
        helpdesk = self.helpdesk
        if off_switch.is_off(helpdesk.engine) is not None:
            raise SwitchedOff
        return helpdesk

    @property
    def is_switched_off(self) -> bool:
        """Whether answering is switched off; not while nobody can tell yet."""
        helpdesk = self._helpdesk
        return helpdesk is not None and off_switch.is_off(helpdesk.engine) is not None

    @property
    def engine(self) -> Engine:
        """The database; there before the helpdesk is loaded, so that people can sign in."""
        if self._helpdesk is not None:
            return self._helpdesk.engine
        with self._lock:
            if self._engine is None:
                self._engine = open_database(self.settings)
            return self._engine

    @property
    def failure(self) -> str | None:
        """Why the helpdesk could not be loaded the last time, if so."""
        return self._failure

    @property
    def ready(self) -> bool:
        """Whether questions are answered."""
        return self._helpdesk is not None

    def drain(self) -> None:
        """Tell open streams that the server is about to stop."""
        self.draining.set()

    def close(self) -> None:
        """Let the helpdesk go."""
        self._stopping.set()
        self.workers.close()
        self.jobs.close()
        with self._lock:
            helpdesk, self._helpdesk = self._helpdesk, None
            engine, self._engine = self._engine, None
            courier, self._courier = self._courier, None
        if courier is not None:
            courier.stop()
        if helpdesk is not None:
            helpdesk.close()
        if engine is not None:
            engine.dispose()
