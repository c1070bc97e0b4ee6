"""How busy the server is, and at which depth it can answer now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from api.metrics import Metrics
from api.workers import Workers
from helpdesk_bot.answers import Question
from helpdesk_bot.settings import Settings

BUSY_NOTE = "answered at depth fast: the server is busy"
"""Stands in the notes of the trace of an answer that would have been deep."""

BUSY_REASON = "many questions are waiting: they are answered at depth fast"

STAYS_S = 5.0
"""Seconds after the last such answer in which the server still calls itself busy: probes are rare."""

_DEEP_S = 1.0
"""What a deep answer takes, until the first ones were timed."""

_NEWEST = 0.2
"""Weight of the newest time in the running mean: the mean follows within some ten answers."""


class Load:
    """Decides, when a thread takes a question up, how deep it is answered.

    One that names no depth falls back to `fast` while more than
    ``deep_max_waiting`` others wait; one that asks for `deep` by name, only
    when those waiting would need longer than ``deep_max_wait_s`` at that depth.
    """

    def __init__(
        self,
        workers: Workers,
        settings: Settings,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workers = workers
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._lock = threading.Lock()
        self._deep_s = _DEEP_S
        self._fell_back_at: float | None = None

    @contextmanager
    def turn(self, question: Question) -> Iterator[Question]:
        """Give the question as it is asked now, and time its answer.

        Enter this on the thread that answers: what counts is who waits then, not on arrival.
        """
        asked = self._as_it_can_be(question)
        deep = (asked.depth or self._settings.depth) == "deep"
        started = self._clock()
        yield asked
        if deep:
            taken = self._clock() - started
            with self._lock:
                self._deep_s += _NEWEST * (taken - self._deep_s)

    def reason(self) -> str | None:
        """Return why answers are not as deep as they should be, ``None`` while they are."""
        with self._lock:
            fell_back_at = self._fell_back_at
        recently = fell_back_at is not None and self._clock() - fell_back_at < STAYS_S
        will = self._settings.depth == "deep" and self._too_many_wait()
        return BUSY_REASON if recently or will else None

    def _as_it_can_be(self, question: Question) -> Question:
        if (question.depth or self._settings.depth) != "deep":
            return question
        by_name = question.depth == "deep"
        if not (self._too_long_a_wait() if by_name else self._too_many_wait()):
            return question
        with self._lock:
            self._fell_back_at = self._clock()
        self._metrics.depth_fallback()
        return replace(question, depth="fast", notes=(*question.notes, BUSY_NOTE))

    def _too_many_wait(self) -> bool:
        return self._workers.n_waiting > self._settings.deep_max_waiting

    def _too_long_a_wait(self) -> bool:
        with self._lock:
            deep_s = self._deep_s
        return self._workers.n_waiting * deep_s / self._workers.n_threads > self._settings.deep_max_wait_s
