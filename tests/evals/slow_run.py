"""A run against a canned system that takes its time: a process to be killed.

``python -m tests.evals.slow_run SUITE OUT ASKED JOBS MOST`` runs the suite into
OUT and appends to ASKED the id of every case as it is asked. After MOST cases it
answers no more: who means to kill it is never too late. No model, no index: the
documents' texts are those of the suite itself.
"""

import sys
import threading
import time
from pathlib import Path

from evals import runs
from helpdesk_bot.settings import Settings
from tests.evals.factories import TEXTS, make_answer

SECONDS = 0.005
"""An answer takes this long, so that a kill falls among the answers."""
FOR_EVER = 3600


class SlowAnswers:
    """Cites a document by the question's length; says what it was asked."""

    thread_safe = True

    def __init__(self, asked, most=None):
        self._asked, self._left = Path(asked), most
        self._lock = threading.Lock()

    def ask(self, question):
        with self._lock, self._asked.open("a", encoding="utf-8") as file:
            file.write(question.text + "\n")
            left = self._left
            self._left = None if left is None else left - 1
        time.sleep(SECONDS if left is None or left > 0 else FOR_EVER)
        length = len(question.text)
        if length % 7 == 0:
            raise ConnectionError("không có câu trả lời")
        document = list(TEXTS)[length % 3]
        answer = make_answer((document,), short=None, confidence=length % 10 / 10, language=document[-2:])
        # The same time in every run: figures of two runs are compared to the last digit.
        return answer | {"trace": {"requests": {"latency_ms": float(length)}}}

    def text(self, document_id, version):
        return TEXTS[document_id] if version == 1 else None

    def document_languages(self):
        return {f"{key}.txt": key[-2:] for key in TEXTS}

    def describe(self):
        return {"system": "slow"}

    def close(self):
        """Nothing is held."""


def run(suite, out, asked, jobs=1, most=None, **options):
    """Run a suite against the slow system; after ``most`` cases it hangs."""
    hashes = {"documents_sha256": "d", "index_key": "k"}
    runs.index_documents_of = lambda _suite, settings, *_: (settings, hashes | {"items": []})
    runs.open_answer_system = lambda *_: SlowAnswers(asked, most)
    settings = Settings(data_dir=Path(out).parent / "var")
    return runs.run_suite(Path(suite), out=Path(out), settings=settings, jobs=jobs, **options)


if __name__ == "__main__":
    run(*sys.argv[1:4], *map(int, sys.argv[4:]))
