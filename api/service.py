"""What one server process holds: the helpdesk once it is loaded, and the means to serve it."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from api.errors import Starting
from api.limits import TokenBuckets
from api.load import Load
from api.metrics import Metrics
from api.problems import is_misuse
from api.workers import Workers
from helpdesk_bot.settings import Settings

if TYPE_CHECKING:  # the real import takes seconds: liveness must not wait for it
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


class Service:
    """Loads the helpdesk in the background, and keeps what all requests share."""

    def __init__(self, settings: Settings, opener: Opener = open_real) -> None:
        self.settings = settings
        self.limiter = TokenBuckets(settings.rate_limit_burst, settings.rate_limit_per_minute)
        self.metrics = Metrics()
        self.workers = Workers(min(4, max(2, os.cpu_count() or 2)), MAX_WAITING)
        self.load = Load(self.workers, settings, self.metrics)
        self.draining = asyncio.Event()
        self._opener = opener
        self._helpdesk: Helpdesk | None = None
        self._failure: str | None = None
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
    def ready(self) -> bool:
        """Whether questions are answered."""
        return self._helpdesk is not None

    def drain(self) -> None:
        """Tell open streams that the server is about to stop."""
        self.draining.set()

    def close(self) -> None:
        """Let the helpdesk go."""
        self._stopping.set()
        with self._lock:
            helpdesk, self._helpdesk = self._helpdesk, None
        if helpdesk is not None:
            helpdesk.close()
