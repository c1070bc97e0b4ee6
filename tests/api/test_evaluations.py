"""The evaluator's pages and interface: a real run of a tiny suite, its report, its cases, comparisons."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from evals.shelf import run_of, runs_of, suites_of
from evals.suite import AnswerSuite, load_suite
from helpdesk_bot.feedback import Feedback, give
from helpdesk_bot.operations import jobs
from tests.api import house
from tests.api.conftest import InProcess
from tests.api.house import FakeHelpdesk
from tests.api.people import signed_in
from tests.api.places import asked_now, finished, real_house

CASES = [
    {
        "id": "vi/1",
        "question": "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ?",
        "language": "vi",
        "answerable": True,
        "expected_documents": ["a.vi.md"],
        "expected_quotes": ["84000"],
        "tags": ["number"],
    },
    {"id": "sv-1", "question": "Vad kostar parkering i Malmö?", "language": "sv", "answerable": False},
    {"id": "en-1", "question": "Who won the regatta?", "language": "en", "answerable": False, "tags": ["x"]},
]
GATE = "baseline:gate"


def write_suite(data_dir: Path) -> None:
    folder = data_dir / "suites" / "tiny"
    (folder / "docs").mkdir(parents=True)
    (folder / "suite.toml").write_text('name = "tiny"\ndescription = "Three."\ndocuments = ["docs"]\n')
    text = "# Cổng dịch vụ công\n\nCổng dịch vụ công tiếp nhận 84000 hồ sơ trong năm đầu tiên.\n"
    (folder / "docs" / "a.vi.md").write_text(text, "utf-8")
    lines = [json.dumps(case, ensure_ascii=False) for case in CASES]
    (folder / "cases.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture
def evaluator(helpdesk: FakeHelpdesk) -> dict[str, str]:
    return signed_in(helpdesk.engine, "evaluator") | {"Accept": "text/html"}


def test_a_run_from_the_button_to_the_report(tmp_path: Path) -> None:
    write_suite(tmp_path / "var")
    with real_house(tmp_path) as site:
        headers = signed_in(site.app.state.service.engine, "evaluator") | {"Accept": "application/json"}
        started = site.post(
            "/api/v1/evals/runs", headers=headers, json={"suite": "own:tiny", "depth": "fast"}
        )
        assert started.status_code == 202
        job_id = started.json()["job_id"]
        reader = headers | {"Accept": "text/html"}
        assert site.get(f"/evals/jobs/{job_id}", headers=reader).status_code == 200  # survives a reload
        job = finished(site, headers, f"/api/v1/evals/jobs/{job_id}")
        assert (job["state"], job["result"]["n_cases"], job["result"]["errors"]) == ("done", 3, 0)
        run = job["result"]["run"]
        summary = site.get(f"/api/v1/evals/runs/{run}", headers=headers).json()
        assert summary["n_cases"] == 3
        assert {"mean", "n", "ci95"} <= set(summary["measures"]["document_hit"])
        assert next(each.key for each in runs_of(tmp_path / "var")) == run
        assert run in site.get("/evals?lang=vi", headers=reader).text
        report = site.get(f"/evals/runs/{run}/report", headers=reader)
        policy = report.headers["content-security-policy"]
        assert policy.startswith("sandbox allow-scripts; default-src 'none'")
        assert "unsafe" not in policy
        assert "allow-same-origin" not in policy
        assert "Cổng dịch vụ công tiếp nhận 84000 hồ sơ" in report.text
        cases = site.get(f"/api/v1/evals/runs/{run}/cases?tag=number", headers=headers).json()
        assert [case["case_id"] for case in cases["cases"]] == ["vi/1"]
        page = site.get(f"/evals/runs/{run}/cases/vi/1?lang=sv", headers=reader)
        assert page.status_code == 200
        assert "84000" in page.text
        with zipfile.ZipFile(
            io.BytesIO(site.get(f"/api/v1/evals/runs/{run}/download", headers=headers).content)
        ) as archive:
            assert {f"{run}/config.json", f"{run}/outputs.jsonl", f"{run}/summary.json"} <= set(
                archive.namelist()
            )
        # The same run again differs in nothing.
        compared = site.get(f"/api/v1/evals/compare?a={run}&b={run}", headers=headers).json()
        assert compared["n_paired"] == 3
        assert str(tmp_path) not in json.dumps(compared)
        # A second job that is stopped while it waits or runs goes on afterwards as the same run.
        second = site.post("/api/v1/evals/runs", headers=headers, json={"suite": "own:tiny"}).json()["job_id"]
        site.request("DELETE", f"/api/v1/evals/jobs/{second}", headers=headers)
        assert finished(site, headers, f"/api/v1/evals/jobs/{second}")["state"] == "cancelled"


def test_suites_and_baselines_are_listed_and_others_are_not_reached(
    site: InProcess, evaluator: dict[str, str], tmp_path: Path
) -> None:
    keys = {suite.key for suite in suites_of(tmp_path / "var")}
    assert {"starter", "gate", "near-misses"} <= keys
    assert run_of(tmp_path / "var", GATE).scored
    as_program = evaluator | {"Accept": "application/json"}
    for key in ("..", "../..", "baseline:..", "nope", "a/../b", "%2e%2e"):
        response = site.get(f"/api/v1/evals/runs/{key}", headers=as_program)
        assert response.status_code in (404, 405)
    unknown = site.post("/api/v1/evals/runs", headers=as_program, json={"suite": "/etc"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "run_not_found")
    assert site.get(f"/api/v1/evals/runs/{GATE}/files/config.json", headers=as_program).status_code == 404
    figures = site.get(f"/api/v1/evals/runs/{GATE}/files/figures.csv", headers=as_program)
    assert figures.text.startswith("\ufeff")
    assert not (
        run_of(tmp_path / "var", GATE).path / "report.html"
    ).exists()  # never into the program's folder


@pytest.mark.parametrize(
    ("language", "stage"),
    [("en", "Asking the questions"), ("sv", "Ställer frågorna"), ("vi", "Đang đặt câu hỏi")],
)
def test_a_run_says_what_it_does_in_the_readers_language(
    site: InProcess, evaluator: dict[str, str], helpdesk: FakeHelpdesk, language: str, stage: str
) -> None:
    request = {"suite_key": "gate", "out": "somewhere/gate-1"}
    job = jobs.submit(helpdesk.engine, "evals", request, "nobody", "gate")
    assert jobs.claim(helpdesk.engine, "evals") is not None  # this process runs it: no other one begins
    jobs.tell(helpdesk.engine, job.job_id, "asking", 3, 60)
    page = site.get(f"/evals/jobs/{job.job_id}?lang={language}", headers=evaluator).text
    assert f"{stage}: 3 / 60" in page
    [given] = re.findall(r'data-stages="([^"]*)"', page)  # for the script that goes on with it
    assert json.loads(html.unescape(given))["asking"] == stage


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_two_runs_compared_with_intervals_and_verdicts(
    site: InProcess, evaluator: dict[str, str], language: str
) -> None:
    words = {"en": "too few cases to tell", "sv": "för få fall för att avgöra", "vi": "quá ít ca để kết luận"}
    page = site.get(f"/evals/compare?a={GATE}&b={GATE}&lang={language}", headers=evaluator)
    assert page.status_code == 200
    assert words[language] in page.text
    refused = site.get(f"/evals/compare?a={GATE}&b=baseline:identifiers", headers=evaluator)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text


def test_cases_are_narrowed_by_what_they_are_and_how_they_ended(
    site: InProcess, evaluator: dict[str, str]
) -> None:
    as_program = evaluator | {"Accept": "application/json"}

    def total(query: str) -> int:
        page = site.get(f"/api/v1/evals/runs/{GATE}/cases?{query}", headers=as_program).json()
        return int(page["total"])

    whole = total("")
    assert whole == 60
    grades = {"right", "wrong", "partly", "error", "unjudged"}
    assert sum(total(f"grade={grade}") for grade in grades) == whole
    assert 0 < total("outcome=answered") < whole
    assert total("outcome=answered&tag=no-such-tag") == 0
    page = site.get(f"/evals/runs/{GATE}/cases?grade=right&lang=sv", headers=evaluator)
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("question", "language"),
    [(house.SV_QUESTION, "sv"), (house.VI_QUESTION, "vi"), (house.EN_QUESTION, "en")],
)
def test_a_reported_answer_becomes_a_case(
    site: InProcess,
    evaluator: dict[str, str],
    helpdesk: FakeHelpdesk,
    tmp_path: Path,
    question: str,
    language: str,
) -> None:
    given = asked_now(helpdesk, question)
    give(helpdesk.engine, Feedback(given.answer_id, helpful=False))
    assert question in site.get("/evals/reported", headers=evaluator).text
    address = f"/evals/reported/{given.answer_id}"
    assert site.get(address, headers=evaluator).status_code == 200
    nothing = site.post(address, headers=evaluator, data={"answerable": "true"})
    assert nothing.status_code == 422
    assert not (tmp_path / "var/suites/reported/cases.jsonl").exists()
    kept = site.post(address, headers=evaluator, data={"answerable": "true", "quotes": "492 tjänstemän\nữ"})
    assert kept.status_code == 303
    site.post(address, headers=evaluator, data={"answerable": "false"})  # said again: replaced
    suite = load_suite(tmp_path / "var/suites/reported")
    assert isinstance(suite, AnswerSuite)
    [case] = suite.cases
    assert (case.question, case.language, case.answerable) == (question, language, False)
    unknown = site.get("/evals/reported/zzzz", headers=evaluator)
    assert unknown.status_code == 404
