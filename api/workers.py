"""The threads that answer questions: few, with a queue that is short enough to say no in time."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from api.errors import Overloaded, Stopping

T = TypeVar("T")


class Workers:
    """A fixed number of daemon threads.

    They are daemons, unlike those of ``ThreadPoolExecutor``, so that a
    question that hangs cannot keep a stopping server alive.
    """

    def __init__(self, n_threads: int, max_waiting: int) -> None:
        self.n_threads = n_threads
        self._tasks: queue.Queue[Callable[[], None]] = queue.Queue(max_waiting)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._n_busy = 0
        self._callers: dict[int, Callable[[], None]] = {}  # by call not begun yet: what tells its caller no
        for number in range(n_threads):
            threading.Thread(target=self._work, name=f"answer-{number}", daemon=True).start()

    @property
    def n_waiting(self) -> int:
        """How many tasks wait for a thread."""
        return self._tasks.qsize()

    @property
    def n_busy(self) -> int:
        """How many threads work on a task."""
        with self._lock:
            return self._n_busy

    def submit(self, task: Callable[[], None]) -> None:
        """Run a task when a thread is free; the task must not raise.

        Raises:
            Overloaded: too many tasks wait already.
        """
        try:
            self._tasks.put_nowait(task)
        except queue.Full:
            raise Overloaded from None

    def close(self) -> None:
        """Let each thread end with the task that it is at; what waits is not begun, its caller is told."""
        self._closing.set()
        with self._lock:
            left, self._callers = list(self._callers.values()), {}
        for refuse in left:
            refuse()
        for _ in range(self.n_threads):
            with suppress(queue.Full):  # then there is something to wake every thread
                self._tasks.put_nowait(_nothing)

    async def run(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns (or raise what it raises) without blocking the event loop.

        Raises:
            Overloaded: too many tasks wait already.
            Stopping: the server ended before the work was begun.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(deliver: Callable[[], None]) -> None:
            if not future.done():  # the caller may have gone
                deliver()

        def refuse() -> None:
            _call(loop, lambda: settle(lambda: future.set_exception(Stopping())))

        def task() -> None:
            if not self._begin(call) or future.cancelled():
                return
            try:
                value = work()
            except Exception as error:
                failure = error
                _call(loop, lambda: settle(lambda: future.set_exception(failure)))
            else:
                _call(loop, lambda: settle(lambda: future.set_result(value)))

        call = id(future)
        with self._lock:
            self._callers[call] = refuse
        try:
            if self._closing.is_set():
                raise Stopping
            self.submit(task)
            return await future
        finally:
            self._begin(call)

    def _begin(self, call: int) -> bool:
        """Take a call off those not begun; return whether it still was one."""
        with self._lock:
            return self._callers.pop(call, None) is not None

    def _work(self) -> None:
        while True:
            task = self._tasks.get()
            if self._closing.is_set():
                return
            self._count(1)
            try:
                task()
            finally:
                self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            self._n_busy += change


def _nothing() -> None:
    """Wake a thread."""


def _call(loop: asyncio.AbstractEventLoop, action: Callable[[], None]) -> None:
    """Run an action on the loop, unless the server has stopped meanwhile."""
    try:
        loop.call_soon_threadsafe(action)
    except RuntimeError:
        return
