"""An answer as server-sent events: status, sentence, citation, related, and done or error at the end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent

from api.problems import Problem, encode, problem_of
from api.service import Service
from helpdesk_bot.answers import Question

PING_S = 15
"""A proxy that hears nothing closes the connection, often after 30 or 60 s."""

GRACE_S = 5.0
"""Seconds that a stream may still run when the server is told to stop; it must be gone within 10."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

STOPPING = Problem(
    503,
    "server_stopping",
    "The server is being stopped",
    "The answer was not finished. Ask again in a minute.",
)
LAST_EVENTS = ("done", "error")

Event = tuple[str, Any]
Renderer = Callable[[Mapping[str, Any]], str]


def stream_answer(
    service: Service, question: Question, renderer: Renderer | None = None
) -> EventSourceResponse:
    """Return the response that streams the answer to a question.

    Args:
        service: what answers.
        question: the question, checked.
        renderer: makes the page's HTML of the whole answer; it is sent as an
            ``html`` event (``{"html": ...}``) before ``done``.

    Raises:
        Starting: questions are not answered yet.
        SwitchedOff: they are switched off.
        Overloaded: too many questions wait.
    """
    return event_response(
        _event(name, data) async for name, data in answer_events(service, question, renderer)
    )


def event_response(events: AsyncIterator[ServerSentEvent]) -> EventSourceResponse:
    """Return the response that sends events as they come."""
    # The library cancels streams on shutdown by itself, without a last event;
    # its grace period leaves room for ours.
    return EventSourceResponse(
        events, headers=HEADERS, ping=PING_S, sep="\n", shutdown_grace_period=GRACE_S + 3, send_timeout=30
    )


def answer_events(
    service: Service, question: Question, renderer: Renderer | None = None
) -> AsyncGenerator[Event]:
    """Start on a question; return its events, the last of which is ``done`` or ``error``.

    Raises:
        Starting: questions are not answered yet.
        SwitchedOff: they are switched off.
        Overloaded: too many questions wait.
    """
    helpdesk = service.answering
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[Event] = asyncio.Queue()
    gone = threading.Event()

    def put(name: str, data: Any) -> None:
        try:
            loop.call_soon_threadsafe(events.put_nowait, (name, data))
        except RuntimeError:  # the loop has ended with the server
            gone.set()

    def work() -> None:
        started = time.perf_counter()
        try:
            with service.load.turn(question) as asked:
                for name, data in helpdesk.stream(asked):
                    if name == "done" and renderer is not None:
                        put("html", {"html": renderer(data)})
                    put(name, data)
                    if name == "done":
                        service.metrics.answer(data["outcome"], time.perf_counter() - started)
                    if gone.is_set() or name in LAST_EVENTS:
                        return
            put("error", problem_of(RuntimeError("the stream ended without an answer")).to_json())
        except Exception as error:
            put("error", problem_of(error).to_json())

    service.workers.submit(work)
    return _forward(service, events, gone)


async def _forward(
    service: Service, events: asyncio.Queue[Event], gone: threading.Event
) -> AsyncGenerator[Event]:
    """Give events on as they come; end with ``error`` when the server has to stop first."""
    draining = asyncio.ensure_future(service.draining.wait())
    deadline: float | None = None
    try:
        while True:
            coming = asyncio.ensure_future(events.get())
            waited = {coming} if deadline else {coming, draining}
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            done, _ = await asyncio.wait(waited, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if coming in done:
                name, data = coming.result()
                yield name, data
                if name in LAST_EVENTS:
                    return
                continue
            coming.cancel()
            if deadline is not None:
                yield "error", STOPPING.to_json()
                return
            deadline = time.monotonic() + GRACE_S
    finally:
        gone.set()
        draining.cancel()


def _event(name: str, data: Any) -> ServerSentEvent:
    return ServerSentEvent(encode(data).decode("utf-8"), event=name, sep="\n")
