"""How the suite runs in several processes: one thread each, and the longest files first."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api import drivers

if "PYTEST_XDIST_WORKER" in os.environ:
    # Before torch is imported. Two processes with two threads each on two cores wait for one another at
    # every step of a model; the servers and commands that tests start inherit this.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

HERE = Path(__file__).parent
LONGEST = (
    "api/test_review_browser.py",
    "evals/test_gate_regressions.py",
    "api/test_places_browser.py",
    "evals/test_report_browser.py",
    "api/test_widget_browser.py",
    "api/test_browser.py",
    "api/test_whole_chain.py",
    "evals/test_reader_training.py",
    "api/test_uploads.py",
    "api/test_sign_in_browser.py",
    "evals/test_runs.py",
    "api/integrations/test_real_engine.py",
    "helpdesk_bot/test_helpdesk.py",
    "index/test_kill.py",
    "index/test_rebuilding.py",
    "api/test_chat_page.py",
    "evals/test_dev.py",
    "api/test_evaluations.py",
    "evals/test_ablation.py",
    "evals/test_remote_helpdesk.py",
    "index/test_build.py",
    "index/test_embedding.py",
    "api/integrations/test_openapi.py",
    "api/test_cli.py",
    "helpdesk_bot/test_answering.py",
    "helpdesk_bot/test_reply_formats.py",
    "evals/test_resuming.py",
    "helpdesk_bot/test_llm_server.py",
    "helpdesk_bot/test_answer_bank.py",
    "helpdesk_bot/review/test_editing.py",
)
"""Files that take long, the longest first. Started last, one of them would keep a process busy alone."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; `make test` hands whole files out in this order."""
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(LONGEST)))


def pytest_configure() -> None:
    """Refuse a list that names a file that is no more."""
    missing = [name for name in LONGEST if not (HERE / name).is_file()]
    if missing:
        raise pytest.UsageError(f"tests/conftest.py: LONGEST names what is not there: {missing}")


def pytest_collection_finish() -> None:
    """Leave what is imported by now out of every later search for garbage: it is not going to be any."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _browser_there(request: pytest.FixtureRequest) -> None:
    missing = drivers.missing() if request.node.get_closest_marker("browser") else None
    if missing and os.environ.get("HELPDESK_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{missing}; run `make test-deps`")
    if missing:
        pytest.skip(f"{missing}; run `make test-deps`")


@pytest.fixture(scope="module", autouse=True)
def _browsers_end_with_their_file() -> Iterator[None]:
    yield
    drivers.close_all()
