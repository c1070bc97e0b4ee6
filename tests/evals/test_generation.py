"""Asking: several at once, times that mean something, stopping without loss."""

import threading

import pytest

from evals import run_folder
from evals.errors import UnknownSystemError
from evals.generation import check_jobs, generate_answers, generate_rankings
from evals.saved_key import load_key, save_key
from evals.suite import load_suite
from tests.evals.canned_search import WordSearch
from tests.evals.factories import CASES, TEXTS, make_answer, write_answer_suite, write_retrieval_suite


class Meeting:
    """Answers only when so many questions are being asked at once: proof that they are."""

    thread_safe = True

    def __init__(self, n_together):
        self._gate = threading.Barrier(n_together, timeout=120)

    def ask(self, question):
        self._gate.wait()
        return make_answer(("doc-sv", "doc-vi"), short=None) | {"question": question.text}

    def text(self, document_id, version):
        return TEXTS[document_id]

    def document_languages(self):
        return {}


class Alone(Meeting):
    thread_safe = False

    def __init__(self, answer=None, error=None):
        self.answer, self.error = answer or make_answer(), error

    def ask(self, question):
        if self.error:
            raise self.error
        return self.answer


@pytest.fixture
def cases(tmp_path):
    rows = [CASES[number % 3] | {"id": f"c{number}"} for number in range(12)]
    return load_suite(write_answer_suite(tmp_path / "suite", cases=rows)).cases


def rows_of(folder):
    return list(run_folder.read_lines(folder / "outputs.jsonl"))


def test_jobs_ask_at_once_and_save_in_the_suites_order_without_latencies(tmp_path, cases):
    told = []
    generate_answers(
        cases, Meeting(4), tmp_path, lambda _stage, done, total: told.append((done, total)), jobs=4
    )
    rows = rows_of(tmp_path)
    assert [row["id"] for row in rows] == [case.case_id for case in cases]
    assert [row["answer"]["question"] for row in rows] == [case.question for case in cases]
    assert {row["latency_ms"] for row in rows} == {None}
    assert told == [(done, 12) for done in range(13)]
    texts = list(run_folder.read_lines(tmp_path / "texts.jsonl"))
    assert sorted(row["document_id"] for row in texts) == ["doc-sv", "doc-vi"]


def test_a_system_that_takes_one_question_at_a_time_is_not_asked_by_several(cases):
    check_jobs(Alone(), "alone", 1)
    check_jobs(Meeting(1), "meeting", 8)
    with pytest.raises(UnknownSystemError, match="'alone' answers one question at a time; leave out --jobs"):
        check_jobs(Alone(), "alone", 2)


def test_the_time_of_a_remote_answer_is_that_of_its_request(tmp_path, cases):
    answer = make_answer() | {"trace": {"requests": {"latency_ms": 1234.5678}}}
    generate_answers(cases[:1], Alone(answer), tmp_path, lambda *_: None)
    assert rows_of(tmp_path)[0]["latency_ms"] == 1234.568
    generate_answers(cases[:2], Alone(), tmp_path, lambda *_: None)
    assert 0 < rows_of(tmp_path)[1]["latency_ms"] < 1000


def test_an_error_is_saved_with_its_kind_and_the_rest_is_asked(tmp_path, cases):
    generate_answers(cases[:2], Alone(error=TimeoutError("quá lâu")), tmp_path, lambda *_: None)
    rows = rows_of(tmp_path)
    assert [row["error"] for row in rows] == [{"type": "TimeoutError", "message": "quá lâu"}] * 2
    assert "answer" not in rows[0]


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interrupt_stops_and_keeps_what_is_done(tmp_path, cases, jobs):
    def stop_at_five(_stage, done, _total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_answers(cases, Meeting(1), tmp_path, stop_at_five, jobs=jobs)
    n_kept = len(rows_of(tmp_path))
    assert 5 <= n_kept <= 12
    told = []
    generate_answers(cases, Meeting(1), tmp_path, lambda _stage, done, _total: told.append(done), jobs=jobs)
    assert told[0] == n_kept
    assert [row["id"] for row in rows_of(tmp_path)] == [case.case_id for case in cases]


def test_rankings_of_several_jobs_are_those_of_one(tmp_path):
    suite = load_suite(write_retrieval_suite(tmp_path / "suite"))
    for jobs in (1, 3):
        folder = tmp_path / f"run-{jobs}"
        folder.mkdir()
        system = WordSearch(suite.corpus, broken=(suite.queries[1].text,))
        generate_rankings(suite.queries, system, folder, lambda *_: None, jobs=jobs)
    one, three = ([row | {"latency_ms": 0} for row in rows_of(tmp_path / f"run-{n}")] for n in (1, 3))
    assert one == three
    assert [bool(row["error"]) for row in one] == [False, True, False, False]


def test_a_saved_key_reads_as_it_was(tmp_path):
    case = CASES[2] | {"group": "g", "filters": {"kind": ["report"]}, "note": "a remark"}
    suite = load_suite(write_answer_suite(tmp_path / "suite", cases=[*CASES[:2], case, CASES[3]]))
    (tmp_path / "copied").mkdir()
    save_key(suite, suite.cases, tmp_path / "copied")
    assert load_key(tmp_path / "copied").cases == suite.cases
    # Of a suite that lies nowhere as such (a retrieval set) the asked cases are written.
    (suite.path / "suite.toml").unlink()
    (tmp_path / "written").mkdir()
    save_key(suite, suite.cases[1:], tmp_path / "written")
    written = load_key(tmp_path / "written")
    assert [(case.case_id, case.group, case.filters) for case in written.cases] == [
        ("v1", None, {}),
        ("e1", "g", {"kind": ("report",)}),
        ("e2", None, {}),
    ]
    assert [case.to_question() for case in written.cases] == [c.to_question() for c in suite.cases[1:]]
