"""A killed run goes on where it was: nothing lost, nothing asked twice, the same figures."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from evals import run_folder, runs
from evals.errors import RunError
from tests.evals import slow_run
from tests.evals.factories import CASES, write_answer_suite

ROOT = Path(__file__).resolve().parents[2]
N_CASES = 60
UNSTEADY = ("started_at", "finished_at", "resumed_at", "machine", "suite_path", "code")


@pytest.fixture
def system(monkeypatch):
    """Puts back what `slow_run.run` replaces in this process."""
    monkeypatch.setattr(runs, "index_documents_of", runs.index_documents_of)
    monkeypatch.setattr(runs, "open_answer_system", runs.open_answer_system)
    return slow_run


@pytest.fixture
def suite(tmp_path):
    cases = []
    for number in range(N_CASES):
        case = CASES[number % len(CASES)]
        cases.append(case | {"id": f"{case['id']}-{number}", "question": f"{'đå' * (number % 9)} {number}?"})
    return write_answer_suite(tmp_path / "suite", cases=cases)


def ids(path):
    return [row["id"] for row in run_folder.read_lines(path)] if path.exists() else []


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def kill_after(n_lines, suite, out, asked, jobs):
    """Start the run in a process of its own and kill it when so many lines are saved, or a few more."""
    outputs = out / "outputs.jsonl"
    most = n_lines + 12 - len(lines_of(outputs))
    given = [str(each) for each in (suite, out, asked, jobs, most)]
    command = [sys.executable, "-m", "tests.evals.slow_run", *given]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < deadline:
        if n_lines == 0 and (out / "config.json").exists():
            break
        if n_lines and outputs.exists() and outputs.read_bytes().count(b"\n") >= n_lines:
            break
        time.sleep(0.002)
    assert process.poll() is None, "it ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL


def tear(path):
    """Leave half a line at the end, as a power cut does."""
    with path.open("ab") as file:
        file.write(b'{"id": "s1-0", "error": nu')


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_run_killed_again_and_again_equals_one_that_was_not(tmp_path, suite, system, jobs):
    whole = system.run(suite, tmp_path / "whole", tmp_path / "asked-whole", jobs)
    assert (whole["n_cases"], whole["errors"]) == (N_CASES, 7)

    out, asked = tmp_path / "killed", tmp_path / "asked"
    n_asked, saved = 0, []
    for n_lines in (0, 7, 31):
        kill_after(n_lines, suite, out, asked, jobs)
        before = saved
        new = lines_of(asked)[n_asked:]
        n_asked += len(new)
        questions = {case.case_id: case.question for case in runs.load_suite(suite).cases}
        assert not {questions[case_id] for case_id in before} & set(new), "asked again though saved"
        saved = ids(out / "outputs.jsonl")
        assert len(set(saved)) == len(saved) >= n_lines
        for name in ("outputs.jsonl", "texts.jsonl"):
            if (out / name).exists():
                tear(out / name)
    resumed = system.run(suite, out, asked, jobs)

    assert {**resumed, "run": ""} == {**whole, "run": ""}
    assert ids(out / "outputs.jsonl") == ids(tmp_path / "whole" / "outputs.jsonl")
    # Only what was being asked when a kill came is asked again: at most one case a job and kill.
    twice = [question for question, n in Counter(lines_of(asked)).items() if n > 1]
    assert len(twice) <= 3 * jobs
    for name in ("scores.jsonl", "suite/cases.jsonl", "documents.json"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert sorted(lines_of(out / "texts.jsonl")) == sorted(lines_of(tmp_path / "whole" / "texts.jsonl"))
    config, other = (json.loads((folder / "config.json").read_text()) for folder in (out, tmp_path / "whole"))
    assert len(config["resumed_at"]) >= 2
    assert "resumed_at" not in other
    assert {key: value for key, value in config.items() if key not in UNSTEADY} == {
        key: value for key, value in other.items() if key not in UNSTEADY
    }
    # A finished run is asked nothing more.
    n_asked = len(lines_of(asked))
    assert system.run(suite, out, asked, jobs) == resumed
    assert len(lines_of(asked)) == n_asked


def test_a_run_killed_before_its_first_file_begins_anew(tmp_path, suite, system):
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.lock").touch()
    (out / "config.json.part").write_text('{"kind"', encoding="utf-8")
    assert system.run(suite, out, tmp_path / "asked", limit=2)["n_cases"] == 2


def test_another_process_and_other_options_are_refused(tmp_path, suite, system):
    out, asked = tmp_path / "out", tmp_path / "asked"
    with run_folder.locked(out), pytest.raises(RunError, match="being written by another process"):
        system.run(suite, out, asked)
    system.run(suite, out, asked, sample=3, seed=1)
    with pytest.raises(RunError, match=r"differs in sample, seed: choose another --out, or give the options"):
        system.run(suite, out, asked, limit=None, sample=4, seed=2)
    config = run_folder.read_json(out / "config.json")
    run_folder.write_json(out / "config.json", config | {"code": {"code_sha256": "x"}})
    with pytest.raises(RunError, match=r"differs in code \(the code was changed since: check out"):
        system.run(suite, out, asked, sample=3, seed=1)
    assert len(lines_of(asked)) == 3


def test_a_sample_is_asked_in_the_suites_order_and_recorded(tmp_path, suite, system):
    summary = system.run(suite, tmp_path / "out", tmp_path / "asked", sample=9, seed=5)
    asked = ids(tmp_path / "out" / "outputs.jsonl")
    assert summary["n_cases"] == len(asked) == 9
    assert [int(case_id.split("-")[1]) for case_id in asked] == sorted(
        int(case_id.split("-")[1]) for case_id in asked
    )
    config = run_folder.read_json(tmp_path / "out" / "config.json")
    assert (config["sample"], config["seed"], config["limit"], config["jobs"]) == (9, 5, None, 1)
    again = system.run(suite, tmp_path / "again", tmp_path / "asked", sample=9, seed=5)
    assert {**again, "run": ""} == {**summary, "run": ""}


def test_what_ended_in_an_error_is_asked_again_where_that_is_wanted(tmp_path, suite, system):
    out, asked = tmp_path / "out", tmp_path / "asked"
    whole = system.run(suite, out, asked)
    assert whole["errors"] == 7
    before = {row["id"]: row for row in run_folder.read_lines(out / "outputs.jsonl")}
    failed = [key for key, row in before.items() if row["error"]]
    assert system.run(suite, out, asked)["errors"] == 7  # not without being told to
    assert len(lines_of(asked)) == N_CASES
    again = system.run(suite, out, asked, retry_errors=True)
    assert len(lines_of(asked)) == N_CASES + len(failed)
    assert again["errors"] == 7  # this system fails on them every time
    after = list(run_folder.read_lines(out / "outputs.jsonl"))
    assert [row["id"] for row in after] == list(before)
    assert all(row == before[row["id"]] for row in after if row["id"] not in failed)
    assert run_folder.read_json(out / "config.json")["retried_errors"] == 7
