"""A busy server answers faster, and says so: the rule itself, and a process under concurrent requests."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.answer_view import view
from api.load import BUSY_NOTE, BUSY_REASON, STAYS_S, Load
from api.messages import messages
from api.metrics import Metrics
from api.service import MAX_WAITING
from api.workers import Workers
from helpdesk_bot.answers import Depth, Question
from helpdesk_bot.database import open_database
from helpdesk_bot.records import Records
from helpdesk_bot.settings import Settings
from tests.api import busy_house, house
from tests.api.conftest import InProcess
from tests.api.serving import PATIENCE_S
from tests.api.test_draining import Served, gauge, until
from tests.api.test_streaming import SSE, events
from tests.helpdesk_bot import library

N_THREADS = min(4, max(2, os.cpu_count() or 2))
QUESTIONS = tuple(library.QUESTIONS)


class Queue:
    """Real workers whose threads all wait, with as many tasks behind them as a test wants."""

    def __init__(self, n_threads: int = 2) -> None:
        self.release = threading.Event()
        self.workers = Workers(n_threads, max_waiting=128)
        started = [threading.Event() for _ in range(n_threads)]
        for event in started:
            self.workers.submit(lambda event=event: (event.set(), self.release.wait(PATIENCE_S)))  # type: ignore[misc]
        for event in started:
            assert event.wait(PATIENCE_S)

    def wait(self, n: int) -> None:
        for _ in range(n):
            self.workers.submit(lambda: None)


@pytest.fixture
def line() -> Iterator[Queue]:
    made = Queue()
    yield made
    made.release.set()


def load_of(line: Queue, clock: Callable[[], float] = lambda: 0.0, **settings: Any) -> tuple[Load, Metrics]:
    metrics = Metrics()
    return Load(line.workers, Settings(**settings), metrics, clock), metrics


def depth(load: Load, asked: Depth | None = None) -> tuple[Depth | None, tuple[str, ...]]:
    with load.turn(Question("Gì?", depth=asked)) as question:
        return question.depth, question.notes


def fallbacks(text: str) -> int:
    return int(re.findall(r"^helpdesk_depth_fallbacks_total (\d+)$", text, re.MULTILINE)[0])


def test_a_question_that_names_no_depth_falls_back_while_more_than_the_limit_wait(line: Queue) -> None:
    load, metrics = load_of(line, deep_max_waiting=3)
    line.wait(3)
    assert depth(load) == (None, ())
    assert (load.reason(), fallbacks(metrics.text())) == (None, 0)
    line.wait(1)
    assert load.reason() == BUSY_REASON  # before the first one has fallen back, too
    assert depth(load) == ("fast", (BUSY_NOTE,))
    assert fallbacks(metrics.text()) == 1


def test_deep_by_name_is_kept_until_the_wait_is_too_long(line: Queue) -> None:
    now = [0.0]
    load, metrics = load_of(line, lambda: now[0], deep_max_waiting=0, deep_max_wait_s=10)
    line.wait(20)
    with load.turn(Question("Gì?", depth="deep")) as question:
        now[0] += 1.0
    assert (question.depth, question.notes) == ("deep", ())
    line.wait(1)  # 21 of a second each on two threads: more than ten seconds
    assert depth(load, "deep") == ("fast", (BUSY_NOTE,))
    assert fallbacks(metrics.text()) == 1


def test_the_wait_is_reckoned_by_the_deep_answers_of_late(line: Queue) -> None:
    now = [0.0]
    load, _ = load_of(line, lambda: now[0], deep_max_waiting=128, deep_max_wait_s=10)

    def answered(seconds: float, asked: Depth | None) -> None:
        with load.turn(Question("Vad?", depth=asked)):
            now[0] += seconds

    for _ in range(40):
        answered(0.1, None)
    line.wait(100)
    assert depth(load, "deep")[0] == "deep"  # 100 x 0.1 s / 2 threads
    for _ in range(40):
        answered(60.0, "fast")  # tells nothing about deep ones
    assert depth(load, "deep")[0] == "deep"
    answered(10.0, "deep")
    assert depth(load, "deep")[0] == "fast"


def test_an_answer_that_failed_tells_nothing_of_time(line: Queue) -> None:
    now = [0.0]
    load, _ = load_of(line, lambda: now[0], deep_max_waiting=128, deep_max_wait_s=10)

    def fail() -> None:
        with load.turn(Question("Vad?")):
            now[0] += 1000.0
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    line.wait(19)
    assert depth(load, "deep")[0] == "deep"


@pytest.mark.parametrize(("setting", "asked"), [("fast", None), ("deep", "fast"), ("fast", "fast")])
def test_what_is_fast_anyway_is_left_alone(line: Queue, setting: Depth, asked: Depth | None) -> None:
    load, metrics = load_of(line, depth=setting, deep_max_waiting=0)
    line.wait(5)
    assert depth(load, asked) == (asked, ())
    assert fallbacks(metrics.text()) == 0
    assert (load.reason() is None) == (setting == "fast")


def test_the_server_calls_itself_busy_for_a_while_after(line: Queue) -> None:
    now = [100.0]
    load, _ = load_of(line, lambda: now[0], depth="fast", deep_max_wait_s=0.1)
    line.wait(1)
    assert depth(load, "deep")[0] == "fast"
    now[0] += STAYS_S * 0.9
    assert load.reason() == BUSY_REASON
    now[0] += STAYS_S * 0.2
    assert load.reason() is None


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_the_page_says_so_in_its_language(site: InProcess, language: str) -> None:
    answer = site.post("/api/v1/ask", json={"question": house.VI_QUESTION}).json()
    words = messages(language)
    assert words["how_fast_busy"] not in view(answer, words, language).notes
    answer["trace"]["notes"].append(BUSY_NOTE)
    assert words["how_fast_busy"] in view(answer, words, language).notes


def test_nothing_is_busy_in_a_server_that_is_not(site: InProcess) -> None:
    answer = site.post("/api/v1/ask", json={"question": house.SV_QUESTION}).json()
    assert (answer["trace"]["depth"], answer["trace"]["notes"]) == ("deep", [])
    assert site.get("/health/ready").json() == {"status": "ready", "reasons": []}
    assert fallbacks(site.get("/metrics").text) == 0


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Served]:
    busy_house.fill(tmp_path / "var")
    served = Served(
        tmp_path / "var",
        busy_house.PROGRAM,
        HELPDESK_DEEP_MAX_WAITING="4",
        HELPDESK_DEEP_MAX_WAIT_S="300",
        HELPDESK_MIN_CONFIDENCE="0",
    )
    try:
        served.wait()
        yield served
    finally:
        if served.process.poll() is None:
            served.process.kill()
        served.process.communicate()


def test_a_process_under_concurrent_requests(busy: Served) -> None:
    def ask(number: int, asked: Depth | None, streamed: bool = False) -> dict[str, Any]:
        body = {"question": QUESTIONS[number % len(QUESTIONS)]} | ({"depth": asked} if asked else {})
        address = f"{busy.address}/api/v1/ask"
        response = httpx.post(address, json=body, timeout=PATIENCE_S, headers=SSE if streamed else None)
        assert response.status_code == 200
        answer: dict[str, Any] = dict(events(response))["done"] if streamed else response.json()
        return answer

    gate = busy_house.gate_of(library.settings_for(busy.data_dir))
    gate.touch()
    with ThreadPoolExecutor(40) as clients:
        first = [clients.submit(ask, number, None) for number in range(N_THREADS)]
        until(lambda: gauge(busy, "questions_being_answered") == N_THREADS)
        assert httpx.get(f"{busy.address}/health/ready", timeout=PATIENCE_S).json() == {
            "status": "ready",
            "reasons": [],
        }
        plain = [clients.submit(ask, number, None, number % 2 == 0) for number in range(20)]
        by_name = [clients.submit(ask, number, "deep") for number in range(3)]
        until(lambda: gauge(busy, "questions_waiting") == 23)
        health = httpx.get(f"{busy.address}/health/ready", timeout=PATIENCE_S)
        assert health.status_code == 200
        assert health.json() == {"status": "degraded", "reasons": [BUSY_REASON]}
        gate.unlink()
        answers = [future.result() for future in first]
        waited = [future.result() for future in plain]
        named = [future.result() for future in by_name]

    fast = [answer for answer in waited if answer["trace"]["depth"] == "fast"]
    assert fast
    assert {answer["trace"]["depth"] for answer in (*answers, *named)} == {"deep"}
    for answer in (*answers, *waited, *named):
        assert answer["outcome"] == "answered"
        assert ("reader_answers" in answer["trace"]["features"]) == (answer not in fast)
        assert (BUSY_NOTE in answer["trace"]["notes"]) == (answer in fast)
    assert {answer["question_language"] for answer in fast} >= {"en", "sv", "vi"}
    assert gauge(busy, "depth_fallbacks_total") == len(fast)
    until(lambda: httpx.get(f"{busy.address}/health/ready", timeout=PATIENCE_S).json()["status"] == "ready")
    engine = open_database(library.settings_for(busy.data_dir))
    records = Records(engine)
    for answer in (*answers, *waited, *named):
        assert records.get(answer["answer_id"]) == json.loads(json.dumps(answer))
    engine.dispose()


def test_the_longest_queue_is_the_highest_limit() -> None:
    Settings(deep_max_waiting=MAX_WAITING)
    with pytest.raises(ValueError, match="deep_max_waiting"):
        Settings(deep_max_waiting=MAX_WAITING + 1)
